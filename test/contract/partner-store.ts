import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { describe, test } from 'node:test';
import type { TestContext } from 'node:test';
import type { Store } from '../../src/msh/ports/index.ts';
import { attempt, newOutbound } from '../support/records.ts';

/** What the suite needs of an adapter: a store, empty for every test, and the same database opened once more. */
export interface PartnerStoreUnderTest {
  /** An empty store, closed and taken away when the test ends. */
  readonly open: (test: TestContext) => Promise<Store>;
  /** Closes the store and opens its database again, as a restart does. */
  readonly reopen: (test: TestContext, store: Store) => Promise<Store>;
  /** Why the adapter cannot be tested here. */
  readonly skip?: false | string;
}

const T = 1_772_000_000_000;
const LEASE = 60_000;
const MINUTE = 60_000;
const LANE = { pmodeId: 'agreement-a', leg: 'request' };

/** The contract of PartnerStore; every adapter passes it unchanged. */
export function partnerStoreContract(name: string, under: PartnerStoreUnderTest): void {
  describe(`partner store contract: ${name}`, { skip: under.skip ?? false }, () => {
    laneTests(under);
    controlTests(under);
  });
}

async function submitted(store: Store, values: Parameters<typeof newOutbound>[0] = {}): Promise<string> {
  const message = newOutbound({ ...LANE, ...values });
  await store.insertOutbound(message);
  return message.rowId;
}

/** Has one attempt fail at `at`; the next is due at `next`. */
async function failed(store: Store, rowId: string, at: number, next: number): Promise<void> {
  const claimed = await store.claimOutbound(rowId, at, LEASE);
  const settlement = { state: 'WAITING_FOR_RETRY', nextAttemptAt: next, at } as const;
  await store.settleAttempt(rowId, attempt({ number: claimed!.attempts, outcome: 'retry' }), settlement);
}

function laneTests(under: PartnerStoreUnderTest): void {
  test('after a resend the outlook is that of its new window', async (t) => {
    const store = await under.open(t);
    const rowId = await submitted(store);
    await store.claimOutbound(rowId, T, LEASE);
    const failure = { state: 'SEND_FAILURE', at: T } as const;
    await store.settleAttempt(rowId, attempt({ number: 1 }), failure);
    assert.ok(await store.resendOutbound(rowId, { at: T + MINUTE, by: 'operator' }));
    const expected = {
      partner: 'AP_XB_01',
      state: 'SEND_ENQUEUED',
      attempts: 0,
      submittedAt: T + MINUTE,
      nextAttemptAt: T + MINUTE,
    };
    assert.deepEqual(await store.outlook(rowId), { rowId, ...LANE, ...expected });
  });

  test('the outlook of a message tells what decides about it, and nothing once its fate is known', async (t) => {
    const store = await under.open(t);
    const retryPolicy = { retries: 60, window: 3 * MINUTE, strategy: 'constant' } as const;
    const rowId = await submitted(store, { retryPolicy });
    assert.deepEqual((await store.getOutbound(rowId))?.retryPolicy, retryPolicy);
    assert.deepEqual(await store.outlook(rowId), {
      ...LANE,
      rowId,
      partner: 'AP_XB_01',
      state: 'SEND_ENQUEUED',
      retryPolicy,
      attempts: 0,
      submittedAt: T,
      nextAttemptAt: T,
    });
    await failed(store, rowId, T + 1, T + MINUTE);
    const waiting = await store.outlook(rowId);
    assert.deepEqual(
      [waiting?.attempts, waiting?.firstAttemptAt, waiting?.nextAttemptAt],
      [1, T + 1, T + MINUTE],
    );
    const claimed = await store.claimOutbound(rowId, T + MINUTE, LEASE);
    assert.equal((await store.outlook(rowId))?.nextAttemptAt, T + MINUTE + LEASE);
    await store.settleAttempt(rowId, attempt({ number: claimed!.attempts }), {
      state: 'SEND_FAILURE',
      at: T,
    });
    assert.equal(await store.outlook(rowId), undefined);
    assert.equal(await store.outlook(randomUUID()), undefined);
  });

  test('what waits is counted by its way, finished messages not at all', async (t) => {
    const store = await under.open(t);
    assert.deepEqual(await store.waitingLanes(), []);
    await submitted(store, { submittedAt: T + 5 });
    await submitted(store, { submittedAt: T + 3 });
    await submitted(store, { leg: 'response', submittedAt: T + 9 });
    await submitted(store, { pmodeId: 'agreement-b', submittedAt: T + 7 });
    const done = await submitted(store, { pmodeId: 'agreement-c' });
    await store.claimOutbound(done, T, LEASE);
    await store.settleAttempt(done, attempt(), { state: 'SEND_FAILURE', at: T });
    const lanes = [...(await store.waitingLanes())].sort((a, b) => a.dueAt - b.dueAt);
    assert.deepEqual(lanes, [
      { ...LANE, messages: 2, dueAt: T + 3 },
      { pmodeId: 'agreement-b', leg: 'request', messages: 1, dueAt: T + 7 },
      { ...LANE, leg: 'response', messages: 1, dueAt: T + 9 },
    ]);
  });

  test('the due rows of one way are found whatever waits on the others, the longest due first', async (t) => {
    const store = await under.open(t);
    for (let index = 0; index < 30; index += 1)
      await submitted(store, { pmodeId: 'crowd', submittedAt: T - index });
    const later = await submitted(store, { submittedAt: T + 2 });
    const first = await submitted(store, { submittedAt: T + 1 });
    await submitted(store, { submittedAt: T + 100 });
    assert.deepEqual(await store.dueOnLane(LANE, T + 50, 10), [first, later]);
    assert.deepEqual(await store.dueOnLane(LANE, T + 50, 1), [first]);
    assert.deepEqual(await store.dueOnLane({ ...LANE, leg: 'response' }, T + 50, 10), []);
    await store.claimOutbound(first, T + 50, LEASE);
    assert.deepEqual(await store.dueOnLane(LANE, T + 50, 10), [later]);
  });

  test('of the due rows those are found that began early enough, by their first attempt or by falling due', async (t) => {
    const store = await under.open(t);
    const tried = await submitted(store, { submittedAt: T });
    await failed(store, tried, T + 10, T + 20);
    const untried = await submitted(store, { submittedAt: T + 5 });
    const young = await submitted(store, { submittedAt: T + 30 });
    const notDue = await submitted(store, { submittedAt: T });
    await failed(store, notDue, T + 1, T + 10 * MINUTE);
    assert.deepEqual(await store.dueBegunBefore(LANE, T + MINUTE, T + 4, 10), []);
    assert.deepEqual(await store.dueBegunBefore(LANE, T + MINUTE, T + 5, 10), [untried]);
    assert.deepEqual(await store.dueBegunBefore(LANE, T + MINUTE, T + 29, 10), [untried, tried]);
    assert.deepEqual(await store.dueBegunBefore(LANE, T + MINUTE, T + 30, 2), [untried, tried]);
    assert.deepEqual(await store.dueBegunBefore(LANE, T + MINUTE, T + 30, 9), [untried, tried, young]);
  });
}

function controlTests(under: PartnerStoreUnderTest): void {
  test('a pause is kept with who and why, outlives a restart, and the first of two stays', async (t) => {
    const store = await under.open(t);
    assert.deepEqual(await store.partnerControls(), []);
    const pause = { at: T, by: 'operator', reason: 'maintenance until five, "so they say"' };
    assert.equal(await store.pausePartner('AP_XB', pause), true);
    assert.equal(await store.pausePartner('AP_XB', { at: T + 1, by: 'other' }), false);
    assert.equal(await store.pausePartner('AP_XA', { at: T + 2, by: 'other' }), true);
    const again = await under.reopen(t, store);
    assert.deepEqual(await again.partnerControls(), [
      { partner: 'AP_XA', pauses: [], pause: { at: T + 2, by: 'other' } },
      { partner: 'AP_XB', pauses: [], pause },
    ]);
  });

  test('a resumed partner has the pause among those that are over, the latest hundred of them', async (t) => {
    const store = await under.open(t);
    assert.equal(await store.resumePartner('AP_XB', T), false);
    for (let round = 0; round < 103; round += 1) {
      assert.equal(await store.pausePartner('AP_XB', { at: T + 10 * round, by: 'operator' }), true);
      assert.equal(await store.resumePartner('AP_XB', T + 10 * round + 4), true);
    }
    assert.equal(await store.resumePartner('AP_XB', T + 5000), false);
    const [control] = await store.partnerControls();
    assert.equal(control?.pause, undefined);
    assert.equal(control?.pauses.length, 100);
    assert.deepEqual(control?.pauses[0], { from: T + 30, until: T + 34 });
    assert.deepEqual(control?.pauses.at(-1), { from: T + 1020, until: T + 1024 });
  });

  test('of several who resume at once one does', async (t) => {
    const store = await under.open(t);
    await store.pausePartner('AP_XB', { at: T, by: 'operator' });
    const all = await Promise.all([1, 2, 3, 4].map((at) => store.resumePartner('AP_XB', T + at)));
    assert.equal(all.filter(Boolean).length, 1);
    assert.equal((await store.partnerControls())[0]?.pauses.length, 1);
  });

  test('a reset is kept beside the pause; the last one counts', async (t) => {
    const store = await under.open(t);
    await store.pausePartner('AP_XB', { at: T, by: 'operator' });
    await store.resetPartner('AP_XB', T + 1);
    await store.resetPartner('AP_XB', T + 2);
    await store.resetPartner('AP_XC', T + 3);
    assert.deepEqual(await store.partnerControls(), [
      { partner: 'AP_XB', pauses: [], pause: { at: T, by: 'operator' }, resetAt: T + 2 },
      { partner: 'AP_XC', pauses: [], resetAt: T + 3 },
    ]);
  });
}
