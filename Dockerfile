# syntax=docker/dockerfile:1
FROM node:24-bookworm-slim AS build
WORKDIR /build
COPY package.json package-lock.json ./
RUN npm ci
COPY tsconfig.json tsconfig.build.json ./
COPY bin bin
COPY src src
RUN npm run build && npm prune --omit=dev

FROM node:24-bookworm-slim
LABEL org.opencontainers.image.title="Quoin" \
      org.opencontainers.image.description="eDelivery AS4 access point for the EU Once-Only Technical System" \
      org.opencontainers.image.licenses="EUPL-1.2"
ENV NODE_ENV=production
WORKDIR /opt/quoin
COPY --from=build /build/node_modules node_modules
COPY --from=build /build/dist dist
COPY package.json LICENSE ./
COPY bin bin
COPY pmodes pmodes
COPY schemas schemas
RUN groupadd --system --gid 10001 quoin \
 && useradd --system --uid 10001 --gid quoin --no-create-home quoin \
 && install -d -o quoin -g quoin -m 0700 /var/lib/quoin
USER quoin
WORKDIR /var/lib/quoin
VOLUME /var/lib/quoin
# 8443: the partners' AS4 door; 8080: the backends' API; 9090: health and measurements.
EXPOSE 8443 8080 9090
HEALTHCHECK --interval=10s --timeout=3s --start-period=5s \
  CMD ["node", "/opt/quoin/bin/quoin.js", "health"]
STOPSIGNAL SIGTERM
ENTRYPOINT ["/opt/quoin/bin/quoin.js"]
CMD ["serve", "--config", "/etc/quoin/quoin.yaml"]
