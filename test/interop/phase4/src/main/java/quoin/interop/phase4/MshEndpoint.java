package quoin.interop.phase4;

import com.helger.base.io.iface.IHasInputStream;
import com.helger.http.header.HttpHeaderMap;
import com.helger.mime.IMimeType;
import com.helger.phase4.incoming.AS4IncomingMessageMetadata;
import com.helger.phase4.incoming.AS4RequestHandler;
import com.helger.phase4.incoming.IAS4ResponseAbstraction;
import com.helger.phase4.util.Phase4Exception;
import com.sun.net.httpserver.HttpExchange;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** POST /as4: hands the request to phase4 and its answer back, as phase4's own servlet does. */
final class MshEndpoint {
    private static final Logger LOG = LoggerFactory.getLogger(MshEndpoint.class);

    private final Peer peer;

    MshEndpoint(Peer peer) {
        this.peer = peer;
    }

    HttpAnswer handle(HttpExchange exchange) {
        HttpHeaderMap headers = new HttpHeaderMap();
        exchange.getRequestHeaders().forEach((name, values) -> values.forEach(v -> headers.addHeader(name, v)));
        AS4IncomingMessageMetadata metadata =
                AS4IncomingMessageMetadata.createForRequest()
                        .setRemoteAddr(exchange.getRemoteAddress().getAddress().getHostAddress())
                        .setHttpHeaders(headers);
        Collected collected = new Collected();
        try (AS4RequestHandler handler = peer.newRequestHandler(metadata)) {
            handler.handleRequest(exchange.getRequestBody(), headers, collected);
            return collected.toAnswer();
        } catch (Phase4Exception e) {
            LOG.warn("phase4 refused the request: {}", e.getMessage());
            return HttpAnswer.bytes(400, "text/plain", String.valueOf(e.getMessage()).getBytes(StandardCharsets.UTF_8));
        } catch (Exception e) {
            LOG.warn("phase4 failed on the request", e);
            return HttpAnswer.bytes(500, "text/plain", "internal error".getBytes(StandardCharsets.UTF_8));
        }
    }

    /** Collects what phase4 wants to answer. */
    private static final class Collected implements IAS4ResponseAbstraction {
        private int status = 200;
        private String contentType;
        private final Map<String, String> headers = new LinkedHashMap<>();
        private Charset charset;
        private byte[] body = new byte[0];

        @Override
        public void setContent(byte[] bytes, Charset encoding) {
            body = bytes;
            charset = encoding;
        }

        @Override
        public void setContent(HttpHeaderMap more, IHasInputStream content) {
            more.forEachSingleHeader(headers::put, true);
            try (InputStream in = content.getInputStream()) {
                ByteArrayOutputStream out = new ByteArrayOutputStream();
                in.transferTo(out);
                body = out.toByteArray();
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }

        @Override
        public void setMimeType(IMimeType mimeType) {
            contentType = mimeType.getAsString();
        }

        @Override
        public void setStatus(int code) {
            status = code;
        }

        HttpAnswer toAnswer() {
            if (contentType != null) {
                boolean plain = charset != null && !contentType.contains("charset");
                headers.put("Content-Type", plain ? contentType + ";charset=" + charset.name() : contentType);
            }
            return new HttpAnswer(status, headers, body);
        }
    }
}
