import { resolve } from 'node:path';
import { parseDuration, parseSize } from '../protocol/pmode/index.ts';
import { buildCommonServices } from './common-services.ts';
import { configDefaults, serverTlsDefaults } from './defaults.ts';
import type { ConfigFile } from './file-shape.ts';
import { secretFrom } from './secrets.ts';
import type {
  ClientTls,
  Config,
  ConfiguredBreaker,
  ConfiguredExchanges,
  ConfiguredLimits,
  ConfiguredTimes,
  KeySource,
  ServerTls,
  TlsIdentity,
} from './types.ts';
import { buildWebhook } from './webhooks.ts';

/** The folder that the relative paths of a setting refer to. */
export type BaseFolder = (...path: readonly (string | number)[]) => string;

/** A file in which everything that has a default is there. */
type Filled<File, Defaults> = Omit<File, keyof Defaults> & {
  readonly [Key in keyof Defaults & keyof File]-?: Defaults[Key] extends readonly unknown[]
    ? NonNullable<File[Key]>
    : Defaults[Key] extends object
      ? Filled<NonNullable<File[Key]>, Defaults[Key]>
      : NonNullable<File[Key]>;
};

type Written = Filled<ConfigFile, typeof configDefaults>;

/** The snapshot that merged settings stand for, with all paths absolute; not yet checked. */
export function buildConfig(merged: ConfigFile, base: BaseFolder, source: string | undefined): Config {
  const written = merged as Written;
  const party = merged.accessPoint?.party ?? '';
  const data = resolve(base('data'), written.data);
  const { as4, api, operations } = written.listeners;
  const token = secretFrom(api.token, inFolder(base('listeners', 'api', 'tokenFile'), api.tokenFile));
  const keysFile = inFolder(base('listeners', 'api', 'keysFile'), api.keysFile);
  const tls = serverTls(merged, base);
  const database = secretFrom(merged.database, inFolder(base('databaseFile'), merged.databaseFile));
  const redis = secretFrom(merged.redis, inFolder(base('redisFile'), merged.redisFile));
  return {
    ...(source === undefined ? {} : { source }),
    demo: written.demo,
    accessPoint: { party, idDomain: merged.accessPoint?.idDomain ?? domainOf(party) },
    listeners: {
      as4: { host: as4.host, port: as4.port, path: as4.path, ...(tls === undefined ? {} : { tls }) },
      api: {
        host: api.host,
        port: api.port,
        ...(token === undefined ? {} : { token }),
        ...(keysFile === undefined ? {} : { keysFile }),
      },
      operations: { host: operations.host, port: operations.port },
    },
    ...(database === undefined ? {} : { database }),
    storeFile: merged.store === undefined ? resolve(data, 'quoin.db') : resolve(base('store'), merged.store),
    ...(redis === undefined ? {} : { redis }),
    folders: {
      data,
      payloads:
        merged.payloads === undefined
          ? resolve(data, 'payloads')
          : resolve(base('payloads'), merged.payloads),
      pmodes: resolve(base('pmodes'), written.pmodes),
      certificates: resolve(base('certificates'), written.certificates),
    },
    revocationLists: listOf(merged.revocationLists).map((file) => resolve(base('revocationLists'), file)),
    keys: (merged.keys ?? []).map((key, index) => keySource(key, base('keys', index))),
    outbound: { tls: clientTls(merged, base) },
    webhooks: (merged.webhooks ?? []).map((webhook, index) =>
      buildWebhook(webhook, (key) => base('webhooks', index, key)),
    ),
    events: { keepMs: parseDuration(written.events.keep), most: written.events.most },
    retention: retentionOf(merged),
    exchanges: exchangesOf(written),
    limits: limitsOf(written),
    breaker: breakerOf(written),
    times: timesOf(written),
    ...buildCommonServices(written.commonServices, (key) => base('commonServices', key)),
    ...tracingOf(merged, base),
    log: { level: written.log.level },
  };
}

function retentionOf({ retention }: ConfigFile): Config['retention'] {
  const { taken, sent } = retention ?? {};
  return {
    ...(taken === undefined ? {} : { takenMs: parseDuration(taken) }),
    ...(sent === undefined ? {} : { sentMs: parseDuration(sent) }),
  };
}

function exchangesOf({ exchanges }: Written): ConfiguredExchanges {
  const { previewWithin, decideWithin } = exchanges;
  const { previewLink = previewWithin, previewSession = decideWithin } = exchanges;
  return {
    record: exchanges.record,
    keepMs: parseDuration(exchanges.keep),
    answerMs: parseDuration(exchanges.answerWithin),
    previewMs: parseDuration(previewWithin),
    decisionMs: parseDuration(decideWithin),
    previewLinkMs: parseDuration(previewLink),
    previewSessionMs: parseDuration(previewSession),
    patienceMs: parseDuration(exchanges.patience),
    answerOverdue: exchanges.answerOverdue,
  };
}

function inFolder(folder: string, path: string | undefined): string | undefined {
  return path === undefined ? undefined : resolve(folder, path);
}

/** `AP_XA_01` writes MessageIds that end in `@ap-xa-01.quoin`. */
function domainOf(party: string): string {
  const name = party
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^-|-$/g, '');
  return `${name === '' ? 'ap' : name}.quoin`;
}

type KeyFile = NonNullable<ConfigFile['keys']>[number];

function keySource(key: KeyFile, folder: string): KeySource {
  const path = key.path ?? '';
  const certificate = inFolder(folder, key.certificate);
  const passwordFile = inFolder(folder, key.passwordFile);
  const password = secretFrom(key.password, passwordFile);
  const { alias, role = 'both' } = key;
  return {
    path: resolve(folder, path),
    type: key.type ?? (/\.(p12|pfx)$/i.test(path) ? 'pkcs12' : 'pem'),
    ...(certificate === undefined ? {} : { certificate }),
    ...(alias === undefined ? {} : { alias }),
    ...(password === undefined ? {} : { password }),
    ...(passwordFile === undefined ? {} : { passwordFile }),
    use: role === 'both' ? ['sign', 'decrypt'] : [role],
  };
}

interface IdentityFile {
  readonly certificate?: string | undefined;
  readonly key?: string | undefined;
  readonly keyPassword?: string | undefined;
  readonly keyPasswordFile?: string | undefined;
}

function identity(tls: IdentityFile, base: (key: string) => string): TlsIdentity {
  const { certificate, key, keyPassword, keyPasswordFile } = tls;
  const password = secretFrom(keyPassword, inFolder(base('keyPasswordFile'), keyPasswordFile));
  return {
    certificate: resolve(base('certificate'), certificate ?? ''),
    key: resolve(base('key'), key ?? ''),
    ...(password === undefined ? {} : { keyPassword: password }),
  };
}

function serverTls(merged: ConfigFile, base: BaseFolder): ServerTls | undefined {
  const tls = merged.listeners?.as4?.tls;
  if (tls === undefined) return undefined;
  const at = (key: string) => base('listeners', 'as4', 'tls', key);
  const { minVersion, ciphers, clientAuthentication } = tls;
  return {
    ...identity(tls, at),
    minVersion: minVersion ?? serverTlsDefaults.minVersion,
    ciphers: ciphers ?? serverTlsDefaults.ciphers,
    clientAuthentication: clientAuthentication ?? serverTlsDefaults.clientAuthentication,
    clientAuthorities: listOf(tls.clientAuthorities).map((file) => resolve(at('clientAuthorities'), file)),
  };
}

function clientTls(merged: ConfigFile, base: BaseFolder): ClientTls {
  const tls = merged.outbound?.tls ?? {};
  const at = (key: string) => base('outbound', 'tls', key);
  const shown = tls.certificate !== undefined || tls.key !== undefined;
  return {
    minVersion: tls.minVersion ?? configDefaults.outbound.tls.minVersion,
    ciphers: tls.ciphers ?? configDefaults.outbound.tls.ciphers,
    authorities: listOf(tls.authorities).map((file) => resolve(at('authorities'), file)),
    ...(shown ? { identity: identity(tls, at) } : {}),
  };
}

function tracingOf({ tracing }: ConfigFile, base: BaseFolder): Pick<Config, 'tracing'> {
  if (tracing?.endpoint === undefined) return {};
  const { endpoint, headersFile, ratio = 1, service = 'quoin' } = tracing;
  const headers = secretFrom(undefined, inFolder(base('tracing', 'headersFile'), headersFile));
  return { tracing: { endpoint, ratio, service, ...(headers === undefined ? {} : { headers }) } };
}

function listOf(files: string | readonly string[] | undefined): readonly string[] {
  if (files === undefined) return [];
  return typeof files === 'string' ? [files] : files;
}

function limitsOf({ limits }: Written): ConfiguredLimits {
  return {
    envelopeBytes: parseSize(limits.envelopeSize),
    parts: limits.parts,
    messageBytes: parseSize(limits.messageSize),
    inlineBytes: parseSize(limits.inlineSize),
    spoolBytes: parseSize(limits.spoolSize),
    gzipRatio: limits.gzipRatio,
    replyBytes: parseSize(limits.replySize),
    canonicalBytes: parseSize(limits.canonicalXmlSize),
    apiJsonBytes: parseSize(limits.apiJsonSize),
    submissions: limits.submissions,
    backlog: limits.backlog,
    freeSpaceBytes: parseSize(limits.freeSpace),
    inbound: limits.inbound,
    inboundPerRemote: limits.inboundPerRemote,
    refusalsPerMinute: limits.refusalsPerMinute,
    outbound: limits.outbound,
    eventStreams: limits.eventStreams,
    outboundPerPartner: limits.outboundPerPartner,
    databaseConnections: limits.databaseConnections,
  };
}

function breakerOf({ breaker }: Written): ConfiguredBreaker {
  return {
    failures: breaker.failures,
    waitMs: parseDuration(breaker.wait),
    longestWaitMs: parseDuration(breaker.longestWait),
  };
}

function timesOf({ timeouts }: Written): ConfiguredTimes {
  return {
    connectMs: parseDuration(timeouts.connect),
    responseMs: parseDuration(timeouts.response),
    idleMs: parseDuration(timeouts.idle),
    headersMs: parseDuration(timeouts.headers),
    statementMs: parseDuration(timeouts.statement),
    leaseMs: parseDuration(timeouts.lease),
    sweepIntervalMs: parseDuration(timeouts.sweep),
    orphanAgeMs: parseDuration(timeouts.orphans),
    drainMs: parseDuration(timeouts.drain),
    reloadMs: parseDuration(timeouts.reload),
    heartbeatMs: parseDuration(timeouts.heartbeat),
    shutdownMs: parseDuration(timeouts.shutdown),
  };
}
