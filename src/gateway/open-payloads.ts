import { up } from '../faces/operations/index.ts';
import type { ComponentHealth } from '../faces/operations/index.ts';
import type { PayloadHealth } from '../msh/index.ts';
import { cached } from '../world/observe/index.ts';
import { openFilePayloads } from '../world/payloads/index.ts';
import type { Making, World } from './making.ts';
import { openPart } from './named-settings.ts';

/** Below this many free bytes, or twice what is to stay free, the access point calls itself degraded. bytes. */
const LITTLE_SPACE = 1024 ** 3;

/** ms for which a look at the disk is good. */
const FRESH_MS = 10_000;

/** The payload store that the configuration asks for. */
export async function openPayloads(making: Making): Promise<World['payloads']> {
  const { config, signals } = making;
  const { payloads: folder } = config.folders;
  const payloads = await openPart(making, 'payloads', () => openFilePayloads({ folder }));
  signals.watch.add('payloads', () => payloadHealth(payloads, config.limits.freeSpaceBytes));
  signals.gauges.push(
    cached(
      {
        name: 'payload-disk',
        metrics: ['quoin_payload_disk_free_bytes', 'quoin_payload_disk_size_bytes'],
        collect: async () => {
          const { free, size } = await payloads.space();
          return [
            { metric: 'quoin_payload_disk_free_bytes', value: free },
            { metric: 'quoin_payload_disk_size_bytes', value: size },
          ];
        },
      },
      FRESH_MS,
    ),
  );
  return payloads;
}

/** How the payload store is: down with less than is to stay free, because both doors refuse every message then. */
export async function payloadHealth(payloads: PayloadHealth, keptFree: number): Promise<ComponentHealth> {
  await payloads.check();
  const { free: freeBytes } = await payloads.space();
  const facts = { freeBytes };
  if (freeBytes < keptFree)
    return {
      status: 'down',
      code: 'submit/low-space',
      message: 'The disk of the payloads is nearly full; nothing new is taken.',
      facts,
    };
  if (freeBytes < Math.max(LITTLE_SPACE, 2 * keptFree))
    return {
      status: 'degraded',
      code: 'payloads/little-space',
      message: 'The disk of the payloads is nearly full.',
      facts,
    };
  return up('Payloads can be written.', facts);
}
