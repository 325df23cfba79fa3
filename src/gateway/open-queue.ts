import { up } from '../faces/operations/index.ts';
import type { ComponentHealth } from '../faces/operations/index.ts';
import type { Observer, QueueHealth } from '../msh/index.ts';
import { systemNature } from '../world/observe/index.ts';
import { createLocalQueue, openRedisQueue } from '../world/queue/index.ts';
import type { Making, World } from './making.ts';
import { openPart } from './named-settings.ts';
import type { Signals } from './signals.ts';

/** The queue that the configuration asks for; the MSH closes it when its workers stop. */
export async function openQueue(making: Making): Promise<World['queue']> {
  const { config, observer, closings, signals } = making;
  const queue = await openPart(making, 'queue', () => queueOf(config, observer));
  closings.push(() => queue.close());
  addQueueSignals(signals, queue);
  return queue;
}

function queueOf({ redis, accessPoint }: Making['config'], observer: Observer): Promise<World['queue']> {
  if (redis === undefined) return Promise.resolve(createLocalQueue(systemNature));
  return openRedisQueue({ url: redis(), name: accessPoint.party, clock: systemNature, observer });
}

function addQueueSignals({ watch, gauges }: Signals, queue: QueueHealth): void {
  watch.add('queue', () => Promise.resolve(queueHealth(queue)));
  gauges.push({
    name: 'queue',
    metrics: ['quoin_queue_depth', 'quoin_queue_connected'],
    collect: async () => [
      { metric: 'quoin_queue_depth', value: await queue.depth() },
      { metric: 'quoin_queue_connected', value: queue.state() === 'connected' ? 1 : 0 },
    ],
  });
}

/** Without its server each node works by itself on what it has: less, not nothing. */
function queueHealth(queue: QueueHealth): ComponentHealth {
  if (queue.state() === 'connected') return up('The queue takes rings.');
  return {
    status: 'degraded',
    code: 'queue/disconnected',
    message: 'The server of the queue does not serve; this node sends what it has by itself.',
  };
}
