import * as z from 'zod';
import { commonServicesShape } from './common-services-shape.ts';
import { exchanges } from './exchange-shape.ts';
import { count, duration, files, host, path, port, secret, size, text } from './setting-kinds.ts';
import { webhook } from './webhook-shape.ts';

const tls = {
  minVersion: z.enum(['TLSv1.2', 'TLSv1.3']).optional().describe('Lowest TLS version that is spoken.'),
  ciphers: text(4096).optional().describe('Cipher suites by their OpenSSL names, separated by colons.'),
  certificate: path('PEM file with the certificate and its issuers.'),
  key: path('PEM file with the private key.'),
  keyPassword: secret('Password of the key; a file is better.'),
  keyPasswordFile: path('File that holds the password of the key.'),
};

const listeners = z.strictObject({
  as4: z
    .strictObject({
      host: host('Address to listen on.'),
      port: port('Port to listen on.'),
      path: text(255)
        .regex(/^\/[\w\-./~]*$/, 'must be a path that begins with "/"')
        .optional()
        .describe('Path of the access point, the end of the address partners push to.'),
      tls: z
        .strictObject({
          ...tls,
          clientAuthentication: z
            .enum(['none', 'request', 'require'])
            .optional()
            .describe('Whether partners show a certificate of their own in TLS.'),
          clientAuthorities: files('PEM files with the authorities of client certificates.'),
        })
        .optional()
        .describe('TLS of this listener; leave it out when a proxy in front ends TLS.'),
    })
    .optional()
    .describe('Where partners push their messages.'),
  api: z
    .strictObject({
      host: host('Address to listen on.'),
      port: port('Port to listen on.'),
      token: secret('Token that backends show (Authorization: Bearer); a file is better.'),
      tokenFile: path('File that holds the token.'),
      keysFile: path(
        'File of keys that may do part of it, made by quoin keys and read again when it changes; once named, the API asks everybody for a token or key.',
      ),
    })
    .optional()
    .describe('Where backends submit and fetch messages.'),
  operations: z
    .strictObject({
      host: host('Address to listen on; whoever reaches it is answered without a token.'),
      port: port('Port to listen on.'),
    })
    .optional()
    .describe('Where operators ask for health and measurements.'),
});

const key = z.strictObject({
  path: path('PEM file with the private key, or PKCS#12 store.'),
  type: z
    .enum(['pem', 'pkcs12'])
    .optional()
    .describe('Kind of file; by its ending (.p12, .pfx) when left out.'),
  certificate: path('PEM only: file with the certificate and its issuers, when it is not in the same file.'),
  alias: text(255).optional().describe('PKCS#12 only: which entry to use when there are several.'),
  password: secret('Password of the file; passwordFile is better.'),
  passwordFile: path('File that holds the password.'),
  role: z
    .enum(['sign', 'decrypt', 'both'])
    .optional()
    .describe('What the key is for; during a rollover the old one stays for decrypt.'),
});

const limits = z.strictObject({
  messageSize: size('Largest inbound message on the wire.'),
  parts: count(1, 1000, 'Most MIME parts of a message, the SOAP part included.'),
  envelopeSize: size('Largest SOAP part.'),
  inlineSize: size(
    'Payload bytes of one message that are kept in the database, in one commit with it; larger ones become files. At most 1MiB.',
  ),
  spoolSize: size('Most payload bytes that may wait for SOAP parts yet to come, all messages together.'),
  gzipRatio: count(
    1,
    100_000,
    'Most decompressed bytes per compressed byte, of what is received and of what is submitted.',
  ),
  replySize: size('Largest answer of a partner to a push.'),
  canonicalXmlSize: size('Largest uncompressed XML part; it is canonicalised in memory.'),
  apiJsonSize: size('Largest JSON body at the backend API.'),
  submissions: count(
    1,
    10_000,
    'Submissions taken at the same time at the backend API, half of them (rounded up) for one of several keys; more are answered 503.',
  ),
  backlog: count(
    1,
    100_000_000,
    'Messages waiting to be sent, on all nodes, from which on new submissions for a partner with half of them or more are answered 503, until a tenth is gone; all submissions are from twice as many on.',
  ),
  freeSpace: size(
    'What is to stay free on the disk of the payloads: with less, submissions and messages of partners are answered 503. 0B looks never.',
  ),
  inbound: count(1, 10_000, 'Messages received at the same time; more are answered 503.'),
  inboundPerRemote: count(
    0,
    10_000,
    'Messages received at the same time from one network address; more are answered 503. 0 is no bound, right behind a proxy that shows its own address.',
  ),
  refusalsPerMinute: count(
    0,
    1_000_000,
    'Messages of one network address that are refused within a minute, from which on it is answered 503 before anything is read. 0 is no bound, right behind a proxy that shows its own address.',
  ),
  outbound: count(1, 1000, 'Messages sent at the same time.'),
  eventStreams: count(
    0,
    10_000,
    'Event streams that backends hold open at the same time; more are answered 503.',
  ),
  outboundPerPartner: count(1, 1000, 'Messages sent to one partner at the same time, by one node.'),
  databaseConnections: count(2, 500, 'Connections of this node to the PostgreSQL server.'),
});

const breaker = z.strictObject({
  failures: count(
    1,
    1000,
    'Pushes in a row that find a partner down before nothing is sent to it for a while.',
  ),
  wait: duration('Until one message may try the partner again; doubles with each that fails.'),
  longestWait: duration('What the wait grows to at most.'),
});

const timeouts = z.strictObject({
  connect: duration('To connect to a partner, TLS included.'),
  response: duration('From the last byte of a push to the answer of the partner.'),
  idle: duration('Longest silence within a transfer.'),
  headers: duration('To receive the head of a request.'),
  statement: duration('For one statement of the PostgreSQL database, waiting for locks included.'),
  lease: duration('How long a worker owns a message before another may take it.'),
  sweep: duration('Distance of two sweeps for messages whose time has come.'),
  orphans: duration('Age at which a payload nobody refers to is removed.'),
  drain: duration(
    'How long the doors stay open after readiness has turned 503 at the stop, so that load balancers hear of it.',
  ),
  reload: duration(
    'Distance of two looks for changed P-Modes, keys, certificates, revocation lists and webhooks; 0s looks never.',
  ),
  heartbeat: duration(
    'Distance of two signs of life a node leaves in the store, where it also hears of a reload.',
  ),
  shutdown: duration('What running work gets to finish when the gateway stops.'),
});

/** The shape of a configuration file. Everything may be left out here; what is needed is asked for by named checks. */
export const configFileShape = z
  .strictObject({
    accessPoint: z
      .strictObject({
        party: text(100).optional().describe('Which party of the P-Modes this access point is.'),
        idDomain: text(200)
          .regex(/^[A-Za-z0-9](?:[A-Za-z0-9.-]*[A-Za-z0-9])?$/, 'must look like a domain name')
          .optional()
          .describe('Right part of the MessageIds made here; made from the party when left out.'),
      })
      .optional()
      .describe('Who we are.'),
    demo: z.boolean().optional().describe('Allow keys made for the demonstration. Never in production.'),
    listeners: listeners.optional().describe('Where the gateway listens.'),
    data: path('Folder for everything the gateway writes.'),
    store: path('File of the embedded store; quoin.db in the data folder when left out.'),
    database: secret(
      'URL of the PostgreSQL database (15 or newer) that several nodes may share, `postgres://USER:PASSWORD@HOST:PORT/NAME?sslmode=verify-full`; DATABASE_URL is the same. Without it the store is embedded.',
    ),
    databaseFile: path('File that holds the URL of the database.'),
    redis: secret(
      'URL of the Redis or Valkey server that several nodes share as queue, `redis://` or `rediss://`; REDIS_URL is the same. Without it the queue is in the process.',
    ),
    redisFile: path('File that holds the URL of the Redis server.'),
    payloads: path('Folder of the payloads; payloads in the data folder when left out.'),
    pmodes: path('Folder of the P-Mode files; folders below it are not read.'),
    certificates: path('Folder that certificate names in P-Modes refer to.'),
    revocationLists: files(
      'Certificate revocation lists, PEM or DER, read again when they change; a revoked certificate is refused.',
    ),
    keys: z.array(key).max(50, 'must have at most 50 entries').optional().describe('Our keys, newest first.'),
    webhooks: z
      .array(webhook)
      .max(50, 'must have at most 50 entries')
      .optional()
      .describe('Endpoints of backends that are told what happens to messages.'),
    events: z
      .strictObject({
        keep: duration('How long events are kept for those who ask later.'),
        most: count(1000, 100_000_000, 'How many are kept at most. What a webhook still waits for stays.'),
      })
      .optional()
      .describe('What happened to messages, as it is kept.'),
    retention: z
      .strictObject({
        taken: duration('Since a backend took a received message; `0s` is at once.'),
        sent: duration('Since a message we sent was acknowledged.'),
      })
      .optional()
      .describe(
        'How long payloads stay that everybody has; for good when left out. The rest of a message stays.',
      ),
    exchanges: exchanges.optional().describe('Evidence exchanges.'),
    limits: limits.optional().describe('Bounds for what is taken in.'),
    breaker: breaker.optional().describe('When a partner counts as down, and how soon it is tried again.'),
    timeouts: timeouts.optional().describe('How long things may take.'),
    outbound: z
      .strictObject({
        tls: z
          .strictObject({
            ...tls,
            authorities: files('PEM files with the authorities of partners; those of Node when left out.'),
          })
          .optional()
          .describe('TLS towards partners.'),
      })
      .optional()
      .describe('How we connect to partners.'),
    commonServices: commonServicesShape
      .optional()
      .describe('The Evidence Broker and the Data Service Directory; they are asked when this names them.'),
    tracing: z
      .strictObject({
        endpoint: text(1024)
          .optional()
          .describe(
            'Collector that takes traces, OTLP over HTTP: `http://collector:4318`; OTEL_EXPORTER_OTLP_ENDPOINT is the same.',
          ),
        headersFile: path('File of headers that the collector asks for, one a line, `NAME: VALUE`.'),
        ratio: z
          .number()
          .min(0, 'must be at least 0')
          .max(1, 'must be at most 1')
          .optional()
          .describe(
            'Share of the messages that are traced; all access points choose the same ones. 1 when left out.',
          ),
        service: text(100).optional().describe('Name of this service in traces; `quoin` when left out.'),
      })
      .optional()
      .describe('Where traces go; there are none when this is left out.'),
    log: z
      .strictObject({
        level: z
          .enum(['debug', 'info', 'warn', 'error', 'silent'])
          .optional()
          .describe('Least level that is written.'),
      })
      .optional()
      .describe('What is logged.'),
  })
  .meta({
    title: 'Quoin configuration',
    description: 'One access point: who it is, where it listens, where its files are, what it allows.',
    required: ['accessPoint'],
  });

/** A configuration file of the right shape, possibly incomplete. */
export type ConfigFile = z.infer<typeof configFileShape>;
