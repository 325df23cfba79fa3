import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { test } from 'node:test';
import type { LeaseRequest, MessageStore } from '../../src/msh/ports/index.ts';
import { newInbound, newOutbound, userMessage } from '../support/records.ts';
import type { StoreUnderTest } from './store-under-test.ts';

const T = 1_772_000_000_000;
const LEASE = 60_000;

function lease(values: Partial<LeaseRequest> = {}): LeaseRequest {
  const now = values.now ?? T + 100;
  return {
    leaseId: randomUUID(),
    consumer: 'backend',
    until: now + LEASE,
    limit: 10,
    filter: {},
    ...values,
    now,
  };
}

async function filled(store: MessageStore, count: number): Promise<readonly string[]> {
  const rows: string[] = [];
  for (let index = 0; index < count; index += 1) {
    const message = newInbound({ receivedAt: T + index });
    rows.push(message.rowId);
    await store.insertInbound(message);
  }
  return rows;
}

/** Leases, acknowledgement, release, redelivery and business acceptance. */
export function inboxTests(under: StoreUnderTest): void {
  leaseTests(under);
  acknowledgeTests(under);
  factTests(under);
  answerTests(under);
}

function answerTests(under: StoreUnderTest): void {
  test('what a check said is kept with the message, and an answer that is due is settled once', async (t) => {
    const store = await under.open(t);
    const document = {
      verdict: 'invalid',
      version: '2.0',
      findings: [{ rule: 'R-1', severity: 'fatal', place: '/a', text: 'It is "so".' }],
    } as const;
    const refused = [0, 1].map((index) =>
      newInbound({ receivedAt: T + index, deliverable: false, document, answer: 'due' }),
    );
    for (const message of refused) await store.insertInbound(message);
    await store.insertInbound(newInbound({ receivedAt: T }));
    const [first, second] = refused.map(({ rowId }) => rowId);
    assert.deepEqual(await store.dueAnswers(10), [first, second]);
    assert.deepEqual(await store.dueAnswers(1), [first]);
    assert.equal(await store.settleAnswer(first!, 'given'), true);
    assert.equal(await store.settleAnswer(first!, 'given-up'), false);
    assert.deepEqual(await store.dueAnswers(10), [second]);
    const kept = await store.getInbound(first!);
    assert.deepEqual([kept?.answer, kept?.document], ['given', document]);
    assert.equal((await store.leaseInbound(lease())).length, 1);
  });
}

function leaseTests(under: StoreUnderTest): void {
  test('a lease takes free messages, the first received first, and says so in the message', async (t) => {
    const store = await under.open(t);
    const rows = await filled(store, 3);
    const request = lease({ limit: 2 });
    const taken = await store.leaseInbound(request);
    assert.deepEqual(
      taken.map((message) => message.rowId),
      rows.slice(0, 2),
    );
    const expected = { id: request.leaseId, consumer: 'backend', until: request.until };
    assert.deepEqual(taken[0]?.lease, expected);
    assert.deepEqual((await store.getInbound(rows[1]!))?.lease, expected);
    assert.equal(taken[0].state, 'RECEIVED');
    const next = await store.leaseInbound(lease());
    assert.deepEqual(
      next.map((message) => message.rowId),
      rows.slice(2),
    );
    assert.deepEqual(await store.leaseInbound(lease()), []);
  });

  test('of many consumers at once no two hold one message, and every message is held', async (t) => {
    const store = await under.open(t);
    const rows = await filled(store, 20);
    const taken = await Promise.all(
      Array.from({ length: 12 }, () => store.leaseInbound(lease({ limit: 3 }))),
    );
    const held = taken.flat().map((message) => message.rowId);
    assert.equal(new Set(held).size, held.length);
    for (
      let rest = await store.leaseInbound(lease());
      rest.length > 0;
      rest = await store.leaseInbound(lease())
    )
      held.push(...rest.map((message) => message.rowId));
    assert.deepEqual(held.toSorted(), rows.toSorted());
  });

  test('a lease that ran out frees its messages, and only then', async (t) => {
    const store = await under.open(t);
    await filled(store, 1);
    const first = lease();
    await store.leaseInbound(first);
    assert.deepEqual(await store.leaseInbound(lease({ now: first.until - 1 })), []);
    const second = lease({ now: first.until });
    assert.equal((await store.leaseInbound(second))[0]?.lease?.id, second.leaseId);
  });

  test('a lease takes what its filter says, and never what is not to be delivered', async (t) => {
    const store = await under.open(t);
    const spec = [
      { id: 'a', action: 'Request', to: 'one', deliverable: true },
      { id: 'b', action: 'Response', to: 'two', deliverable: true },
      { id: 'ping', action: 'Response', to: 'two', deliverable: false },
    ];
    for (const { id, action, to, deliverable } of spec) {
      const message = userMessage(id, { action, conversationId: id });
      const messageProperties = [{ name: 'finalRecipient', value: to }];
      await store.insertInbound(
        newInbound({ messageId: id, userMessage: { ...message, messageProperties }, deliverable }),
      );
    }
    const ids = async (filter: LeaseRequest['filter']): Promise<string[]> => {
      const request = lease({ filter });
      const taken = await store.leaseInbound(request);
      for (const { rowId } of taken) await store.releaseInbound(rowId, request.leaseId, request.now);
      return taken.map((message) => message.messageId);
    };
    assert.deepEqual(await ids({}), ['a', 'b']);
    assert.deepEqual(await ids({ action: 'Response' }), ['b']);
    assert.deepEqual(await ids({ conversationId: 'a' }), ['a']);
    assert.deepEqual(await ids({ conversationId: 'ping' }), []);
    assert.deepEqual(await ids({ finalRecipients: ['two', 'three'] }), ['b']);
    assert.deepEqual(await ids({ finalRecipients: [] }), []);
  });

  test('so many messages that cannot be leased at once are refused by name', async (t) => {
    const store = await under.open(t);
    for (const limit of [0, 1001, 1.5])
      await assert.rejects(store.leaseInbound(lease({ limit })), { code: 'store/bad-page' });
  });
}

function acknowledgeTests(under: StoreUnderTest): void {
  const leased = async (store: MessageStore) => {
    const [rowId] = await filled(store, 1);
    const request = lease();
    await store.leaseInbound(request);
    return { rowId: rowId!, ...request };
  };

  test('what no backend gets cannot be acknowledged, and nobody is told that it was', async (t) => {
    const store = await under.open(t);
    const kept = newInbound({ deliverable: false });
    await store.insertInbound(kept);
    assert.equal(await store.acknowledgeInbound(kept.rowId, undefined, T + 1), 'already');
    assert.equal((await store.getInbound(kept.rowId))?.state, 'RECEIVED');
  });

  test('a message is acknowledged with its lease once; a second time it already is', async (t) => {
    const store = await under.open(t);
    const { rowId, leaseId, now } = await leased(store);
    const asked = await Promise.all(
      Array.from({ length: 6 }, () => store.acknowledgeInbound(rowId, leaseId, now + 1)),
    );
    assert.deepEqual(asked.toSorted(), ['acknowledged', ...Array.from({ length: 5 }, () => 'already')]);
    const message = await store.getInbound(rowId);
    assert.equal(message?.state, 'DOWNLOADED');
    assert.equal(message.downloadedAt, now + 1);
    assert.ok(!('lease' in message));
    assert.equal(await store.acknowledgeInbound(randomUUID(), undefined, now), 'already');
  });

  test('while a lease lives nobody else acknowledges, and nothing is lost by trying', async (t) => {
    const store = await under.open(t);
    const { rowId, leaseId, until } = await leased(store);
    assert.equal(await store.acknowledgeInbound(rowId, undefined, until - 1), 'leased');
    assert.equal(await store.acknowledgeInbound(rowId, randomUUID(), until - 1), 'leased');
    const message = await store.getInbound(rowId);
    assert.deepEqual([message?.state, message?.lease?.id], ['RECEIVED', leaseId]);
  });

  test('a lease that ran out still acknowledges as long as nobody took the message; without one anybody may', async (t) => {
    const store = await under.open(t);
    const late = await leased(store);
    assert.equal(await store.acknowledgeInbound(late.rowId, late.leaseId, late.until + 5), 'acknowledged');
    const abandoned = await leased(store);
    assert.equal(await store.acknowledgeInbound(abandoned.rowId, undefined, abandoned.until), 'acknowledged');
  });

  test('who lost a message to another consumer cannot acknowledge it', async (t) => {
    const store = await under.open(t);
    const { rowId, leaseId, until } = await leased(store);
    const other = lease({ now: until });
    await store.leaseInbound(other);
    assert.equal(await store.acknowledgeInbound(rowId, leaseId, until + 1), 'leased');
    assert.equal(await store.releaseInbound(rowId, leaseId, until + 1), 'leased');
    assert.equal(await store.acknowledgeInbound(rowId, other.leaseId, until + 1), 'acknowledged');
  });

  test('a released message is free at once, and the lease that was given back acknowledges no more', async (t) => {
    const store = await under.open(t);
    const { rowId, leaseId, now } = await leased(store);
    assert.equal(await store.releaseInbound(rowId, leaseId, now), 'released');
    assert.equal(await store.releaseInbound(rowId, leaseId, now), 'free');
    assert.equal(await store.acknowledgeInbound(rowId, leaseId, now), 'leased');
    assert.ok(!('lease' in (await store.getInbound(rowId))!));
    assert.equal((await store.leaseInbound(lease({ now }))).length, 1);
  });

  test('a message delivered again is as if it had just come; one that is deleted never is', async (t) => {
    const store = await under.open(t);
    const { rowId, leaseId, now } = await leased(store);
    await store.acknowledgeInbound(rowId, leaseId, now);
    const moves = await Promise.all(
      Array.from({ length: 5 }, () => store.moveInbound(rowId, 'DOWNLOADED', 'RECEIVED', now)),
    );
    assert.equal(moves.filter(Boolean).length, 1);
    const again = await store.getInbound(rowId);
    assert.equal(again?.state, 'RECEIVED');
    assert.ok(!('downloadedAt' in again) && !('lease' in again));
    assert.equal(await store.acknowledgeInbound(rowId, leaseId, now), 'leased', 'an old lease is no lease');
    assert.equal((await store.leaseInbound(lease({ now }))).length, 1);
    assert.equal(await store.moveInbound(rowId, 'RECEIVED', 'DELETED', now), true);
    assert.equal(await store.moveInbound(rowId, 'DOWNLOADED', 'RECEIVED', now), false);
    await assert.rejects(store.moveInbound(rowId, 'DELETED', 'RECEIVED', now), {
      code: 'store/no-such-move',
    });
    assert.deepEqual(await store.leaseInbound(lease({ now: now + 10 * LEASE })), []);
  });
}

function factTests(under: StoreUnderTest): void {
  test('business acceptance is a fact of its own in both directions, and the last word holds', async (t) => {
    const store = await under.open(t);
    const out = newOutbound();
    const inbound = newInbound();
    await store.insertOutbound(out);
    await store.insertInbound(inbound);
    const rejected = { status: 'rejected', at: T + 1, by: 'backend', reason: 'no such person ✗' } as const;
    const accepted = { status: 'accepted', at: T + 2, by: 'clerk' } as const;
    assert.equal(await store.acceptOutbound(out.rowId, rejected), true);
    assert.equal(await store.acceptInbound(inbound.rowId, rejected), true);
    assert.deepEqual((await store.getOutbound(out.rowId))?.business, rejected);
    await store.acceptInbound(inbound.rowId, accepted);
    const kept = await store.getInbound(inbound.rowId);
    assert.deepEqual([kept?.business, kept?.state], [accepted, 'RECEIVED']);
    assert.equal((await store.getOutbound(out.rowId))?.state, 'SEND_ENQUEUED');
    assert.equal(await store.acceptOutbound(randomUUID(), accepted), false);
    assert.equal(await store.acceptInbound(randomUUID(), accepted), false);
  });

  test('the envelope of a received message is kept byte for byte with its first copy', async (t) => {
    const store = await under.open(t);
    const envelope = {
      bytes: Buffer.from([0xef, 0xbb, 0xbf, 0x3c, 0, 0xff]),
      contentType: 'application/soap+xml',
    };
    const first = newInbound({ envelope });
    await store.insertInbound(first);
    const copy = newInbound({
      messageId: first.messageId,
      envelope: { ...envelope, bytes: Buffer.from('b') },
    });
    await store.insertInbound(copy);
    assert.deepEqual(await store.inboundEnvelope(first.rowId), envelope);
    assert.equal(await store.inboundEnvelope(copy.rowId), undefined);
    const bare = newInbound();
    await store.insertInbound(bare);
    assert.equal(await store.inboundEnvelope(bare.rowId), undefined);
  });
}
