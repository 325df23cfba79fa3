import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { test } from 'node:test';
import type { FirstClaim, OutboundMessage } from '../../src/msh/ports/index.ts';
import { envelope, newOutbound } from '../support/records.ts';
import type { StoreUnderTest } from './store-under-test.ts';

const T = 1_772_000_000_000;
const LEASE = 60_000;

/** What a row has that is in its first attempt. */
function firstAttempt({ at, leaseMs, envelope: signed }: FirstClaim) {
  const until = at + leaseMs;
  return {
    state: 'WAITING_FOR_RECEIPT',
    attempts: 1,
    nextAttemptAt: until,
    leasedUntil: until,
    firstAttemptAt: at,
    envelope: signed,
  } as const;
}

/** First attempts that are claimed and signed in one commit. */
export function firstClaimTests(under: StoreUnderTest): void {
  test('a submission may be claimed for its first attempt, with its envelope, in the commit that keeps it', async (t) => {
    const store = await under.open(t);
    const message = newOutbound();
    const first = { at: T + 5, leaseMs: LEASE, envelope: envelope() };
    const expected: OutboundMessage = { ...message, ...firstAttempt(first) };
    assert.deepEqual(await store.insertOutbound(message, first), { outcome: 'kept', message: expected });
    assert.deepEqual(await store.getOutbound(message.rowId), expected);
    assert.equal(await store.claimOutbound(message.rowId, T + 5, LEASE), undefined, 'it is taken');
    const again = await store.claimOutbound(message.rowId, T + 5 + LEASE, LEASE);
    assert.deepEqual(
      [again?.attempts, again?.firstAttemptAt],
      [2, T + 5],
      'it is due when the lease has ended',
    );
    assert.deepEqual(again?.envelope, first.envelope);
  });

  test('what repeats a known MessageId is not claimed, and brings no envelope', async (t) => {
    const store = await under.open(t);
    const kept = newOutbound();
    await store.insertOutbound(kept);
    const second = newOutbound({ messageId: kept.messageId });
    const first = { at: T, leaseMs: LEASE, envelope: envelope() };
    assert.equal((await store.insertOutbound(second, first)).outcome, 'exists');
    const message = await store.findOutbound(kept.messageId);
    assert.deepEqual([message?.rowId, message?.attempts, message?.envelope], [kept.rowId, 0, undefined]);
  });

  test('a row nobody has tried is claimed with its envelope, by one of several', async (t) => {
    const store = await under.open(t);
    const message = newOutbound();
    await store.insertOutbound(message);
    const first = { at: T, leaseMs: LEASE, envelope: envelope() };
    assert.equal(await store.claimFresh(message.rowId, { ...first, at: T - 1 }), false, 'it is not due');
    assert.equal((await store.getOutbound(message.rowId))?.envelope, undefined);
    const won = await Promise.all(Array.from({ length: 8 }, () => store.claimFresh(message.rowId, first)));
    assert.equal(won.filter((one) => one).length, 1);
    assert.deepEqual(await store.getOutbound(message.rowId), { ...message, ...firstAttempt(first) });
  });

  test('a row that was tried before, or that is not there, is not claimed as a fresh one', async (t) => {
    const store = await under.open(t);
    const message = newOutbound();
    await store.insertOutbound(message);
    await store.claimOutbound(message.rowId, T, LEASE);
    const first = { at: T + 2 * LEASE, leaseMs: LEASE, envelope: envelope() };
    assert.equal(await store.claimFresh(message.rowId, first), false);
    assert.equal(await store.claimFresh(randomUUID(), first), false);
    assert.equal((await store.getOutbound(message.rowId))?.envelope, undefined);
  });
}
