import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';
import type { TestContext } from 'node:test';
import { startSweeper } from '../../../src/msh/send/sweeper.ts';
import type { SweeperContext } from '../../../src/msh/send/sweeper.ts';
import type { MshEvent, PayloadStore } from '../../../src/msh/ports/index.ts';
import { openFilePayloads } from '../../../src/world/payloads/index.ts';
import { createLocalQueue } from '../../../src/world/queue/index.ts';
import { openSqliteStore } from '../../../src/world/store/index.ts';
import { attempt, newOutbound, receipt, storedPart } from '../../support/records.ts';
import { scratchFolder } from '../../support/scratch.ts';
import { createSignal, createWatch } from '../../support/waiting.ts';

interface Bench extends SweeperContext {
  readonly rung: string[];
  readonly events: MshEvent[];
  /** Resolves once this is true; looked at whenever a row is rung or an event is told. */
  readonly until: (condition: () => boolean) => Promise<void>;
}

/** A real store and payload store, and a bell that only notes who rang. */
async function bench(t: TestContext, sweepIntervalMs = 5): Promise<Bench> {
  const folder = scratchFolder();
  const store = await openSqliteStore({ file: join(folder, 'quoin.db') });
  t.after(() => store.close());
  const payloads = await openFilePayloads({ folder: join(folder, 'payloads') });
  const rung: string[] = [];
  const events: MshEvent[] = [];
  const watch = createWatch();
  return {
    store,
    payloads,
    rung,
    events,
    nature: { now: () => Date.now(), uuid: () => crypto.randomUUID() },
    observer: {
      emit: (event) => {
        events.push(event);
        watch.tell();
      },
    },
    queue: {
      ...createLocalQueue({ now: () => Date.now() }),
      ring: (rowId) => {
        rung.push(rowId);
        watch.tell();
        return Promise.resolve();
      },
    },
    times: { leaseMs: 1000, responseTimeoutMs: 1000, sweepIntervalMs, roundMs: 1000, orphanAgeMs: 0 },
    until: watch.until,
  };
}

async function kept(payloads: PayloadStore): Promise<string> {
  const writer = await payloads.create();
  return await writer.commit();
}

test('at the start every row whose time has passed is rung for, and no other', async (t) => {
  const context = await bench(t, 3_600_000);
  const now = Date.now();
  const rows = {
    due: now - 5,
    future: now + 3_600_000,
    died: now - 10_000,
    leased: now - 10_000,
    done: now - 10_000,
  };
  const ids = new Map<string, string>();
  for (const [name, submittedAt] of Object.entries(rows)) {
    const message = newOutbound({ submittedAt });
    ids.set(name, message.rowId);
    await context.store.insertOutbound(message);
  }
  await context.store.claimOutbound(ids.get('died')!, now - 10_000, 9000);
  await context.store.claimOutbound(ids.get('leased')!, now, 3_600_000);
  await context.store.claimOutbound(ids.get('done')!, now, 1);
  await context.store.settleAttempt(ids.get('done')!, attempt(), {
    state: 'ACKNOWLEDGED',
    receipt: receipt(),
    at: now,
  });
  const sweeper = startSweeper(context);
  await sweeper.ready;
  assert.deepEqual(context.rung.toSorted(), [ids.get('due')!, ids.get('died')!].toSorted());
  await sweeper.stop();
});

test('a ring that is lost is made good at the next pass', async (t) => {
  const context = await bench(t);
  const sweeper = startSweeper(context);
  await sweeper.ready;
  assert.deepEqual(context.rung, []);
  const message = newOutbound({ submittedAt: Date.now() });
  await context.store.insertOutbound(message);
  await context.until(() => context.rung.filter((row) => row === message.rowId).length >= 3);
  await sweeper.stop();
});

test('more rows than one pass takes are all rung for', async (t) => {
  const context = await bench(t, 20);
  const waiting = new Set<string>();
  const ring = context.queue.ring.bind(context.queue);
  // As a worker would: a row that was rung for is claimed and no longer due.
  const queue = {
    ...context.queue,
    ring: async (rowId: string) => {
      await context.store.claimOutbound(rowId, Date.now(), 3_600_000);
      await ring(rowId);
    },
  };
  for (let index = 0; index < 1100; index += 1) {
    const message = newOutbound({ submittedAt: 1, parts: [] });
    waiting.add(message.rowId);
    await context.store.insertOutbound(message);
  }
  const sweeper = startSweeper({ ...context, queue });
  await sweeper.ready;
  assert.equal(context.rung.length, 1000);
  await context.until(() => context.rung.length === 1100);
  assert.deepEqual(new Set(context.rung), waiting);
  await sweeper.stop();
});

test('payloads that no row names are removed at the start, the others stay', async (t) => {
  const context = await bench(t);
  const named = await kept(context.payloads);
  const orphan = await kept(context.payloads);
  await context.store.insertOutbound(newOutbound({ parts: [storedPart(named)] }));
  const sweeper = startSweeper(context);
  await context.until(() => context.events.some(({ event }) => event === 'sweeper/orphans-removed'));
  await sweeper.stop();
  assert.equal(await context.payloads.size(named), 0);
  await assert.rejects(context.payloads.size(orphan), { code: 'payloads/not-found' });
});

test('a pass that fails is reported and tried again', async (t) => {
  const context = await bench(t);
  const message = newOutbound({ submittedAt: 1 });
  await context.store.insertOutbound(message);
  let broken = true;
  const waitingLanes: typeof context.store.waitingLanes = () =>
    broken ? Promise.reject(new Error('the database is down')) : context.store.waitingLanes();
  const sweeper = startSweeper({ ...context, store: { ...context.store, waitingLanes } });
  await sweeper.ready;
  const failed = context.events.find(({ event }) => event === 'sweeper/failed');
  assert.equal(failed?.step, 'sweeper/ring');
  broken = false;
  await context.until(() => context.rung.includes(message.rowId));
  await sweeper.stop();
});

test('stopped, it rings no more, and a sweep of payloads under way ends quietly', async (t) => {
  const context = await bench(t, 1);
  await context.store.insertOutbound(newOutbound({ submittedAt: 1 }));
  const started = createSignal();
  const payloads: PayloadStore = {
    ...context.payloads,
    sweep: (_age, _referenced, signal) =>
      new Promise((_resolve, reject) => {
        signal?.addEventListener('abort', () => reject(signal.reason as Error));
        started.give();
      }),
  };
  const sweeper = startSweeper({ ...context, payloads });
  await Promise.all([started.given, context.until(() => context.rung.length > 1)]);
  await sweeper.stop();
  const rung = context.rung.length;
  await new Promise((resolve) => setTimeout(resolve, 20));
  assert.equal(context.rung.length, rung);
  assert.ok(!context.events.some(({ event }) => event === 'sweeper/failed'));
});
