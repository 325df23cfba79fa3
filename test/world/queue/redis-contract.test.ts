import { randomUUID } from 'node:crypto';
import { after, before, describe } from 'node:test';
import { openRedisQueue } from '../../../src/world/queue/index.ts';
import { queueContract } from '../../contract/queue.ts';
import { startRedis, noRedis } from '../../support/redis-server.ts';
import type { RedisServer } from '../../support/redis-server.ts';

describe('a queue on Redis', { skip: noRedis() }, () => {
  let redis: RedisServer;
  before(async () => {
    redis = await startRedis();
  });
  after(() => redis.stop('kill'));

  queueContract('BullMQ on Redis', {
    open: async (test) => {
      const queue = await openRedisQueue({
        url: redis.url,
        name: randomUUID(),
        clock: { now: () => Date.now() },
        observer: { emit: () => undefined },
      });
      test.after(() => queue.close());
      return queue;
    },
  });
});
