import type { Queue, QueueHealth } from '../../msh/ports/index.ts';
import type { RedisQueueOptions } from './bullmq/redis-queue.ts';

/** The bell: in process, or on Redis; the store holds all that must survive. */
export { createLocalQueue } from './local-queue.ts';
export type { RedisQueueOptions } from './bullmq/redis-queue.ts';

/**
 * A bell that all nodes of an access point hear, on Redis or Valkey. Throws QuoinError `queue/redis-...` when the server
 * does not answer or does not fit. Its libraries are loaded when it is first asked for: the embedded queue needs none.
 */
export async function openRedisQueue(options: RedisQueueOptions): Promise<Queue & QueueHealth> {
  const room = await import('./bullmq/redis-queue.ts');
  return await room.openRedisQueue(options);
}

/**
 * Asks a Redis or Valkey server whether it could be the queue, and tells its place without the password. Throws QuoinError
 * `queue/redis-...` for what speaks against it.
 */
export async function examineRedis(url: string): Promise<string> {
  const { checkServer } = await import('./bullmq/check-server.ts');
  const { placeOf } = await import('./bullmq/clients.ts');
  await checkServer(url);
  return placeOf(url);
}
