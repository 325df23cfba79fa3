import { mkdir } from 'node:fs/promises';
import type { Config } from './config/index.ts';
import { startRestListener } from './faces/rest/index.ts';
import { listenerTls, transportTls } from './gateway-tls.ts';
import { loadAgreements } from './load-agreements.ts';
import type { LoadedAgreements } from './load-agreements.ts';
import { createMsh } from './msh/index.ts';
import type { Msh, MshContext, MshLimits } from './msh/index.ts';
import { weakModes } from './protocol/pmode/index.ts';
import { createTransport, startAs4Listener, startHttpListener } from './world/http/index.ts';
import { createObserver, systemNature } from './world/observe/index.ts';
import type { EventLog } from './world/observe/index.ts';
import { openFilePayloads } from './world/payloads/index.ts';
import { createLocalQueue } from './world/queue/index.ts';
import { openSqliteStore } from './world/store/index.ts';

/** An access point that runs; addresses are URLs. */
export interface Gateway {
  readonly as4: string;
  readonly api: string;
  readonly msh: Msh;
  readonly observer: EventLog;
  /** Stops taking messages, lets running work finish within `times.shutdownMs`, closes everything in reverse order. */
  readonly stop: () => Promise<void>;
}

/** What the gateway is told besides its configuration. */
export interface GatewayOptions {
  /** Warnings about the configuration, for the log. */
  readonly warnings?: readonly string[];
  /** One readable line an event instead of JSON. */
  readonly pretty?: boolean;
}

/** What was started and must be closed again, in the order it was started. */
type Closings = (() => Promise<void>)[];

/**
 * Starts an access point from its configuration: the only place that knows two adapters at once. Starts in order, sends
 * nothing before both doors are open, and closes what was started before when a step fails. Throws QuoinError of whichever
 * room refused.
 */
export async function startGateway(config: Config, options: GatewayOptions = {}): Promise<Gateway> {
  const startedAt = systemNature.now();
  const observer = createObserver({ level: config.log.level, pretty: options.pretty });
  const loaded = await loadAgreements(config);
  const closings: Closings = [];
  try {
    const { msh, ...doors } = await startAll(config, loaded, observer, closings);
    announce(config, [...(options.warnings ?? []), ...loaded.warnings], loaded, observer);
    observer.emit({
      event: 'gateway/listening',
      level: 'info',
      party: config.accessPoint.party,
      pmodes: loaded.agreements.pmodes.length,
      ...doors,
      tookMs: systemNature.now() - startedAt,
    });
    return { ...doors, msh, observer, stop: () => stop(observer, closings) };
  } catch (error) {
    // Why it cannot start is what the operator must read, whatever closing says.
    await closeAll(closings).catch(() => undefined);
    throw error;
  }
}

async function stop(observer: EventLog, closings: Closings): Promise<void> {
  observer.emit({ event: 'gateway/stopping', level: 'info' });
  await closeAll(closings);
  observer.emit({ event: 'gateway/stopped', level: 'info' });
}

/** Closes everything in reverse; what fails keeps nothing else open, and the first failure is told at the end. */
async function closeAll(closings: Closings): Promise<void> {
  const failures: unknown[] = [];
  for (const close of closings.splice(0).reverse())
    await close().catch((error: unknown) => failures.push(error));
  if (failures.length > 0) throw failures[0];
}

async function startAll(
  config: Config,
  loaded: LoadedAgreements,
  observer: EventLog,
  closings: Closings,
): Promise<Pick<Gateway, 'as4' | 'api' | 'msh'>> {
  const patience = new AbortController();
  const context = await openWorld({ config, loaded, observer, patience: patience.signal }, closings);
  const msh = createMsh(context);
  const doors: Closings = [];
  closings.push(() => finish([...doors, () => msh.stop()], config.times.shutdownMs, patience));
  const api = await openApi(config, msh, observer, doors);
  const as4 = await openAs4(config, msh, observer, doors);
  await msh.start();
  return { as4, api, msh };
}

/** Doors and workers end side by side, so that the time to finish is granted once; pushes beyond it are aborted. */
async function finish(closings: Closings, ms: number, patience: AbortController): Promise<void> {
  const deadline = setTimeout(() => patience.abort(), ms);
  const ended = await Promise.allSettled(closings.map((close) => close()));
  clearTimeout(deadline);
  for (const one of ended) if (one.status === 'rejected') throw one.reason;
}

/** What the world is made of. */
interface Making {
  readonly config: Config;
  readonly loaded: LoadedAgreements;
  readonly observer: EventLog;
  /** Aborts when pushes may no longer run. */
  readonly patience: AbortSignal;
}

async function openWorld(making: Making, closings: Closings): Promise<MshContext> {
  const { config, loaded, observer } = making;
  await mkdir(config.folders.data, { recursive: true, mode: 0o700 });
  const store = await openSqliteStore({ file: config.storeFile });
  closings.push(() => store.close());
  return {
    store,
    payloads: await openFilePayloads({ folder: config.folders.payloads }),
    transport: await openTransport(making, closings),
    observer,
    queue: createLocalQueue(systemNature),
    nature: systemNature,
    agreements: () => loaded.agreements,
    limits: mshLimits(config),
    times: {
      leaseMs: config.times.leaseMs,
      responseTimeoutMs: config.times.responseMs,
      sweepIntervalMs: config.times.sweepIntervalMs,
      orphanAgeMs: config.times.orphanAgeMs,
    },
    idDomain: config.accessPoint.idDomain,
    sendConcurrency: config.limits.outbound,
  };
}

async function openTransport(making: Making, closings: Closings): Promise<MshContext['transport']> {
  const { config, patience } = making;
  const transport = createTransport({
    tls: await transportTls(config.outbound.tls),
    connectTimeoutMs: config.times.connectMs,
    stallTimeoutMs: config.times.idleMs,
    maxReplyBytes: config.limits.replyBytes,
  });
  closings.push(() => transport.close());
  return { ...transport, push: (request) => transport.push({ signal: patience, ...request }) };
}

/** The bounds of the configuration as the MSH knows them. */
export function mshLimits(config: Config): MshLimits {
  const { envelopeBytes, parts, messageBytes, spoolBytes, gzipRatio, replyBytes, canonicalBytes } =
    config.limits;
  return { envelopeBytes, parts, messageBytes, spoolBytes, gzipRatio, replyBytes, canonicalBytes };
}

async function openApi(config: Config, msh: Msh, observer: EventLog, doors: Closings): Promise<string> {
  const { api } = config.listeners;
  const { apiJsonBytes, messageBytes, parts } = config.limits;
  const listen: typeof startHttpListener = (options) =>
    startHttpListener({ ...options, limits: listenerLimits(config) });
  const rest = await startRestListener({
    listen,
    host: api.host,
    port: api.port,
    token: api.token?.(),
    msh,
    observer,
    // The SOAP part counts as one of a message.
    limits: { jsonBytes: apiJsonBytes, submissionBytes: messageBytes, parts: parts - 1 },
  });
  doors.push(() => rest.close());
  return rest.address.url;
}

async function openAs4(config: Config, msh: Msh, observer: EventLog, doors: Closings): Promise<string> {
  const { as4 } = config.listeners;
  const door = await startAs4Listener({
    host: as4.host,
    port: as4.port,
    path: as4.path,
    tls: await listenerTls(as4.tls),
    receive: (request) => msh.receive(request),
    limits: {
      ...listenerLimits(config),
      messageBytes: config.limits.messageBytes,
      concurrentMessages: config.limits.inbound,
      idleMs: config.times.idleMs,
    },
    observer,
  });
  doors.push(() => door.close());
  return door.address.url;
}

function listenerLimits({ times }: Config): { readonly headersMs: number; readonly closeMs: number } {
  return { headersMs: times.headersMs, closeMs: times.shutdownMs };
}

/** What weakens this access point is said at every start. */
function announce(
  config: Config,
  warnings: readonly string[],
  { agreements }: LoadedAgreements,
  observer: EventLog,
): void {
  for (const warning of warnings)
    observer.emit({ event: 'gateway/configuration-warning', level: 'warn', warning });
  for (const mode of agreements.pmodes.flatMap(weakModes))
    observer.emit({ event: 'gateway/weaker-mode', level: 'warn', mode });
  if (config.demo)
    observer.emit({
      event: 'gateway/demonstration',
      level: 'warn',
      advice: 'Demonstration keys are allowed. Never do this in production.',
    });
}
