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
  /** Stops taking messages, lets running work finish, closes everything in reverse order. */
  readonly stop: () => Promise<void>;
}

/** Something that was started and must be closed again. */
type Closing = () => Promise<void>;

/**
 * Starts an access point from its configuration: the only place that knows two adapters at once. Starts in order and,
 * when a step fails, closes what was started before in reverse. Throws QuoinError of whichever room refused.
 */
export async function startGateway(config: Config): Promise<Gateway> {
  const startedAt = systemNature.now();
  const closings: Closing[] = [];
  const stop = async (): Promise<void> => {
    for (const close of closings.splice(0).reverse()) await close();
  };
  try {
    return await startAll(config, startedAt, closings, stop);
  } catch (error) {
    await stop();
    throw error;
  }
}

async function startAll(
  config: Config,
  startedAt: number,
  closings: Closing[],
  stop: Closing,
): Promise<Gateway> {
  const observer = createObserver({ level: config.log.level });
  const loaded = await loadAgreements(config);
  const context = await openWorld(config, loaded, observer, closings);
  const msh = createMsh(context);
  await msh.start();
  closings.push(() => msh.stop());
  const doors = await openDoors(config, msh, observer, closings);
  announce(config, loaded, observer, { ...doors, tookMs: systemNature.now() - startedAt });
  return {
    ...doors,
    msh,
    observer,
    stop: async () => {
      observer.emit({ event: 'gateway/stopping', level: 'info' });
      await stop();
      observer.emit({ event: 'gateway/stopped', level: 'info' });
    },
  };
}

async function openWorld(
  config: Config,
  loaded: LoadedAgreements,
  observer: EventLog,
  closings: Closing[],
): Promise<MshContext> {
  await mkdir(config.folders.data, { recursive: true, mode: 0o700 });
  const store = await openSqliteStore({ file: config.storeFile });
  closings.push(() => store.close());
  const payloads = await openFilePayloads({ folder: config.folders.payloads });
  const transport = createTransport({
    tls: await transportTls(config.outbound.tls),
    connectTimeoutMs: config.times.connectMs,
    stallTimeoutMs: config.times.idleMs,
    maxReplyBytes: config.limits.replyBytes,
  });
  closings.push(() => transport.close());
  return {
    store,
    payloads,
    transport,
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

/** The bounds of the configuration as the MSH knows them. */
export function mshLimits(config: Config): MshLimits {
  const { envelopeBytes, parts, messageBytes, spoolBytes, gzipRatio, replyBytes, canonicalBytes } =
    config.limits;
  return { envelopeBytes, parts, messageBytes, spoolBytes, gzipRatio, replyBytes, canonicalBytes };
}

/** The backends' door first: an access point that answers partners can also be looked at. */
async function openDoors(
  config: Config,
  msh: Msh,
  observer: EventLog,
  closings: Closing[],
): Promise<{ readonly as4: string; readonly api: string }> {
  const { as4, api } = config.listeners;
  const rest = await startRestListener({
    listen: startHttpListener,
    host: api.host,
    port: api.port,
    token: api.token?.(),
    msh,
    observer,
    limits: {
      jsonBytes: config.limits.apiJsonBytes,
      submissionBytes: config.limits.messageBytes,
      parts: config.limits.parts - 1,
    },
  });
  closings.push(() => rest.close());
  const door = await startAs4Listener({
    host: as4.host,
    port: as4.port,
    path: as4.path,
    tls: await listenerTls(as4.tls),
    receive: (request) => msh.receive(request),
    limits: {
      messageBytes: config.limits.messageBytes,
      concurrentMessages: config.limits.inbound,
      idleMs: config.times.idleMs,
    },
    observer,
  });
  closings.push(() => door.close());
  return { as4: door.address.url, api: rest.address.url };
}

function announce(
  config: Config,
  loaded: LoadedAgreements,
  observer: EventLog,
  facts: { as4: string; api: string; tookMs: number },
): void {
  const { pmodes } = loaded.agreements;
  for (const warning of loaded.warnings)
    observer.emit({ event: 'gateway/configuration-warning', level: 'warn', warning });
  for (const mode of pmodes.flatMap(weakModes))
    observer.emit({ event: 'gateway/weaker-mode', level: 'warn', mode });
  if (config.demo)
    observer.emit({
      event: 'gateway/demonstration',
      level: 'warn',
      advice: 'Demonstration keys are allowed. Never do this in production.',
    });
  observer.emit({
    event: 'gateway/listening',
    level: 'info',
    party: config.accessPoint.party,
    pmodes: pmodes.length,
    ...facts,
  });
}
