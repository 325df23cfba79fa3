import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { after, before, describe, test } from 'node:test';
import type { TestContext } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { Queue as Bull } from 'bullmq';
import { Redis } from 'ioredis';
import type { MshEvent, Queue, QueueHealth } from '../../../src/msh/index.ts';
import { openRedisQueue } from '../../../src/world/queue/index.ts';
import { noRedis, startRedis } from '../../support/redis-server.ts';
import type { RedisServer } from '../../support/redis-server.ts';
import { createWatch } from '../../support/waiting.ts';
import type { Watch } from '../../support/waiting.ts';

/** A queue with what came of it. */
interface Node {
  readonly queue: Queue & QueueHealth;
  readonly handled: string[];
  /** Rows that were handled twice at a time. */
  readonly twice: string[];
  readonly events: MshEvent[];
  readonly most: () => number;
  listen(act?: (rowId: string) => Promise<void>, concurrency?: number): void;
  readonly until: (condition: () => boolean) => Promise<void>;
}

/** Nodes that share a watch tell it all of theirs, so that one condition can be waited for over all of them. */
async function openNode(
  t: TestContext,
  redis: RedisServer,
  name: string,
  watch: Watch = createWatch(),
): Promise<Node> {
  const events: MshEvent[] = [];
  const handled: string[] = [];
  const twice: string[] = [];
  const running = new Set<string>();
  let most = 0;
  const queue = await openRedisQueue({
    url: redis.url,
    name,
    clock: { now: () => Date.now() },
    observer: {
      emit: (event) => {
        events.push(event);
        watch.tell();
      },
    },
  });
  t.after(() => queue.close());
  const handle = async (rowId: string, act?: (rowId: string) => Promise<void>): Promise<void> => {
    if (running.has(rowId)) twice.push(rowId);
    running.add(rowId);
    most = Math.max(most, running.size);
    try {
      await act?.(rowId);
    } finally {
      running.delete(rowId);
      handled.push(rowId);
      watch.tell();
    }
  };
  return {
    queue,
    handled,
    twice,
    events,
    most: () => most,
    until: watch.until,
    listen: (act, concurrency = 4) =>
      queue.listen((rowId) => handle(rowId, act), { concurrency, onError: assert.fail }),
  };
}

const named = (events: readonly MshEvent[]): readonly string[] =>
  events.filter(({ level }) => level !== 'debug').map(({ event }) => event);

const rowsOf = (prefix: string, count: number): readonly string[] =>
  Array.from({ length: count }, (_, index) => `${prefix}-${index}`);

describe('Redis that does not serve', { skip: noRedis() }, () => {
  test('lost: rings stay in the process, are handled there, and it is told once; back: the same', async (t) => {
    const redis = await startRedis({ test: t });
    const watch = createWatch();
    const node = await openNode(t, redis, 'lost', watch);
    node.listen();
    await node.queue.ring('before');
    await node.until(() => node.handled.includes('before'));
    await redis.stop();
    await node.until(() => node.queue.state() === 'disconnected');
    for (const row of rowsOf('away', 20)) await node.queue.ring(row);
    await node.queue.ring('later', Date.now() + 50);
    await node.until(() => node.handled.length === 22);
    assert.equal(await node.queue.depth(), 0);
    await redis.start();
    await node.until(() => node.queue.state() === 'connected');
    await node.queue.ring('after');
    await node.until(() => node.handled.includes('after'));
    assert.deepEqual(named(node.events), ['queue/connected', 'queue/disconnected', 'queue/connected']);
    assert.deepEqual(node.twice, []);
    const heard = await openNode(t, redis, 'lost', watch);
    heard.listen();
    await heard.queue.ring('both', Date.now() + 1);
    await watch.until(() => [node, heard].some(({ handled }) => handled.includes('both')));
  });

  test('frozen: no ring waits much longer than a second, and only the first', async (t) => {
    const redis = await startRedis({ test: t });
    const node = await openNode(t, redis, 'frozen');
    node.listen();
    redis.freeze();
    await Promise.all(rowsOf('frozen', 50).map((row) => node.queue.ring(row)));
    assert.equal(node.queue.state(), 'disconnected');
    for (const row of rowsOf('later', 50)) await node.queue.ring(row);
    await node.until(() => node.handled.length >= 100);
    redis.thaw();
    await node.until(() => node.queue.state() === 'connected');
    await node.queue.ring('thawed');
    await node.until(() => node.handled.includes('thawed'));
    assert.equal(new Set(node.handled).size, 101);
    assert.deepEqual(node.twice, []);
    assert.ok(node.most() <= 4, 'the two bells share the places');
  });

  test('full, or a replica after a failover: it answers and does not serve', async (t) => {
    const redis = await startRedis({ test: t });
    const node = await openNode(t, redis, 'full');
    node.listen();
    const illnesses = [
      [['config', 'set', 'maxmemory', '1'], ['config', 'set', 'maxmemory', '0'], /OOM/],
      [['replicaof', '127.0.0.1', '1'], ['replicaof', 'no', 'one'], /READONLY|closed/],
    ] as const;
    for (const [ill, well, reason] of illnesses) {
      await redis.command(...ill);
      await node.queue.ring(`while-${ill[0]}`);
      await node.until(() => node.handled.includes(`while-${ill[0]}`));
      assert.equal(node.queue.state(), 'disconnected');
      const told = node.events.findLast(({ event }) => event === 'queue/disconnected');
      assert.match(String(told?.['reason']), reason);
      await redis.command(...well);
      await node.until(() => node.queue.state() === 'connected');
      await node.queue.ring(`after-${ill[0]}`);
      await node.until(() => node.handled.includes(`after-${ill[0]}`));
    }
  });

  test('flushed, and restarted without its data, while a row is handled: the next ring is heard', async (t) => {
    const redis = await startRedis({ test: t });
    const node = await openNode(t, redis, 'flushed');
    let release!: () => void;
    const losses = [
      async () => void (await redis.command('flushall')),
      async () => {
        await redis.stop('kill');
        await redis.start();
      },
    ];
    let gate: Promise<void> = Promise.resolve();
    node.listen(() => gate, 1);
    for (const [index, lose] of losses.entries()) {
      gate = new Promise((resolve) => (release = resolve));
      await node.queue.ring(`running-${index}`);
      await node.queue.ring(`waiting-${index}`);
      await lose();
      await node.until(() => node.queue.state() === 'connected');
      // What the sweeper does.
      await node.queue.ring(`waiting-${index}`);
      release();
      await node.until(() => node.handled.includes(`waiting-${index}`));
    }
    assert.deepEqual(node.twice, []);
  });

  test('closing does not wait for a Redis that is away or frozen, and leaves no connection', async (t) => {
    const redis = await startRedis({ test: t });
    for (const [lose, name] of [
      [() => Promise.resolve(redis.freeze()), 'frozen'],
      [() => redis.stop('kill'), 'away'],
    ] as const) {
      const node = await openNode(t, redis, name);
      node.listen();
      await node.queue.ring('row');
      await node.until(() => node.handled.length === 1);
      await lose();
      await node.queue.ring('other');
      await node.queue.close();
      redis.thaw();
    }
    await redis.start();
    // Its own is the one that asks.
    while (!/connected_clients:1\r/.test(String(await redis.command('info', 'clients')))) await delay(50);
  });
});

describe('nodes that share a Redis', { skip: noRedis() }, () => {
  let redis: RedisServer;
  before(async () => {
    redis = await startRedis();
  });
  after(() => redis.stop('kill'));

  test('share the work: each ring is heard by one, and no row is handled twice at a time', async (t) => {
    const name = randomUUID();
    const watch = createWatch();
    const nodes = [await openNode(t, redis, name, watch), await openNode(t, redis, name, watch)] as const;
    const running = new Set<string>();
    const twice: string[] = [];
    for (const node of nodes)
      node.listen(async (row) => {
        if (running.has(row)) twice.push(row);
        running.add(row);
        await delay(1);
        running.delete(row);
      }, 3);
    const rows = rowsOf('row', 200);
    // One after the other: a ring that Redis does not answer within a second is handled where it was rung.
    for (const [index, row] of rows.entries())
      await Promise.all([nodes[index % 2]!.queue.ring(row), nodes[0].queue.ring(row)]);
    const all = (): readonly string[] => nodes.flatMap(({ handled }) => handled);
    await watch.until(() => new Set(all()).size === rows.length);
    assert.deepEqual(twice, []);
    for (const { handled, most } of nodes) assert.ok(handled.length > 10 && most() <= 3);
  });

  test('what waits when a node closes is left to the others', async (t) => {
    const name = randomUUID();
    const going = await openNode(t, redis, name);
    for (const row of rowsOf('row', 20)) await going.queue.ring(row);
    await going.queue.ring('later', Date.now() + 500);
    await going.queue.close();
    const staying = await openNode(t, redis, name);
    staying.listen();
    await staying.until(() => staying.handled.length === 21);
  });

  test('access points of other names do not hear it', async (t) => {
    const [one, other] = [await openNode(t, redis, 'AP_{ONE}'), await openNode(t, redis, 'AP_{OTHER}')];
    other.listen();
    one.listen();
    for (const row of rowsOf('row', 10)) await one.queue.ring(row);
    await one.until(() => one.handled.length === 10);
    assert.deepEqual(other.handled, []);
  });

  test('ten thousand rings leave nothing behind in Redis', async (t) => {
    const name = randomUUID();
    const node = await openNode(t, redis, name);
    node.listen(undefined, 8);
    const round = async (from: number): Promise<void> => {
      const rows = rowsOf(`round-${from}`, 250);
      await Promise.all(
        rows.map((row, index) => node.queue.ring(row, index % 10 === 0 ? Date.now() + 5 : undefined)),
      );
    };
    for (let count = 0; count < 40; count += 1) await round(count);
    await node.until(() => node.handled.length >= 10_000);
    // The last job is removed after its handler has ended.
    const keys = async (): Promise<readonly string[]> =>
      (await redis.command('keys', `{quoin:${name}}*`)) as string[];
    while ((await keys()).length > 6) await delay(50);
    assert.deepEqual(
      (await keys())
        .map((key) => key.slice(key.lastIndexOf(':') + 1))
        .filter((key) => !/^(?:events|id|marker|meta|stalled|stalled-check)$/.test(key)),
      [],
    );
    assert.ok(Number(await redis.command('xlen', `{quoin:${name}}:bell:events`)) < 1000);
  });

  test('a ring that nobody takes up is handled by whoever rings again and has nothing to do', async (t) => {
    const name = randomUUID();
    const node = await openNode(t, redis, name);
    const client = new Redis(redis.url, { maxRetriesPerRequest: null });
    const bull = new Bull('bell', { connection: client, prefix: `{quoin:${name}}` });
    t.after(async () => {
      await bull.close();
      client.disconnect();
    });
    // As if its worker had died: nobody is given a job.
    await bull.pause();
    const add = (row: string, rungAt: number) =>
      bull.add('now', row, { jobId: `${rungAt}-gone-1`, deduplication: { id: row, keepLastIfActive: true } });
    await add('overdue', Date.now() - 61_000);
    await add('recent', Date.now() - 10_000);
    node.listen();
    await node.queue.ring('recent');
    await node.queue.ring('overdue');
    await node.until(() => node.handled.includes('overdue'));
    assert.deepEqual(node.handled, ['overdue']);
    await bull.resume();
    await node.until(() => node.handled.includes('recent'));
  });
});
