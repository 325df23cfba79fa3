import type { Config } from '../config/index.ts';
import type { MshTimes } from '../msh/index.ts';
import { createDocumentCheck, EXCHANGE_SERVICE } from '../oots/index.ts';
import { systemNature } from '../world/observe/index.ts';
import { mshLimits, sendingLimits } from './limits.ts';
import type { Making, World } from './making.ts';
import { openPayloads } from './open-payloads.ts';
import { openQueue } from './open-queue.ts';
import { openStore } from './open-store.ts';
import { openTransport } from './open-transport.ts';
import { trySurroundings } from './try-surroundings.ts';

/** ms between two looks at what operators decided on another node. */
const ROUND_MS = 1000;

/** Opens every adapter, the store when nothing else can fail; what cannot be had leaves nothing behind. */
export async function openWorld(making: Making): Promise<World> {
  const { config, loaded, observer } = making;
  await trySurroundings(making);
  const transport = await openTransport(making);
  return {
    store: await openStore(making),
    payloads: await openPayloads(making),
    transport,
    queue: await openQueue(making),
    observer,
    nature: systemNature,
    agreements: () => loaded().agreements,
    limits: mshLimits(config),
    times: mshTimes(config),
    idDomain: config.accessPoint.idDomain,
    sending: sendingLimits(config),
    retention: {
      ...config.retention,
      ...(config.exchanges.record ? { recordedService: EXCHANGE_SERVICE } : {}),
    },
    documents: createDocumentCheck(),
  };
}

function mshTimes({ times }: Config): MshTimes {
  return {
    leaseMs: times.leaseMs,
    responseTimeoutMs: times.responseMs,
    sweepIntervalMs: times.sweepIntervalMs,
    roundMs: ROUND_MS,
    orphanAgeMs: times.orphanAgeMs,
  };
}
