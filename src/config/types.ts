import type { WebhookEvent } from './webhook-events.ts';

/** A secret that does not show when its holder is printed or logged; call it to learn the value. */
export type Secret = () => string;

/** TLS versions that may be the lowest one accepted (eDelivery AS4 1.15 §1.4.2.6). */
export type TlsVersion = 'TLSv1.2' | 'TLSv1.3';

/** A certificate with its key for TLS; absolute paths of PEM files. */
export interface TlsIdentity {
  readonly certificate: string;
  readonly key: string;
  readonly keyPassword?: Secret | undefined;
}

/** TLS of a listener of ours. */
export interface ServerTls extends TlsIdentity {
  readonly minVersion: TlsVersion;
  /** OpenSSL names, separated by colons. */
  readonly ciphers: string;
  readonly clientAuthentication: 'none' | 'request' | 'require';
  /** Absolute paths of PEM files with the authorities that client certificates may come from. */
  readonly clientAuthorities: readonly string[];
}

/** TLS towards partners. */
export interface ClientTls {
  readonly minVersion: TlsVersion;
  readonly ciphers: string;
  /** Absolute paths of PEM files; empty means the authorities that come with Node. */
  readonly authorities: readonly string[];
  /** What we show to partners that ask for a client certificate. */
  readonly identity?: TlsIdentity | undefined;
}

/** A key store to load; the key ring reads it. */
export interface KeySource {
  /** Absolute path: the PEM file with the private key, or the PKCS#12 store. */
  readonly path: string;
  readonly type: 'pem' | 'pkcs12';
  /** PEM only: absolute path of the certificate and its issuers, when they are not in `path`. */
  readonly certificate?: string | undefined;
  /** PKCS#12 only: which entry to use when the store has several. */
  readonly alias?: string | undefined;
  readonly password?: Secret | undefined;
  /** Absolute path of the file the password was read from. */
  readonly passwordFile?: string | undefined;
  readonly use: readonly ('sign' | 'decrypt')[];
}

/** How a database server proves itself over TLS, and we to it; absolute paths of PEM files. */
export interface DatabaseTls {
  /** `full`: chain and host name; `chain`: the chain only; `none`: encrypted for whoever answers. */
  readonly verify: 'full' | 'chain' | 'none';
  /** The authorities instead of those that come with Node. */
  readonly authorities?: string | undefined;
  readonly certificate?: string | undefined;
  readonly key?: string | undefined;
}

/** A PostgreSQL database and how to log in. */
export interface DatabaseAddress {
  /** Name, IP address, or the folder of a socket. */
  readonly host: string;
  readonly port: number;
  readonly user: string;
  readonly password?: Secret | undefined;
  readonly name: string;
  readonly tls?: DatabaseTls | undefined;
  /** Shown by the server beside each connection. */
  readonly applicationName?: string | undefined;
}

/** Bounds for what is taken in and worked on at once. Sizes in bytes. */
export interface ConfiguredLimits {
  /** The SOAP part. */
  readonly envelopeBytes: number;
  /** MIME parts of one message, the SOAP part included. */
  readonly parts: number;
  /** All bytes of one inbound message on the wire. */
  readonly messageBytes: number;
  /** Payload parts that arrive before the SOAP part and must wait for it. */
  readonly spoolBytes: number;
  /** Payload bytes of one message that are kept in the database; 0 keeps none there. */
  readonly inlineBytes: number;
  /** Decompressed bytes per compressed byte. */
  readonly gzipRatio: number;
  /** What a partner answers to a push. */
  readonly replyBytes: number;
  /** An uncompressed XML part, which is canonicalised in memory. */
  readonly canonicalBytes: number;
  /** A JSON body at the backend API. */
  readonly apiJsonBytes: number;
  /** Submissions taken at the same time at the backend API. */
  readonly submissions: number;
  /** Messages waiting to be sent from which on no new ones are taken. */
  readonly backlog: number;
  /** What is to stay free on the disk of the payloads. */
  readonly freeSpaceBytes: number;
  /** Messages received at the same time. */
  readonly inbound: number;
  /** Messages received at the same time from one remote address; 0 is no bound. */
  readonly inboundPerRemote: number;
  /** Refused messages of one remote address in a minute, from which on it is turned away; 0 is no bound. */
  readonly refusalsPerMinute: number;
  /** Messages sent at the same time. */
  readonly outbound: number;
  /** Event streams that backends hold open. */
  readonly eventStreams: number;
  /** Messages sent to one partner at the same time. */
  readonly outboundPerPartner: number;
  /** Connections of this node to the database. */
  readonly databaseConnections: number;
}

/** When a partner counts as down, and how soon it is tried again; times in ms. */
export interface ConfiguredBreaker {
  /** Pushes in a row that found it down. */
  readonly failures: number;
  readonly waitMs: number;
  readonly longestWaitMs: number;
}

/** Times, all in ms. */
export interface ConfiguredTimes {
  /** To connect to a partner, TLS included. */
  readonly connectMs: number;
  /** From the last byte of a push to the head of the answer. */
  readonly responseMs: number;
  /** Longest silence within a transfer, in either direction. */
  readonly idleMs: number;
  /** To receive the head of a request. */
  readonly headersMs: number;
  /** For one statement of the database. */
  readonly statementMs: number;
  /** How long a worker owns a message before another may take it. */
  readonly leaseMs: number;
  readonly sweepIntervalMs: number;
  /** Age at which a payload nobody refers to is removed. */
  readonly orphanAgeMs: number;
  /** How long the doors stay open once readiness says that the gateway stops. */
  readonly drainMs: number;
  /** Distance of two looks for changed files; 0 looks never. */
  readonly reloadMs: number;
  readonly heartbeatMs: number;
  /** What running work gets to finish when the gateway stops. */
  readonly shutdownMs: number;
}

/** How traces are made and where they go. */
export interface ConfiguredTracing {
  /** Address of the collector, without the path of its traces. */
  readonly endpoint: string;
  /** Headers it asks for, one a line. */
  readonly headers?: Secret | undefined;
  /** Share of the messages that are traced, 0 to 1. */
  readonly ratio: number;
  readonly service: string;
}

/** Evidence exchanges: whether they are followed, and how long what may take; ms. */
export interface ConfiguredExchanges {
  readonly record: boolean;
  readonly keepMs: number;
  readonly answerMs: number;
  readonly previewMs: number;
  readonly decisionMs: number;
  /** How long a preview link that is made here can be opened, and the session it opens decided in. */
  readonly previewLinkMs: number;
  readonly previewSessionMs: number;
  /** By how much a requester waits longer than the provider. */
  readonly patienceMs: number;
  readonly answerOverdue: boolean;
}

/** An endpoint of a backend that is told what happens to messages. Times in ms. */
export interface ConfiguredWebhook {
  readonly name: string;
  readonly url: string;
  /** One a line; `webhookSecrets` reads them. */
  readonly secret?: Secret | undefined;
  /** Lines of headers; `webhookHeaders` reads them. */
  readonly headers?: Secret | undefined;
  /** Absolute paths of the files that the two were read from. */
  readonly secretFiles: readonly string[];
  readonly events: readonly WebhookEvent[];
  readonly actions?: readonly string[] | undefined;
  readonly partners?: readonly string[] | undefined;
  readonly parties?: readonly string[] | undefined;
  readonly allowPrivate: boolean;
  /** Absolute paths of PEM files; empty means the authorities that come with Node. */
  readonly authorities: readonly string[];
  readonly timeoutMs: number;
  readonly concurrency: number;
  readonly retry: { readonly firstMs: number; readonly longestMs: number; readonly windowMs: number };
}

/** The Evidence Broker and the Data Service Directory: where they are, who signs for them, how long answers count. */
export interface ConfiguredCommonServices {
  /** Where a service without an address is discovered. */
  readonly environment?: 'acc' | 'prod' | 'testing' | undefined;
  /** By service: Evidence Broker and Data Service Directory. */
  readonly addresses: { readonly eb?: string; readonly dsd?: string };
  /** Absolute paths of PEM files: the roots that signers come from. */
  readonly anchors: readonly string[];
  /** Attributes that the subject of the signer must carry, by keyword. */
  readonly signer: Readonly<Record<string, string>>;
  /** Absolute paths of PEM files: authorities of TLS; empty means those that come with Node. */
  readonly authorities: readonly string[];
  readonly allowPrivate: boolean;
  readonly freshMs: number;
  readonly keepMs: number;
  /** ms an answer may have been signed ago when it comes; no bound without it. */
  readonly signatureAgeMs?: number | undefined;
  readonly timeoutMs: number;
  readonly answerBytes: number;
  readonly entries: number;
}

/** Everything the gateway is told from outside: one snapshot, validated and frozen. All paths are absolute. */
export interface Config {
  /** The file it was read from. */
  readonly source?: string | undefined;
  /** Allow keys that were made for the demonstration. */
  readonly demo: boolean;
  readonly accessPoint: {
    /** Which party of the P-Modes this access point is. */
    readonly party: string;
    /** Right part of the MessageIds and Content-IDs made here. */
    readonly idDomain: string;
  };
  readonly listeners: {
    readonly as4: {
      readonly host: string;
      readonly port: number;
      readonly path: string;
      readonly tls?: ServerTls | undefined;
    };
    readonly api: {
      readonly host: string;
      readonly port: number;
      readonly token?: Secret | undefined;
      /** Absolute path. */
      readonly keysFile?: string | undefined;
    };
    readonly operations: { readonly host: string; readonly port: number };
  };
  /** URL of the PostgreSQL database that several nodes may share; without one the store is embedded. */
  readonly database?: Secret | undefined;
  /** File of the embedded store. */
  readonly storeFile: string;
  /** URL of the Redis server that is the queue; without one the queue is in the process. */
  readonly redis?: Secret | undefined;
  readonly folders: {
    readonly data: string;
    readonly payloads: string;
    readonly pmodes: string;
    readonly certificates: string;
  };
  /** Absolute paths of certificate revocation lists. */
  readonly revocationLists: readonly string[];
  readonly keys: readonly KeySource[];
  readonly outbound: { readonly tls: ClientTls };
  readonly webhooks: readonly ConfiguredWebhook[];
  /** How long events are kept (ms), and how many at most. */
  readonly events: { readonly keepMs: number; readonly most: number };
  /** How long payloads stay that everybody has, ms; what is not there holds for good. */
  readonly retention: { readonly takenMs?: number; readonly sentMs?: number };
  readonly exchanges: ConfiguredExchanges;
  readonly limits: ConfiguredLimits;
  readonly breaker: ConfiguredBreaker;
  readonly times: ConfiguredTimes;
  /** The common services of the evidence exchange; not asked without it. */
  readonly commonServices?: ConfiguredCommonServices | undefined;
  /** Where traces go; none are made without it. */
  readonly tracing?: ConfiguredTracing | undefined;
  readonly log: { readonly level: 'debug' | 'info' | 'warn' | 'error' | 'silent' };
}
