import assert from 'node:assert/strict';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import type { TestContext } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import type { Queue } from '../../src/msh/index.ts';
import { openRedisQueue } from '../../src/world/queue/index.ts';
import { openPostgresStore } from '../../src/world/store/index.ts';
import { noPostgres, postgresDatabase } from '../support/postgres-server.ts';
import { settingsOf } from '../support/postgres-store.ts';
import { noRedis, startRedis } from '../support/redis-server.ts';
import type { RedisServer } from '../support/redis-server.ts';
import { scratchFolder } from '../support/scratch.ts';
import { openTestGateway, submitParts } from '../support/test-gateway.ts';
import type { TestClock, TestGateway } from '../support/test-gateway.ts';
import { ADDRESS, SERVICE, keysOf, oneWayYaml, pairGateways } from '../support/test-pair.ts';
import type { Pair } from '../support/test-pair.ts';

/** The time of the system, which can be set forward. */
function realClock(): TestClock {
  let ahead = 0;
  return {
    get now() {
      return Date.now() + ahead;
    },
    advance: (ms) => (ahead += ms),
  };
}

function queueOn(redis: RedisServer, name: string, clock: TestClock): Promise<Queue> {
  const observer = { emit: () => undefined };
  return openRedisQueue({ url: redis.url, name, clock: { now: () => clock.now }, observer });
}

/** Two gateways whose queues are on one Redis, and whose sweepers are quick. */
async function open(t: TestContext): Promise<Pair & { readonly redis: RedisServer }> {
  const redis = await startRedis({ test: t });
  const clock = realClock();
  const [a, b] = [await queueOn(redis, 'AP_A', clock), await queueOn(redis, 'AP_B', clock)];
  const pair = await pairGateways(t, {
    clock,
    times: { sweepIntervalMs: 300, roundMs: 300 },
    aroundA: (world) => ({ ...world, queue: a }),
    aroundB: (world) => ({ ...world, queue: b }),
  });
  return { ...pair, redis };
}

async function submit(gateway: TestGateway, count: number): Promise<void> {
  for (let index = 0; index < count; index += 1)
    await submitParts(
      gateway,
      {
        from: {
          partyIds: [{ value: 'AP_A', type: 'urn:oasis:names:tc:ebcore:partyid-type:unregistered:test' }],
        },
        to: {
          partyIds: [{ value: 'AP_B', type: 'urn:oasis:names:tc:ebcore:partyid-type:unregistered:test' }],
        },
        service: SERVICE,
        action: 'Ask',
      },
      [{ mimeType: 'text/plain', content: `message ${index}` }],
    );
}

/** Every message is acknowledged and arrived, each by one push. */
async function delivered(sender: TestGateway, { b, wire }: Pair, count: number): Promise<void> {
  const states = async (): Promise<readonly string[]> => (await sender.outbox()).map(({ state }) => state);
  while (!(await states()).every((state) => state === 'ACKNOWLEDGED')) await delay(50);
  assert.equal((await states()).length, count);
  const arrived = (await b.inbox()).map(({ messageId }) => messageId);
  assert.equal(new Set(arrived).size, count);
  assert.equal(wire.exchanges.length, count, 'each was pushed once');
}

/** Holds every push until it is released. */
function holdPushes({ wire }: Pair): () => void {
  let release!: () => void;
  const gate = new Promise<void>((resolve) => (release = resolve));
  wire.intercept = async (_request, forward) => {
    await gate;
    return await forward();
  };
  return release;
}

describe('an exchange with the queue on Redis', { skip: noRedis() }, () => {
  const restart = async (redis: RedisServer): Promise<void> => {
    await redis.stop('kill');
    await redis.start();
  };
  const freeze = async (redis: RedisServer): Promise<void> => {
    redis.freeze();
    setTimeout(() => redis.thaw(), 3000);
    await Promise.resolve();
  };
  const mishaps: Readonly<Record<string, (redis: RedisServer) => Promise<unknown>>> = {
    'nothing happens': () => Promise.resolve(),
    'Redis is flushed': (redis) => redis.command('flushall'),
    'Redis is restarted without its data': restart,
    'Redis is frozen for three seconds': freeze,
    'Redis is slow': (redis) => redis.command('client', 'pause', '3000', 'all'),
    'Redis is lost for good': (redis) => redis.stop('kill'),
  };
  for (const [name, happen] of Object.entries(mishaps))
    test(`${name} while messages wait and are sent: each is sent, once`, async (t) => {
      const pair = await open(t);
      const release = holdPushes(pair);
      await submit(pair.a, 12);
      await happen(pair.redis);
      await submit(pair.a, 8);
      release();
      await submit(pair.a, 5);
      await delivered(pair.a, pair, 25);
    });

  test('Redis is away when messages are submitted, and comes back', async (t) => {
    const pair = await open(t);
    await pair.redis.stop();
    await submit(pair.a, 5);
    await pair.redis.start();
    await submit(pair.a, 5);
    await delivered(pair.a, pair, 10);
  });

  test('a retry whose ring was flushed is made at its time', async (t) => {
    const pair = await open(t);
    pair.wire.intercept = () => Promise.reject(new Error('down'));
    await submit(pair.a, 1);
    while ((await pair.a.outbox())[0]?.state !== 'WAITING_FOR_RETRY') await delay(20);
    pair.wire.intercept = undefined;
    await pair.redis.command('flushall');
    pair.clock.advance(3 * 60_000);
    while ((await pair.a.outbox())[0]?.state !== 'ACKNOWLEDGED') await delay(20);
    assert.equal(pair.wire.exchanges.length, 2);
  });

  test(
    'two gateways on one PostgreSQL and one Redis send each message once',
    { skip: noPostgres() },
    async (t) => {
      const pair = await open(t);
      const url = await postgresDatabase(t);
      const folder = scratchFolder();
      const node = async (name: string, first?: TestGateway): Promise<TestGateway> => {
        const [store, queue] = [
          await openPostgresStore(settingsOf(url)),
          await queueOn(pair.redis, 'AP_A2', pair.clock),
        ];
        const gateway = await openTestGateway({
          party: 'AP_A',
          pmodes: { 'a-b.yaml': oneWayYaml('AP_A', 'AP_B', ADDRESS) },
          clock: pair.clock,
          keys: await keysOf('AP_A', ['AP_B']),
          folder: join(folder, name),
          transport: pair.wire.transport,
          times: { sweepIntervalMs: 300, roundMs: 300 },
          around: (world) => ({ ...world, store, queue, payloads: first?.world.payloads ?? world.payloads }),
        });
        await gateway.msh.start();
        t.after(async () => {
          await gateway.stop();
          await store.close();
        });
        return gateway;
      };
      const one = await node('one');
      const other = await node('other', one);
      await Promise.all([submit(one, 20), submit(other, 20)]);
      await pair.redis.stop('kill');
      await Promise.all([submit(one, 10), submit(other, 10)]);
      const page = { limit: 1000 };
      const waiting = async (): Promise<boolean> =>
        (await one.context.store.listOutbound({}, page)).items.some(({ state }) => state !== 'ACKNOWLEDGED');
      while (await waiting()) await delay(50);
      const sent = (await one.context.store.listOutbound({}, page)).items;
      assert.deepEqual(
        [sent.length, (await pair.b.inbox()).length, pair.wire.exchanges.length],
        [60, 60, 60],
      );
      const pushes = [one, other].map(
        ({ events }) => events.filter(({ event }) => event === 'send/pushing').length,
      );
      assert.ok(
        pushes.every((count) => count > 0),
        `both send: ${pushes.join(' and ')}`,
      );
    },
  );
});
