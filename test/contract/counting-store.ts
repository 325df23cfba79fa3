import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { TestContext } from 'node:test';
import type { Store } from '../../src/msh/ports/index.ts';
import { journalEntry, newInbound, newOutbound } from '../support/records.ts';

const T = 1_772_000_000_000;
const HOUR = 3_600_000;

/** The contract of CountingStore; every adapter passes it unchanged. */
export function countingStoreContract(
  name: string,
  open: (test: TestContext) => Promise<Store>,
  skip: false | string = false,
): void {
  describe(`counting store contract: ${name}`, { skip }, () => {
    test('an empty store counts nothing', async (t) => {
      const store = await open(t);
      assert.deepEqual(await store.counts(T), {
        outbound: [],
        due: [],
        inbox: { messages: 0 },
        journalEntries: 0,
      });
    });

    test('messages to be sent are counted by P-Mode and state until their fate is known', async (t) => {
      const store = await open(t);
      const message = (pmodeId: string) => newOutbound({ pmodeId, submittedAt: T });
      const [first, second] = [message('a'), message('a')];
      for (const one of [first, second, message('a'), message('b')]) await store.insertOutbound(one);
      await store.claimOutbound(first.rowId, T, HOUR);
      await store.claimOutbound(second.rowId, T, HOUR);
      await store.settleAttempt(
        second.rowId,
        { number: 1, startedAt: T, endedAt: T, address: 'http://b.test', outcome: 'refused' },
        { state: 'SEND_FAILURE', at: T },
      );
      const { outbound } = await store.counts(T);
      assert.deepEqual(
        outbound.toSorted((a, b) => `${a.pmodeId}${a.state}`.localeCompare(`${b.pmodeId}${b.state}`)),
        [
          { pmodeId: 'a', state: 'SEND_ENQUEUED', messages: 1 },
          { pmodeId: 'a', state: 'WAITING_FOR_RECEIPT', messages: 1 },
          { pmodeId: 'b', state: 'SEND_ENQUEUED', messages: 1 },
        ],
      );
    });

    test('due is what nobody works on although its time has come, a dead worker’s message too', async (t) => {
      const store = await open(t);
      const messages = [T, T + 5, T + HOUR].map((submittedAt) => newOutbound({ pmodeId: 'a', submittedAt }));
      for (const message of messages) await store.insertOutbound(message);
      const due = async (now: number) => (await store.counts(now)).due;
      assert.deepEqual(await due(T - 1), []);
      assert.deepEqual(await due(T + 10), [{ pmodeId: 'a', messages: 2, oldestAt: T }]);
      await store.claimOutbound(messages[0]!.rowId, T + 10, 100);
      assert.deepEqual(await due(T + 10), [{ pmodeId: 'a', messages: 1, oldestAt: T + 5 }]);
      assert.deepEqual(await due(T + 110), [{ pmodeId: 'a', messages: 2, oldestAt: T + 5 }]);
    });

    test('the inbox is what a backend has yet to take', async (t) => {
      const store = await open(t);
      const received = [T + 3, T, T + 7].map((receivedAt) => newInbound({ receivedAt, deliverable: true }));
      for (const message of [...received, newInbound({ receivedAt: T - HOUR, deliverable: false })])
        await store.insertInbound(message);
      assert.deepEqual((await store.counts(T)).inbox, { messages: 3, oldestAt: T });
      await store.moveInbound(received[1]!.rowId, 'RECEIVED', 'DOWNLOADED', T + 9);
      assert.deepEqual((await store.counts(T)).inbox, { messages: 2, oldestAt: T + 3 });
    });

    test('entries of the journal are counted', async (t) => {
      const store = await open(t);
      for (let count = 0; count < 3; count += 1) await store.appendJournal(journalEntry());
      assert.equal((await store.counts(T)).journalEntries, 3);
    });
  });
}
