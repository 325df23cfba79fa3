import { listenerTls } from '../gateway-tls.ts';
import { checkListenerTls, tryListening } from '../world/http/index.ts';
import { tryFilePayloads } from '../world/payloads/index.ts';
import { examineRedis } from '../world/queue/index.ts';
import type { Making } from './making.ts';
import { openPart } from './named-settings.ts';

/**
 * Looks for what would end the start later: doors that cannot open, a payload folder that cannot be written, a queue that
 * does not answer. The store is opened, and a database migrated, only when none of it stands in the way.
 */
export async function trySurroundings(making: Making): Promise<void> {
  const { listeners, folders, redis } = making.config;
  const tls = await listenerTls(listeners.as4.tls);
  if (tls !== undefined) await openPart(making, 'as4-tls', () => checkListenerTls(tls, 'as4'));
  for (const name of ['as4', 'api'] as const)
    await openPart(making, name, () => tryListening(name, listeners[name].host, listeners[name].port));
  await openPart(making, 'payloads', () => tryFilePayloads({ folder: folders.payloads }));
  if (redis !== undefined) await openPart(making, 'queue', () => examineRedis(redis()));
}
