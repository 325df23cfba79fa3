import { up } from '../faces/operations/index.ts';
import type { ComponentHealth } from '../faces/operations/index.ts';
import type { QueueHealth } from '../msh/index.ts';
import { systemNature } from '../world/observe/index.ts';
import { createLocalQueue } from '../world/queue/index.ts';
import type { Making, World } from './making.ts';
import type { Signals } from './signals.ts';

/** The queue that the configuration asks for; the MSH closes it when its workers stop. */
export function openQueue({ signals }: Making): Promise<World['queue']> {
  const queue = createLocalQueue(systemNature);
  addQueueSignals(signals, queue);
  return Promise.resolve(queue);
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

/** Without its server the queue rings nobody, but what comes in is kept all the same: less, not nothing. */
function queueHealth(queue: QueueHealth): ComponentHealth {
  if (queue.state() === 'connected') return up('The queue takes rings.');
  return {
    status: 'degraded',
    code: 'queue/disconnected',
    message: 'The server of the queue cannot be reached; messages are kept and wait.',
  };
}
