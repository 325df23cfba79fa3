import assert from 'node:assert/strict';
import { randomInt, randomUUID } from 'node:crypto';
import { describe, test } from 'node:test';
import type { MessageStore, OutboundMessage } from '../../src/msh/ports/index.ts';
import {
  attempt,
  envelope,
  journalEntry,
  newInbound,
  newOutbound,
  receipt,
  storedPart,
  userMessage,
} from '../support/records.ts';
import { firstClaimTests } from './first-claim.ts';
import { inboxTests } from './inbox-store.ts';
import { resendTests } from './resending.ts';
import { searchTests } from './searching.ts';
import type { StoreUnderTest } from './store-under-test.ts';

const T = 1_772_000_000_000;
const LEASE = 60_000;

/** The contract of MessageStore; every adapter passes it unchanged. */
export function messageStoreContract(name: string, under: StoreUnderTest): void {
  describe(`message store contract: ${name}`, { skip: under.skip ?? false }, () => {
    outboundTests(under);
    claimTests(under);
    firstClaimTests(under);
    settleTests(under);
    listTests(under);
    searchTests(under);
    resendTests(under);
    inboundTests(under);
    inboxTests(under);
    journalTests(under);
    lifeTests(under);
  });
}

function outboundTests(under: StoreUnderTest): void {
  test('a submission is kept whole and found by MessageId and by row', async (t) => {
    const store = await under.open(t);
    const message = newOutbound();
    const kept = await store.insertOutbound(message);
    const expected: OutboundMessage = { ...message, state: 'SEND_ENQUEUED', attempts: 0, nextAttemptAt: T };
    assert.deepEqual(kept, { outcome: 'kept', message: expected });
    assert.deepEqual(await store.findOutbound(message.messageId), expected);
    assert.deepEqual(await store.getOutbound(message.rowId), expected);
  });

  test('what is not there is undefined, not an error', async (t) => {
    const store = await under.open(t);
    assert.equal(await store.findOutbound('nobody@example.test'), undefined);
    assert.equal(await store.getOutbound(randomUUID()), undefined);
    assert.deepEqual(await store.attemptsOf(randomUUID()), []);
  });

  test('a known MessageId tells the row that is there and keeps nothing of the second', async (t) => {
    const store = await under.open(t);
    const first = newOutbound();
    const second = newOutbound({ messageId: first.messageId, fingerprint: 'e'.repeat(64) });
    const kept = await store.insertOutbound(first);
    assert.deepEqual(await store.insertOutbound(second), { outcome: 'exists', message: kept.message });
    assert.equal(await store.getOutbound(second.rowId), undefined);
    const named = await store.referencedPayloads(second.parts.map((part) => part.payload));
    assert.equal(named.size, 0);
  });

  test('of many submissions of one MessageId at once exactly one is kept', async (t) => {
    const store = await under.open(t);
    const messages = Array.from({ length: 12 }, () => newOutbound({ messageId: 'one@example.test' }));
    const results = await Promise.all(messages.map((message) => store.insertOutbound(message)));
    assert.equal(results.filter((result) => result.outcome === 'kept').length, 1);
    assert.equal(new Set(results.map((result) => result.message.rowId)).size, 1);
  });

  test('MessageIds are told apart by case', async (t) => {
    const store = await under.open(t);
    const results = [
      await store.insertOutbound(newOutbound({ messageId: 'abc@example.test' })),
      await store.insertOutbound(newOutbound({ messageId: 'ABC@example.test' })),
    ];
    assert.deepEqual(
      results.map((result) => result.outcome),
      ['kept', 'kept'],
    );
  });

  test('a message without parts and one with many come back in their order', async (t) => {
    const store = await under.open(t);
    const none = newOutbound({ parts: [] });
    const many = newOutbound({
      parts: Array.from({ length: 64 }, (_, index) => storedPart(randomUUID(), `cid:${index}`)),
    });
    assert.deepEqual((await store.insertOutbound(none)).message.parts, []);
    await store.insertOutbound(many);
    assert.deepEqual((await store.findOutbound(many.messageId))?.parts, many.parts);
  });

  test('when a part cannot be kept, its message is not kept either', async (t) => {
    const store = await under.open(t);
    const message = newOutbound({ parts: [storedPart(randomUUID()), storedPart('no\0handle')] });
    await assert.rejects(store.insertOutbound(message));
    assert.equal(await store.findOutbound(message.messageId), undefined);
    const inbound = newInbound({ parts: [storedPart(randomUUID()), storedPart('no\0handle')] });
    await assert.rejects(store.insertInbound(inbound));
    assert.equal(await store.getInbound(inbound.rowId), undefined);
    assert.equal((await store.insertOutbound(newOutbound())).outcome, 'kept', 'the store serves on');
  });

  test('the envelope is kept once: a second call leaves the first', async (t) => {
    const store = await under.open(t);
    const { rowId } = newOutbound();
    await store.insertOutbound(newOutbound({ rowId }));
    const first = envelope();
    assert.deepEqual(await store.keepEnvelope(rowId, first), first);
    const second = envelope({ bytes: Buffer.from('other'), signer: '9'.repeat(64) });
    assert.deepEqual(await store.keepEnvelope(rowId, second), first);
    assert.deepEqual((await store.getOutbound(rowId))?.envelope, first);
    assert.ok(Buffer.isBuffer((await store.getOutbound(rowId))?.envelope?.bytes));
  });

  test('an envelope for no row is refused', async (t) => {
    const store = await under.open(t);
    await assert.rejects(store.keepEnvelope(randomUUID(), envelope()), { code: 'store/no-such-row' });
  });
}

function claimTests(under: StoreUnderTest): void {
  test('a claim leases the row, counts the attempt and remembers the first', async (t) => {
    const store = await under.open(t);
    const message = newOutbound();
    await store.insertOutbound(message);
    const now = T + 5;
    const claimed = await store.claimOutbound(message.rowId, now, LEASE);
    const expected: OutboundMessage = {
      ...message,
      state: 'WAITING_FOR_RECEIPT',
      attempts: 1,
      nextAttemptAt: now + LEASE,
      leasedUntil: now + LEASE,
      firstAttemptAt: now,
    };
    assert.deepEqual(claimed, expected);
    assert.deepEqual(await store.getOutbound(message.rowId), expected);
  });

  test('of many claims at once exactly one gets the row', async (t) => {
    const store = await under.open(t);
    const message = newOutbound();
    await store.insertOutbound(message);
    const claims = await Promise.all(
      Array.from({ length: 16 }, () => store.claimOutbound(message.rowId, T, LEASE)),
    );
    assert.equal(claims.filter((claim) => claim !== undefined).length, 1);
    assert.equal((await store.getOutbound(message.rowId))?.attempts, 1);
  });

  test('a row that is not due, leased, or unknown cannot be claimed', async (t) => {
    const store = await under.open(t);
    const message = newOutbound();
    await store.insertOutbound(message);
    assert.equal(await store.claimOutbound(message.rowId, T - 1, LEASE), undefined);
    assert.equal(await store.claimOutbound(randomUUID(), T, LEASE), undefined);
    assert.ok(await store.claimOutbound(message.rowId, T, LEASE));
    assert.equal(await store.claimOutbound(message.rowId, T + LEASE - 1, LEASE), undefined);
  });

  test('a lease that ran out can be claimed: its worker died', async (t) => {
    const store = await under.open(t);
    const message = newOutbound();
    await store.insertOutbound(message);
    await store.claimOutbound(message.rowId, T, LEASE);
    const again = await store.claimOutbound(message.rowId, T + LEASE, LEASE);
    assert.equal(again?.attempts, 2);
    assert.equal(again.firstAttemptAt, T);
    assert.equal(again.leasedUntil, T + 2 * LEASE);
  });

  test('a lease is extended by the attempt that holds it only', async (t) => {
    const store = await under.open(t);
    const message = newOutbound();
    await store.insertOutbound(message);
    assert.equal(await store.extendLease(message.rowId, 0, T + 1), false, 'nobody holds it yet');
    await store.claimOutbound(message.rowId, T, LEASE);
    assert.equal(await store.extendLease(message.rowId, 1, T + 5 * LEASE), true);
    assert.equal(await store.claimOutbound(message.rowId, T + 2 * LEASE, LEASE), undefined);
    assert.equal(await store.extendLease(message.rowId, 2, T + 9 * LEASE), false);
    assert.equal((await store.getOutbound(message.rowId))?.leasedUntil, T + 5 * LEASE);
    assert.ok(await store.claimOutbound(message.rowId, T + 5 * LEASE, LEASE));
    assert.equal(
      await store.extendLease(message.rowId, 1, T + 9 * LEASE),
      false,
      'the next attempt holds it',
    );
  });

  test('due rows come longest due first, leases that ran out included, final ones not', async (t) => {
    const store = await under.open(t);
    const rows = { late: T + 3, early: T + 1, leased: T, done: T, future: T + 100_000 };
    const ids = new Map<string, string>();
    for (const [label, submittedAt] of Object.entries(rows)) {
      const message = newOutbound({ submittedAt });
      ids.set(label, message.rowId);
      await store.insertOutbound(message);
    }
    await store.claimOutbound(ids.get('leased')!, T, 2);
    await store.claimOutbound(ids.get('done')!, T, LEASE);
    await store.settleAttempt(ids.get('done')!, attempt(), { state: 'SEND_FAILURE', at: T });
    const expected = ['early', 'leased', 'late'].map((label) => ids.get(label)!);
    assert.deepEqual(await store.dueOutbound(T + 3, 10), expected);
    assert.deepEqual(await store.dueOutbound(T + 3, 2), expected.slice(0, 2));
    assert.deepEqual(await store.dueOutbound(T, 10), []);
  });
}

function settleTests(under: StoreUnderTest): void {
  const claimed = async (store: MessageStore): Promise<string> => {
    const message = newOutbound();
    await store.insertOutbound(message);
    await store.claimOutbound(message.rowId, T, LEASE);
    return message.rowId;
  };

  test('an acknowledgement keeps receipt and attempt and ends the row', async (t) => {
    const store = await under.open(t);
    const rowId = await claimed(store);
    const push = attempt({ outcome: 'acknowledged', httpStatus: 200, failure: undefined });
    const settled = await store.settleAttempt(rowId, push, {
      state: 'ACKNOWLEDGED',
      receipt: receipt(),
      at: T + 9,
    });
    assert.equal(settled, true);
    const message = await store.getOutbound(rowId);
    assert.equal(message?.state, 'ACKNOWLEDGED');
    assert.equal(message.finishedAt, T + 9);
    assert.deepEqual(message.receipt, receipt());
    assert.ok(!('nextAttemptAt' in message) && !('leasedUntil' in message) && !('failure' in message));
    const { failure: _, ...expected } = push;
    assert.deepEqual(await store.attemptsOf(rowId), [expected]);
    assert.equal(await store.claimOutbound(rowId, T + 10 * LEASE, LEASE), undefined);
  });

  test('a retry makes the row due at its time and remembers why', async (t) => {
    const store = await under.open(t);
    const rowId = await claimed(store);
    const failure = attempt().failure!;
    await store.settleAttempt(rowId, attempt(), {
      state: 'WAITING_FOR_RETRY',
      nextAttemptAt: T + 180_000,
      failure,
      at: T + 9,
    });
    const waiting = await store.getOutbound(rowId);
    assert.equal(waiting?.state, 'WAITING_FOR_RETRY');
    assert.equal(waiting.nextAttemptAt, T + 180_000);
    assert.deepEqual(waiting.failure, failure);
    assert.ok(!('leasedUntil' in waiting) && !('finishedAt' in waiting));
    assert.equal(await store.claimOutbound(rowId, T + 179_999, LEASE), undefined);
    assert.equal((await store.claimOutbound(rowId, T + 180_000, LEASE))?.attempts, 2);
    await store.settleAttempt(rowId, attempt({ number: 2 }), {
      state: 'ACKNOWLEDGED',
      receipt: receipt(),
      at: T,
    });
    assert.ok(!('failure' in (await store.getOutbound(rowId))!), 'the old failure is gone');
    assert.deepEqual(
      (await store.attemptsOf(rowId)).map((row) => row.number),
      [1, 2],
    );
  });

  test('a row that is to wait is due at once when no time is given', async (t) => {
    const store = await under.open(t);
    const rowId = await claimed(store);
    await store.settleAttempt(rowId, attempt(), { state: 'WAITING_FOR_RETRY', at: T + 9 });
    assert.deepEqual(await store.dueOutbound(T + 9, 5), [rowId]);
  });

  test('only the attempt that holds the row may settle it; a refused one leaves no trace', async (t) => {
    const store = await under.open(t);
    const rowId = await claimed(store);
    await store.claimOutbound(rowId, T + LEASE, LEASE);
    const late = { state: 'SEND_FAILURE', at: T } as const;
    assert.equal(await store.settleAttempt(rowId, attempt({ number: 1 }), late), false);
    assert.equal(await store.settleAttempt(rowId, attempt({ number: 3 }), late), false);
    assert.equal(await store.settleAttempt(randomUUID(), attempt(), late), false);
    assert.equal((await store.getOutbound(rowId))?.state, 'WAITING_FOR_RECEIPT');
    assert.deepEqual(await store.attemptsOf(rowId), []);
  });

  test('of two settlements of one attempt one wins, and the other cannot change it', async (t) => {
    const store = await under.open(t);
    const rowId = await claimed(store);
    const results = await Promise.all([
      store.settleAttempt(rowId, attempt(), { state: 'ACKNOWLEDGED', receipt: receipt(), at: T }),
      store.settleAttempt(rowId, attempt(), { state: 'SEND_FAILURE', at: T }),
    ]);
    assert.deepEqual(results.toSorted(), [false, true]);
    assert.equal((await store.attemptsOf(rowId)).length, 1);
    assert.equal((await store.getOutbound(rowId))?.state, results[0] ? 'ACKNOWLEDGED' : 'SEND_FAILURE');
  });
}

function listTests(under: StoreUnderTest): void {
  test('outbound messages are listed the last kept first, page by page, whatever is kept in between', async (t) => {
    const store = await under.open(t);
    const kept: string[] = [];
    for (let index = 0; index < 7; index += 1) {
      const message = newOutbound({ submittedAt: T });
      kept.unshift(message.rowId);
      await store.insertOutbound(message);
    }
    const seen: string[] = [];
    let cursor: string | undefined;
    do {
      const page = await store.listOutbound({}, { limit: 3, cursor });
      assert.ok(page.items.length > 0 && page.items.length <= 3);
      seen.push(...page.items.map((message) => message.rowId));
      cursor = page.cursor;
      await store.insertOutbound(newOutbound());
    } while (cursor !== undefined);
    assert.deepEqual(seen, kept);
  });

  test('a page that ends with the list has no cursor', async (t) => {
    const store = await under.open(t);
    assert.deepEqual(await store.listOutbound({}, { limit: 2 }), { items: [] });
    await store.insertOutbound(newOutbound());
    await store.insertOutbound(newOutbound());
    assert.ok(!('cursor' in (await store.listOutbound({}, { limit: 2 }))));
  });

  test('outbound filters: state and conversation, together or alone; listed records are whole', async (t) => {
    const store = await under.open(t);
    const a = newOutbound({ userMessage: userMessage('a', { conversationId: 'x' }), messageId: 'a' });
    const b = newOutbound({ userMessage: userMessage('b', { conversationId: 'x' }), messageId: 'b' });
    const c = newOutbound({ userMessage: userMessage('c', { conversationId: 'y' }), messageId: 'c' });
    for (const message of [a, b, c]) await store.insertOutbound(message);
    await store.claimOutbound(b.rowId, T, LEASE);
    await store.keepEnvelope(b.rowId, envelope());
    const ids = async (filter: Parameters<MessageStore['listOutbound']>[0]): Promise<string[]> =>
      (await store.listOutbound(filter, { limit: 10 })).items.map((message) => message.messageId);
    assert.deepEqual(await ids({ conversationId: 'x' }), ['b', 'a']);
    assert.deepEqual(await ids({ state: 'SEND_ENQUEUED' }), ['c', 'a']);
    assert.deepEqual(await ids({ state: 'SEND_ENQUEUED', conversationId: 'x' }), ['a']);
    assert.deepEqual(await ids({ state: 'ACKNOWLEDGED' }), []);
    const [listed] = (await store.listOutbound({ state: 'WAITING_FOR_RECEIPT' }, { limit: 1 })).items;
    assert.deepEqual(listed, await store.getOutbound(b.rowId));
  });

  test('a limit or cursor that cannot be is refused by name', async (t) => {
    const store = await under.open(t);
    for (const page of [
      { limit: 0 },
      { limit: 1001 },
      { limit: 1.5 },
      { limit: 5, cursor: "1' or 1" },
      { limit: 5, cursor: '' },
    ]) {
      await assert.rejects(store.listOutbound({}, page), { code: 'store/bad-page' });
      await assert.rejects(store.listInbound({}, page), { code: 'store/bad-page' });
      await assert.rejects(store.listJournal({}, page), { code: 'store/bad-page' });
    }
  });
}

function inboundTests(under: StoreUnderTest): void {
  test('a received message is kept whole with its receipt', async (t) => {
    const store = await under.open(t);
    const message = newInbound();
    const expected = { ...message, state: 'RECEIVED', duplicates: 0 };
    assert.deepEqual(await store.insertInbound(message), { outcome: 'fresh', message: expected });
    assert.deepEqual(await store.getInbound(message.rowId), expected);
    assert.deepEqual(await store.findInbound(message.messageId), [expected]);
    assert.deepEqual(await store.findDuplicate(message.sender, message.messageId), expected);
    assert.ok(Buffer.isBuffer((await store.getInbound(message.rowId))?.receipt.bytes));
  });

  test('an unsigned message keeps no signer', async (t) => {
    const store = await under.open(t);
    const { signer: _, ...message } = newInbound({ receipt: receipt({ signer: undefined }) });
    await store.insertInbound(message);
    const kept = await store.getInbound(message.rowId);
    assert.ok(kept && !('signer' in kept) && !('signer' in kept.receipt));
  });

  test('a second copy gets the first back, and nothing of it is kept', async (t) => {
    const store = await under.open(t);
    const first = newInbound();
    const second = newInbound({
      messageId: first.messageId,
      receipt: receipt({ messageId: 'second-receipt@example.test' }),
    });
    const kept = await store.insertInbound(first);
    assert.deepEqual(await store.insertInbound(second), { outcome: 'duplicate', message: kept.message });
    assert.equal(await store.getInbound(second.rowId), undefined);
    assert.equal((await store.referencedPayloads([second.parts[0]!.payload])).size, 0);
  });

  test('of many copies at once exactly one is fresh', async (t) => {
    const store = await under.open(t);
    const copies = Array.from({ length: 12 }, () => newInbound({ messageId: 'same@example.test' }));
    const results = await Promise.all(copies.map((copy) => store.insertInbound(copy)));
    assert.equal(results.filter((result) => result.outcome === 'fresh').length, 1);
    assert.equal(new Set(results.map((result) => result.message.rowId)).size, 1);
  });

  test('the same MessageId from another sender is another message', async (t) => {
    const store = await under.open(t);
    const one = newInbound({ messageId: 'm@example.test', sender: 'one' });
    const two = newInbound({ messageId: 'm@example.test', sender: 'two' });
    assert.equal((await store.insertInbound(one)).outcome, 'fresh');
    assert.equal((await store.insertInbound(two)).outcome, 'fresh');
    assert.deepEqual(
      (await store.findInbound('m@example.test')).map((message) => message.rowId),
      [one.rowId, two.rowId],
    );
    assert.equal((await store.findDuplicate('two', 'm@example.test'))?.rowId, two.rowId);
    assert.equal(await store.findDuplicate('three', 'm@example.test'), undefined);
  });

  test('duplicates are counted, also at once', async (t) => {
    const store = await under.open(t);
    const message = newInbound();
    await store.insertInbound(message);
    await Promise.all(Array.from({ length: 9 }, () => store.countDuplicate(message.rowId)));
    assert.equal((await store.getInbound(message.rowId))?.duplicates, 9);
    await store.countDuplicate(randomUUID());
  });

  test('the inbox lists deliverable messages, the first kept first, by page and filter', async (t) => {
    const store = await under.open(t);
    const spec = [
      { id: 'a', action: 'Request', conversationId: 'x', deliverable: true },
      { id: 'b', action: 'Response', conversationId: 'x', deliverable: true },
      { id: 'ping', action: 'test', conversationId: 'x', deliverable: false },
      { id: 'c', action: 'Response', conversationId: 'y', deliverable: true },
    ];
    const rows = new Map<string, string>();
    for (const { id, deliverable, ...values } of spec) {
      const message = newInbound({ messageId: id, userMessage: userMessage(id, values), deliverable });
      rows.set(id, message.rowId);
      await store.insertInbound(message);
    }
    await store.moveInbound(rows.get('b')!, 'RECEIVED', 'DOWNLOADED', T + 1);
    const ids = async (filter: Parameters<MessageStore['listInbound']>[0]): Promise<string[]> =>
      (await store.listInbound(filter, { limit: 10 })).items.map((message) => message.messageId);
    assert.deepEqual(await ids({}), ['a', 'b', 'c']);
    assert.deepEqual(await ids({ state: 'RECEIVED' }), ['a', 'c']);
    assert.deepEqual(await ids({ action: 'Response' }), ['b', 'c']);
    assert.deepEqual(await ids({ conversationId: 'x' }), ['a', 'b']);
    assert.deepEqual(await ids({ state: 'DOWNLOADED', action: 'Response', conversationId: 'x' }), ['b']);
    const first = await store.listInbound({}, { limit: 2 });
    const rest = await store.listInbound({}, { limit: 2, cursor: first.cursor });
    assert.deepEqual(
      [...first.items, ...rest.items].map((message) => message.messageId),
      ['a', 'b', 'c'],
    );
    assert.ok(!('cursor' in rest));
    assert.deepEqual(first.items[0], await store.getInbound(rows.get('a')!));
    assert.equal((await store.getInbound(rows.get('ping')!))?.deliverable, false);
  });

  test('the longest ids that a header may have are kept and found, in any script', async (t) => {
    const store = await under.open(t);
    // Three bytes each, and nothing that an engine could compress: 1024 bytes are the limit of a header.
    const long = (): string =>
      Array.from({ length: 341 }, () => String.fromCharCode(0x4e00 + randomInt(0x5000))).join('');
    const [messageId, conversationId, refToMessageId] = [long(), long(), long()];
    const header = userMessage(messageId, { conversationId });
    const message = { ...header, messageInfo: { ...header.messageInfo, refToMessageId } };
    const sender = JSON.stringify(['urn:oasis:names:tc:ebcore:partyid-type:unregistered', 'x'.repeat(255)]);
    await store.insertInbound(newInbound({ messageId, sender, userMessage: message }));
    await store.insertOutbound(newOutbound({ messageId, userMessage: message }));
    assert.equal((await store.findInbound(messageId)).length, 1);
    assert.equal((await store.findOutbound(messageId))?.messageId, messageId);
    await store.appendJournal(journalEntry({ messageId, conversationId }));
    assert.equal((await store.listJournal({ messageId }, { limit: 10 })).items.length, 1);
  });

  test('an inbound message moves by the state table, once', async (t) => {
    const store = await under.open(t);
    const { rowId } = newInbound();
    await store.insertInbound(newInbound({ rowId }));
    const moves = await Promise.all(
      Array.from({ length: 8 }, () => store.moveInbound(rowId, 'RECEIVED', 'DOWNLOADED', T + 7)),
    );
    assert.equal(moves.filter(Boolean).length, 1);
    const downloaded = await store.getInbound(rowId);
    assert.equal(downloaded?.state, 'DOWNLOADED');
    assert.equal(downloaded.downloadedAt, T + 7);
    assert.equal(await store.moveInbound(rowId, 'DOWNLOADED', 'DELETED', T + 9), true);
    await assert.rejects(store.moveInbound(rowId, 'DELETED', 'RECEIVED', T), { code: 'store/no-such-move' });
    assert.equal((await store.getInbound(rowId))?.downloadedAt, T + 7);
    assert.equal(await store.moveInbound(randomUUID(), 'RECEIVED', 'DOWNLOADED', T), false);
  });

  test('payloads of rows are referenced, in any number, until their message is deleted', async (t) => {
    const store = await under.open(t);
    const out = newOutbound();
    const inbound = newInbound();
    await store.insertOutbound(out);
    await store.insertInbound(inbound);
    const mine = [...out.parts, ...inbound.parts].map((part) => part.payload);
    const strangers = Array.from({ length: 1200 }, () => randomUUID());
    const asked = [...strangers.slice(0, 700), ...mine, ...strangers.slice(700)];
    assert.deepEqual(await store.referencedPayloads(asked), new Set(mine));
    assert.deepEqual(await store.referencedPayloads([]), new Set());
    await store.moveInbound(inbound.rowId, 'RECEIVED', 'DELETED', T);
    const kept = out.parts.map((part) => part.payload);
    assert.deepEqual(await store.referencedPayloads(asked), new Set(kept));
    assert.equal((await store.insertInbound({ ...inbound, rowId: randomUUID() })).outcome, 'duplicate');
  });
}

function journalTests(under: StoreUnderTest): void {
  test('the journal keeps entries whole and lists the last first, also of one message', async (t) => {
    const store = await under.open(t);
    const bare = { at: T, direction: 'out', failure: { step: 's', code: 'c/d', message: 'm' } } as const;
    const entries = [journalEntry(), bare, journalEntry({ messageId: 'other' }), journalEntry({ at: T - 5 })];
    for (const entry of entries) await store.appendJournal(entry);
    assert.deepEqual((await store.listJournal({}, { limit: 10 })).items, entries.toReversed());
    const first = await store.listJournal({ messageId: 'claimed@example.test' }, { limit: 1 });
    assert.deepEqual(first.items, [entries[3]]);
    const second = await store.listJournal(
      { messageId: 'claimed@example.test' },
      { limit: 1, cursor: first.cursor },
    );
    assert.deepEqual(second, { items: [entries[0]] });
  });

  test('what an unproven message claims cannot be too long or too odd for the journal', async (t) => {
    const store = await under.open(t);
    const messageId = `\0\ud800${'x'.repeat(1_000_000)}`;
    const message = 'y'.repeat(1_000_000);
    await store.appendJournal(journalEntry({ messageId, failure: { step: 's', code: 'c/d', message } }));
    const [kept] = (await store.listJournal({}, { limit: 1 })).items;
    assert.ok(kept!.messageId!.length < 5000 && kept!.failure.message.length < 5000);
    assert.match(kept!.messageId!, /^\ufffd\ufffdxxx/);
    assert.equal((await store.listJournal({ messageId }, { limit: 1 })).items.length, 1);
  });
}

function lifeTests(under: StoreUnderTest): void {
  test('everything is there after a restart', async (t) => {
    const store = await under.open(t);
    const out = newOutbound();
    const inbound = newInbound();
    await store.insertOutbound(out);
    await store.claimOutbound(out.rowId, T, LEASE);
    await store.keepEnvelope(out.rowId, envelope());
    await store.settleAttempt(out.rowId, attempt(), { state: 'ACKNOWLEDGED', receipt: receipt(), at: T });
    await store.insertInbound(inbound);
    await store.appendJournal(journalEntry());
    const before = [await store.getOutbound(out.rowId), await store.getInbound(inbound.rowId)];
    const again = await under.reopen(t, store);
    assert.deepEqual([await again.getOutbound(out.rowId), await again.getInbound(inbound.rowId)], before);
    assert.deepEqual(await again.attemptsOf(out.rowId), [attempt()]);
    assert.deepEqual((await again.listJournal({}, { limit: 5 })).items, [journalEntry()]);
    assert.equal((await again.insertInbound({ ...inbound, rowId: randomUUID() })).outcome, 'duplicate');
  });

  test('a store that serves passes its check; a closed one rejects everything and closes again in peace', async (t) => {
    const store = await under.open(t);
    await store.check();
    await store.check();
    await store.close();
    await store.close();
    await assert.rejects(store.check(), { code: 'store/unavailable' });
    await assert.rejects(store.insertInbound(newInbound()), { code: 'store/unavailable' });
    await assert.rejects(store.listInbound({}, { limit: 1 }), { code: 'store/unavailable' });
  });

  test('closing lets what runs finish, and each operation tells truly whether it was kept', async (t) => {
    const store = await under.open(t);
    const messages = Array.from({ length: 30 }, () => newInbound());
    const running = messages.map((message) => store.insertInbound(message));
    const [results] = await Promise.all([Promise.allSettled(running), store.close()]);
    const again = await under.reopen(t, store);
    for (const [index, result] of results.entries()) {
      const kept = await again.getInbound(messages[index]!.rowId);
      assert.equal(kept !== undefined, result.status === 'fulfilled');
      if (result.status === 'rejected')
        assert.equal((result.reason as { code?: string }).code, 'store/unavailable');
    }
  });
}
