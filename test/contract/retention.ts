import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { describe, test } from 'node:test';
import type { TestContext } from 'node:test';
import type { NewPart, Store } from '../../src/msh/ports/index.ts';
import type { ExchangeStore } from '../../src/oots/ports/index.ts';
import { attempt, newInbound, newOutbound, receipt, storedPart } from '../support/records.ts';

type WholeStore = Store & ExchangeStore;

/** What the suite needs of an adapter: a store, empty for every test. */
export interface RetentionUnderTest {
  readonly open: (test: TestContext) => Promise<WholeStore>;
  /** Why the adapter cannot be tested here. */
  readonly skip?: false | string;
}

const T = 1_772_000_000_000;

const inlinePart = (): NewPart => ({ ...storedPart(`inline:${randomUUID()}`), inline: Buffer.from('bytes') });

/** A received message that a backend took at this time. */
async function taken(store: WholeStore, at: number) {
  const message = newInbound({ parts: [inlinePart(), storedPart(randomUUID())] });
  await store.insertInbound(message);
  await store.acknowledgeInbound(message.rowId, undefined, at);
  return message;
}

/** A message that was acknowledged at this time. */
async function acknowledged(store: WholeStore, at: number) {
  const message = newOutbound({ parts: [inlinePart()] });
  await store.insertOutbound(message);
  await store.claimOutbound(message.rowId, T, 1000);
  await store.settleAttempt(message.rowId, attempt(), { state: 'ACKNOWLEDGED', receipt: receipt(), at });
  return message;
}

/** What MessageStore says about payloads that may go; every adapter passes it unchanged. */
export function retentionContract(name: string, { open, skip }: RetentionUnderTest): void {
  describe(`retention contract: ${name}`, { skip: skip ?? false }, () => {
    test('messages that are over for long enough are found, and no others', async (t) => {
      const store = await open(t);
      const old = await taken(store, T + 1);
      await taken(store, T + 9);
      const sent = await acknowledged(store, T + 2);
      await store.insertInbound(newInbound());
      await store.insertOutbound(newOutbound());
      assert.deepEqual(await store.purgeable({}, 10), []);
      assert.deepEqual(await store.purgeable({ takenBefore: T + 5 }, 10), [
        { direction: 'in', rowId: old.rowId },
      ]);
      assert.deepEqual(await store.purgeable({ sentBefore: T + 5 }, 10), [
        { direction: 'out', rowId: sent.rowId },
      ]);
      assert.equal((await store.purgeable({ takenBefore: T + 9, sentBefore: T + 9 }, 2)).length, 2);
    });

    test('a purge takes the payloads once and leaves the rest of the message', async (t) => {
      const store = await open(t);
      const message = await taken(store, T);
      const [inline, file] = message.parts.map(({ payload }) => payload);
      assert.deepEqual(await store.purge('in', message.rowId), [inline, file]);
      assert.equal(await store.purge('in', message.rowId), undefined);
      assert.equal(await store.inlinePayload(inline!), undefined);
      assert.deepEqual([...(await store.referencedPayloads([file!]))], []);
      const kept = await store.getInbound(message.rowId);
      assert.deepEqual([kept?.state, kept?.parts.length, kept?.downloadedAt], ['DELETED', 2, T]);
      const sent = await acknowledged(store, T);
      assert.deepEqual(
        await store.purge('out', sent.rowId),
        sent.parts.map(({ payload }) => payload),
      );
      assert.notEqual((await store.getOutbound(sent.rowId))?.receipt, undefined);
    });

    test('what waits in the inbox, or is not acknowledged, is not purged', async (t) => {
      const store = await open(t);
      const waiting = newInbound();
      await store.insertInbound(waiting);
      const sending = newOutbound();
      await store.insertOutbound(sending);
      assert.equal(await store.purge('in', waiting.rowId), undefined);
      assert.equal(await store.purge('out', sending.rowId), undefined);
    });

    test('a message of a service whose documents are recorded waits for that', async (t) => {
      const store = await open(t);
      const message = await taken(store, T);
      const bounds = { takenBefore: T, recordedService: 'QueryManager' };
      assert.deepEqual(await store.purgeable(bounds, 10), []);
      assert.equal((await store.purgeable({ ...bounds, recordedService: 'another' }, 10)).length, 1);
      await store.record([
        {
          document: {
            rowId: message.rowId,
            direction: 'in',
            messageId: message.messageId,
            at: T,
            facts: { kind: 'unreadable', version: '' },
          },
          bytes: Buffer.from(''),
          message: (await store.getInbound(message.rowId))!,
          place: { role: 'provider', partner: 'AP_B', id: randomUUID() },
          move: () => ({ flaw: 'unreadable' }),
        },
      ]);
      assert.equal((await store.purgeable(bounds, 10)).length, 1);
    });
  });
}
