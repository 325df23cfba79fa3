import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { test } from 'node:test';
import type { MessageStore } from '../../src/msh/ports/index.ts';
import { attempt, envelope, newOutbound, receipt } from '../support/records.ts';
import type { StoreUnderTest } from './store-under-test.ts';

const T = 1_772_000_000_000;
const LEASE = 60_000;

async function failed(store: MessageStore): Promise<string> {
  const message = newOutbound();
  await store.insertOutbound(message);
  for (const number of [1, 2]) {
    await store.claimOutbound(message.rowId, T + number, LEASE);
    if (number === 1) await store.keepEnvelope(message.rowId, envelope());
    const state = number === 2 ? 'SEND_FAILURE' : 'WAITING_FOR_RETRY';
    await store.settleAttempt(message.rowId, attempt({ number }), {
      state,
      nextAttemptAt: T,
      at: T + number,
    });
  }
  return message.rowId;
}

/** Sending a failed message again. */
export function resendTests(under: StoreUnderTest): void {
  test('a failed message is sent again in a window of its own; envelope, attempts and their numbers stay', async (t) => {
    const store = await under.open(t);
    const rowId = await failed(store);
    const before = await store.getOutbound(rowId);
    assert.equal(await store.resendOutbound(rowId, { at: T + 9_000, by: 'operator' }), true);
    const { finishedAt: _, firstAttemptAt: __, ...kept } = before!;
    const expected = {
      ...kept,
      state: 'SEND_ENQUEUED',
      nextAttemptAt: T + 9_000,
      resend: { at: T + 9_000, by: 'operator', attemptsBefore: 2 },
    };
    assert.deepEqual(await store.getOutbound(rowId), expected);
    assert.deepEqual(await store.dueOutbound(T + 9_000, 5), [rowId]);
    const claimed = await store.claimOutbound(rowId, T + 9_500, LEASE);
    assert.deepEqual([claimed?.attempts, claimed?.firstAttemptAt], [3, T + 9_500]);
    assert.deepEqual(claimed?.envelope, envelope());
    await store.settleAttempt(rowId, attempt({ number: 3, outcome: 'acknowledged' }), {
      state: 'ACKNOWLEDGED',
      receipt: receipt(),
      at: T + 9_600,
    });
    assert.deepEqual(
      (await store.attemptsOf(rowId)).map((row) => row.number),
      [1, 2, 3],
    );
  });

  test('only a failed message is sent again, and of many who ask at once one does it', async (t) => {
    const store = await under.open(t);
    const fresh = newOutbound();
    await store.insertOutbound(fresh);
    const resend = { at: T + 5, by: 'operator' };
    assert.equal(await store.resendOutbound(fresh.rowId, resend), false);
    await store.claimOutbound(fresh.rowId, T, LEASE);
    assert.equal(await store.resendOutbound(fresh.rowId, resend), false);
    assert.equal(await store.resendOutbound(randomUUID(), resend), false);
    const rowId = await failed(store);
    const asked = await Promise.all(Array.from({ length: 8 }, () => store.resendOutbound(rowId, resend)));
    assert.equal(asked.filter(Boolean).length, 1);
  });

  test('the worker that failed a message cannot settle it again once it is resent', async (t) => {
    const store = await under.open(t);
    const rowId = await failed(store);
    await store.resendOutbound(rowId, { at: T + 5, by: 'operator' });
    const late = { state: 'ACKNOWLEDGED', receipt: receipt(), at: T } as const;
    assert.equal(await store.settleAttempt(rowId, attempt({ number: 2 }), late), false);
    await store.claimOutbound(rowId, T + 5, LEASE);
    assert.equal(await store.settleAttempt(rowId, attempt({ number: 2 }), late), false);
    assert.equal(await store.settleAttempt(rowId, attempt({ number: 3 }), late), true);
  });
}
