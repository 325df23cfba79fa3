import { commonServicesDefaults } from './common-services.ts';
import type { ConfigFile } from './file-shape.ts';

/** Suites with forward secrecy and authenticated encryption only (eDelivery AS4 1.15 §1.4.2.6). */
const ciphers = [
  'TLS_AES_256_GCM_SHA384',
  'TLS_AES_128_GCM_SHA256',
  'TLS_CHACHA20_POLY1305_SHA256',
  'ECDHE+AESGCM',
  'ECDHE+CHACHA20',
  'DHE+AESGCM',
].join(':');

/** What is in force where nobody says otherwise, in the words of the configuration file. */
export const configDefaults = {
  demo: false,
  listeners: {
    as4: { host: '0.0.0.0', port: 8443, path: '/as4' },
    api: { host: '127.0.0.1', port: 8080 },
    operations: { host: '127.0.0.1', port: 9090 },
  },
  data: '.quoin',
  pmodes: 'pmodes',
  certificates: 'certs',
  keys: [] as never[],
  webhooks: [] as never[],
  events: { keep: '30d', most: 1_000_000 },
  exchanges: {
    record: true,
    keep: '365d',
    answerWithin: '5m',
    previewWithin: '15m',
    decideWithin: '40m',
    patience: '1m',
    answerOverdue: false,
  },
  limits: {
    messageSize: '4GiB',
    parts: 64,
    envelopeSize: '1MiB',
    inlineSize: '64KiB',
    spoolSize: '256MiB',
    gzipRatio: 1000,
    replySize: '4MiB',
    canonicalXmlSize: '32MiB',
    apiJsonSize: '32MiB',
    submissions: 32,
    backlog: 100_000,
    freeSpace: '1GiB',
    inbound: 64,
    inboundPerRemote: 48,
    refusalsPerMinute: 3000,
    eventStreams: 100,
    outbound: 64,
    outboundPerPartner: 8,
    databaseConnections: 10,
  },
  breaker: { failures: 5, wait: '10s', longestWait: '2m' },
  timeouts: {
    connect: '10s',
    response: '90s',
    idle: '60s',
    headers: '15s',
    statement: '15s',
    lease: '5m',
    sweep: '10s',
    orphans: '24h',
    drain: '0s',
    reload: '10s',
    heartbeat: '5s',
    shutdown: '30s',
  },
  outbound: { tls: { minVersion: 'TLSv1.2', ciphers } },
  commonServices: commonServicesDefaults,
  log: { level: 'info' },
} as const satisfies ConfigFile;

/** What is in force for a listener with TLS. */
export const serverTlsDefaults = {
  minVersion: 'TLSv1.2',
  ciphers,
  clientAuthentication: 'none',
} as const;
