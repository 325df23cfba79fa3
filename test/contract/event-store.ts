import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { describe, test } from 'node:test';
import type { TestContext } from 'node:test';
import type {
  Delivery,
  EventFilter,
  MessageEvent,
  NewInboundMessage,
  Settlement,
  Store,
} from '../../src/msh/ports/index.ts';
import { attempt, newInbound, newOutbound, receipt, userMessage } from '../support/records.ts';

/** What the suite needs of an adapter: a store, empty for every test, and where several may use one database, a second. */
export interface EventStoreUnderTest {
  readonly open: (test: TestContext) => Promise<Store>;
  readonly beside?: (test: TestContext, store: Store) => Promise<Store>;
  /** Why the adapter cannot be tested here. */
  readonly skip?: false | string;
}

const T = 1_772_000_000_000;
const LEASE = 60_000;
const WINDOW = 24 * 3_600_000;
const everything = { wants: () => true, now: T, windowMs: WINDOW };
const failure = { step: 'notify/send', code: 'notify/endpoint-failed', message: 'HTTP 500' };

/** The contract of EventStore and DeliveryStore; every adapter passes it unchanged. */
export function eventStoreContract(name: string, under: EventStoreUnderTest): void {
  describe(`event store contract: ${name}`, { skip: under.skip ?? false }, () => {
    tellingTests(under);
    readingTests(under);
    trimTests(under);
    fanOutTests(under);
    claimTests(under);
    outcomeTests(under);
    replayTests(under);
    if (under.beside !== undefined) sharingTests(under, under.beside);
  });
}

/** Keeps a received message. */
async function received(
  store: Store,
  conversationId = 'conversation-1',
  values: Partial<NewInboundMessage> = {},
): Promise<NewInboundMessage> {
  const messageId = `${randomUUID()}@example.test`;
  const message = newInbound({
    messageId,
    userMessage: userMessage(messageId, { conversationId }),
    ...values,
  });
  await store.insertInbound(message);
  return message;
}

/** Sends a message once with this outcome; resolves to its MessageId. */
async function sent(store: Store, settlement: Settlement): Promise<string> {
  const message = newOutbound();
  await store.insertOutbound(message);
  await store.claimOutbound(message.rowId, T, LEASE);
  assert.equal(await store.settleAttempt(message.rowId, attempt(), settlement), true);
  return message.messageId;
}

async function all(store: Store, filter: EventFilter = {}): Promise<readonly MessageEvent[]> {
  return (await store.listEvents(filter, { limit: 1000 })).items;
}

/** A webhook that has a delivery for each of these conversations, in this order. */
async function webhookWith(store: Store, conversations: readonly string[]): Promise<void> {
  await store.openWebhooks(['hook'], T);
  for (const conversation of conversations) await received(store, conversation);
  assert.equal(await store.fanOut('hook', everything), conversations.length);
}

const claim = (store: Store, now = T, limit = 100) => store.claimDeliveries('hook', now, LEASE, limit);
const conversations = (deliveries: readonly Delivery[]) =>
  deliveries.map(({ event }) => event.conversationId);
const delivered = (at = T) => ({ state: 'DELIVERED', at, httpStatus: 204 }) as const;

function tellingTests(under: EventStoreUnderTest): void {
  test('a received message is told with its ids and parties, and nothing of its content', async (t) => {
    const store = await under.open(t);
    const messageId = 'm@example.test';
    const header = {
      ...userMessage(messageId),
      messageProperties: [
        { name: 'originalSender', value: 'urn:c1', type: 'urn:t' },
        { name: 'finalRecipient', value: 'urn:c4', type: 'urn:t' },
        { name: 'other', value: 'not told' },
      ],
    };
    const message = newInbound({ messageId, userMessage: header });
    await store.insertInbound(message);
    const [event, ...more] = await all(store);
    assert.equal(more.length, 0);
    const { cursor, id, ...rest } = event!;
    assert.match(id, /^[0-9a-f-]{36}$/);
    assert.match(cursor, /^\d{12,}$/);
    assert.deepEqual(rest, {
      type: 'eu.quoin.message.received',
      at: T,
      direction: 'in',
      rowId: message.rowId,
      messageId,
      conversationId: 'conversation-1',
      refToMessageId: 'earlier@example.test',
      service: 'QueryManager',
      action: 'ExecuteQueryRequest',
      partner: 'AP_XB_01',
      pmodeId: 'oots',
      originalSender: 'urn:c1',
      finalRecipient: 'urn:c4',
      data: {},
    });
  });

  test('a copy, a message that is not delivered and a ping are not told', async (t) => {
    const store = await under.open(t);
    const message = await received(store);
    await store.insertInbound({ ...message, rowId: randomUUID() });
    await received(store, 'c', { deliverable: false });
    const ping = userMessage('ping@example.test');
    const test = 'http://docs.oasis-open.org/ebxml-msg/ebms/v3.0/ns/core/200704/';
    const collaborationInfo = {
      ...ping.collaborationInfo,
      service: { value: `${test}service` },
      action: `${test}test`,
    };
    await received(store, 'c', { userMessage: { ...ping, collaborationInfo } });
    assert.equal((await all(store)).length, 1);
  });

  test('the backend has taken a message: told once', async (t) => {
    const store = await under.open(t);
    const { rowId, messageId } = await received(store);
    assert.equal(await store.moveInbound(rowId, 'RECEIVED', 'DOWNLOADED', T + 5), true);
    assert.equal(await store.moveInbound(rowId, 'RECEIVED', 'DOWNLOADED', T + 6), false);
    await store.moveInbound(rowId, 'DOWNLOADED', 'DELETED', T + 7);
    const told = await all(store, { types: ['eu.quoin.message.delivered'] });
    assert.deepEqual(
      told.map((event) => [event.messageId, event.at, event.direction]),
      [[messageId, T + 5, 'in']],
    );
  });

  test('a message that is delivered again is received once more, and says so', async (t) => {
    const store = await under.open(t);
    const { rowId, messageId } = await received(store);
    await store.moveInbound(rowId, 'RECEIVED', 'DOWNLOADED', T + 5);
    await Promise.all([1, 2, 3].map(() => store.moveInbound(rowId, 'DOWNLOADED', 'RECEIVED', T + 8)));
    const told = await all(store, { types: ['eu.quoin.message.received'] });
    assert.deepEqual(told[1]?.data, { redelivered: true });
    assert.deepEqual(
      [told.length, told[1].rowId, told[1].messageId, told[1].at],
      [2, rowId, messageId, T + 8],
    );
    assert.notEqual(told[0]!.id, told[1].id, 'it is not taken for a repetition');
  });

  test('the fate of a sent message is told with attempts, receipt or failure; a wait is not', async (t) => {
    const store = await under.open(t);
    const good = await sent(store, { state: 'ACKNOWLEDGED', receipt: receipt(), at: T + 9 });
    const finding = { check: 'c', field: 'f', expected: 'secret', found: 'secret', advice: 'Do this.' };
    const lost = { step: 'send/push', code: 'http/timeout', message: 'm'.repeat(5000), finding };
    const bad = await sent(store, { state: 'SEND_FAILURE', failure: lost, at: T + 10 });
    await sent(store, { state: 'WAITING_FOR_RETRY', nextAttemptAt: T + 99, failure: lost, at: T + 11 });
    const told = (await all(store)).map(({ type, messageId, direction, at, data }) => ({
      type,
      messageId,
      direction,
      at,
      data,
    }));
    const failed = {
      step: 'send/push',
      code: 'http/timeout',
      message: 'm'.repeat(1000),
      advice: 'Do this.',
    };
    assert.deepEqual(told, [
      {
        type: 'eu.quoin.message.acknowledged',
        messageId: good,
        direction: 'out',
        at: T + 9,
        data: { attempts: 1, receiptId: 'receipt@example.test' },
      },
      {
        type: 'eu.quoin.message.failed',
        messageId: bad,
        direction: 'out',
        at: T + 10,
        data: { attempts: 1, failure: failed },
      },
    ]);
  });

  test('a change that does not happen is not told, and one that cannot be told does not happen', async (t) => {
    const store = await under.open(t);
    const message = newOutbound();
    await store.insertOutbound(message);
    await store.claimOutbound(message.rowId, T, LEASE);
    const settlement = { state: 'ACKNOWLEDGED', receipt: receipt(), at: T } as const;
    assert.equal(await store.settleAttempt(message.rowId, attempt({ number: 7 }), settlement), false);
    const unkept = newInbound();
    const header = {
      ...unkept.userMessage,
      messageProperties: [{ name: 'finalRecipient', value: 'no\0text' }],
    };
    await assert.rejects(store.insertInbound({ ...unkept, userMessage: header }));
    assert.equal(await store.getInbound(unkept.rowId), undefined);
    assert.deepEqual(await all(store), []);
  });

  test('whoever listens hears of each event once it can be read, until it no longer listens', async (t) => {
    const store = await under.open(t);
    const seen: Promise<number>[] = [];
    const end = store.onEvent(() => void seen.push(all(store).then((events) => events.length)));
    const { rowId } = await received(store);
    await received(store, 'c', { deliverable: false });
    await store.moveInbound(rowId, 'RECEIVED', 'DOWNLOADED', T);
    end();
    await received(store);
    assert.deepEqual(await Promise.all(seen), [1, 2]);
  });
}

function readingTests(under: EventStoreUnderTest): void {
  test('a reader with a cursor meets every event once, in order', async (t) => {
    const store = await under.open(t);
    const start = await store.lastEvent();
    assert.deepEqual(await store.listEvents({}, { after: start, limit: 10 }), {
      items: [],
      cursor: start,
      more: false,
    });
    for (let i = 0; i < 7; i += 1) await received(store, `c${i}`);
    const met: MessageEvent[] = [];
    let after = start;
    for (let more = true; more;) {
      const page = await store.listEvents({}, { after, limit: 3 });
      met.push(...page.items);
      ({ cursor: after, more } = page);
    }
    assert.deepEqual(
      met.map((event) => event.conversationId),
      ['c0', 'c1', 'c2', 'c3', 'c4', 'c5', 'c6'],
    );
    assert.equal(after, await store.lastEvent());
    const cursors = met.map((event) => event.cursor);
    assert.deepEqual(cursors.toSorted(), cursors, 'cursors sort as text');
  });

  test('many writers at once: a reader beside them misses nothing', async (t) => {
    const store = await under.open(t);
    const writing = Promise.all(Array.from({ length: 40 }, (_, i) => received(store, `c${i}`)));
    let isWriting = true;
    void writing.finally(() => (isWriting = false));
    const met: string[] = [];
    let after = '0';
    for (let more = true; more || isWriting;) {
      const page = await store.listEvents({}, { after, limit: 5 });
      met.push(...page.items.map((event) => event.messageId));
      ({ cursor: after, more } = page);
    }
    const last = await store.listEvents({}, { after, limit: 100 });
    met.push(...last.items.map((event) => event.messageId));
    const written = (await writing).map((message) => message.messageId);
    assert.deepEqual(met.toSorted(), written.toSorted());
  });

  test('events are found by type, conversation, message and time', async (t) => {
    const store = await under.open(t);
    const { messageId } = await received(store, 'wanted');
    await received(store, 'other', { receivedAt: T + 100 });
    await sent(store, { state: 'ACKNOWLEDGED', receipt: receipt(), at: T + 50 });
    const count = async (filter: EventFilter) => (await all(store, filter)).length;
    assert.equal(await count({ types: ['eu.quoin.message.received'] }), 2);
    assert.equal(await count({ types: ['eu.quoin.message.received', 'eu.quoin.message.acknowledged'] }), 3);
    assert.equal(await count({ conversationId: 'wanted' }), 1);
    assert.equal(await count({ messageId }), 1);
    assert.equal(await count({ since: T + 50 }), 2);
    assert.equal(await count({ types: ['eu.quoin.message.failed'] }), 0);
  });

  test('a restriction to parties holds for the side that is ours', async (t) => {
    const store = await under.open(t);
    const corners = (c1: string, c4: string) => [
      { name: 'originalSender', value: c1 },
      { name: 'finalRecipient', value: c4 },
    ];
    for (const [c1, c4] of [
      ['urn:ours', 'urn:theirs'],
      ['urn:theirs', 'urn:ours'],
    ] as const) {
      const messageId = `${c1}-${c4}@example.test`;
      const header = { ...userMessage(messageId), messageProperties: corners(c1, c4) };
      await store.insertInbound(newInbound({ messageId, userMessage: header }));
    }
    await received(store);
    const told = await all(store, { parties: ['urn:ours', 'urn:other'] });
    assert.deepEqual(
      told.map((event) => event.messageId),
      ['urn:theirs-urn:ours@example.test'],
    );
    assert.deepEqual(await all(store, { parties: [] }), []);
  });

  test('a limit or cursor that cannot be is refused', async (t) => {
    const store = await under.open(t);
    for (const request of [
      { limit: 0 },
      { limit: 1001 },
      { limit: 1, after: 'x' },
      { limit: 1, after: '-1' },
      { limit: 1, after: '9'.repeat(16) },
    ])
      await assert.rejects(store.listEvents({}, request), { code: 'store/bad-page' });
  });
}

function trimTests(under: EventStoreUnderTest): void {
  const trim = (store: Store, before: number, keep: number) =>
    store.trimEvents({ before, keep, webhooksSeenSince: T });

  test('old events and those beyond the number go, the oldest first; numbers are never used again', async (t) => {
    const store = await under.open(t);
    for (let i = 0; i < 6; i += 1) await received(store, `c${i}`, { receivedAt: T + i });
    assert.equal(await trim(store, T, 100), 0);
    assert.equal(await trim(store, T + 2, 100), 2);
    assert.equal(await trim(store, T, 3), 1);
    assert.deepEqual(
      (await all(store)).map((event) => event.conversationId),
      ['c3', 'c4', 'c5'],
    );
    const last = await store.lastEvent();
    assert.equal(await trim(store, T + 100, 0), 3);
    assert.equal(await store.lastEvent(), last);
    await received(store, 'next');
    const [next] = await all(store, {});
    assert.ok(next!.cursor > last);
  });

  test('a cursor behind which events are missing is refused; the beginning and later ones are not', async (t) => {
    const store = await under.open(t);
    for (let i = 0; i < 4; i += 1) await received(store, `c${i}`, { receivedAt: T + i });
    const [first, second, third] = await all(store);
    await trim(store, T + 2, 100);
    await assert.rejects(store.listEvents({}, { after: first!.cursor, limit: 5 }), {
      code: 'store/events-gone',
    });
    for (const [after, left] of [
      [undefined, 2],
      ['0', 2],
      [second!.cursor, 2],
      [third!.cursor, 1],
    ] as const)
      assert.equal((await store.listEvents({}, { after, limit: 5 })).items.length, left);
  });

  test('what a webhook in use has not had stays; what one nobody uses any more waits for, goes', async (t) => {
    const store = await under.open(t);
    await webhookWith(store, ['a', 'b']);
    await received(store, 'c');
    assert.equal(await trim(store, T + 100, 0), 0, 'a and b wait, c was not read');
    for (const { id } of await claim(store)) await store.settleDelivery(id, 1, delivered());
    assert.equal(await trim(store, T + 100, 0), 2, 'c was not read');
    assert.deepEqual(await store.listDeliveries('hook', {}, { limit: 10 }), { items: [] });
    assert.equal(await trim(store, T + 100, 0), 0);
    assert.deepEqual(await store.dropAbandoned(T + 1, T + 5), ['hook']);
    assert.equal(await trim(store, T + 100, 0), 1);
  });
}

function fanOutTests(under: EventStoreUnderTest): void {
  test('a webhook begins with what comes after it was opened, and takes each event once', async (t) => {
    const store = await under.open(t);
    await received(store, 'before');
    await store.openWebhooks(['hook', 'other'], T);
    await received(store, 'a');
    await store.openWebhooks(['hook'], T + 1);
    await received(store, 'b');
    assert.equal(await store.fanOut('hook', everything), 2);
    assert.equal(await store.fanOut('hook', everything), 0);
    assert.equal(await store.fanOut('unknown', everything), 0);
    assert.deepEqual(conversations(await claim(store)), ['a', 'b']);
    const [hook, other] = await store.listWebhooks();
    assert.deepEqual([hook!.name, hook!.waiting, hook!.seenAt], ['hook', 2, T + 1]);
    assert.deepEqual([other!.name, other!.waiting, other!.seenAt], ['other', 0, T]);
    assert.ok(other!.cursor < hook!.cursor);
  });

  test('only what is wanted becomes a delivery; the rest is passed', async (t) => {
    const store = await under.open(t);
    await store.openWebhooks(['hook'], T);
    for (const c of ['a', 'b', 'c']) await received(store, c);
    const wants = ({ conversationId }: MessageEvent) => conversationId === 'b';
    assert.equal(await store.fanOut('hook', { ...everything, wants }), 3);
    assert.equal(await store.fanOut('hook', everything), 0);
    assert.deepEqual(conversations(await claim(store)), ['b']);
  });

  test('many events are taken in several steps', async (t) => {
    const store = await under.open(t);
    await store.openWebhooks(['hook'], T);
    await Promise.all(Array.from({ length: 230 }, (_, i) => received(store, `c${i}`)));
    const steps = [await store.fanOut('hook', everything), await store.fanOut('hook', everything)];
    assert.deepEqual(steps, [200, 30]);
    assert.equal((await store.listWebhooks())[0]!.waiting, 230);
  });
}

function claimTests(under: EventStoreUnderTest): void {
  test('a claim leases a delivery with its event and counts the attempt', async (t) => {
    const store = await under.open(t);
    await webhookWith(store, ['a']);
    const [event] = await all(store);
    const [one, ...more] = await claim(store, T + 5);
    assert.equal(more.length, 0);
    const { id, ...rest } = one!;
    assert.match(id, /^[0-9a-f-]{36}$/);
    assert.deepEqual(rest, {
      webhook: 'hook',
      event,
      state: 'PENDING',
      attempts: 1,
      createdAt: T,
      giveUpAt: T + WINDOW,
      nextAttemptAt: T + 5 + LEASE,
      leasedUntil: T + 5 + LEASE,
      replay: false,
    });
    assert.deepEqual(await claim(store, T + 5 + LEASE - 1), [], 'leased');
    assert.equal((await claim(store, T + 5 + LEASE))[0]!.attempts, 2, 'its worker died');
  });

  test('of many claims at once each delivery goes to one', async (t) => {
    const store = await under.open(t);
    await webhookWith(store, ['a', 'b', 'c', 'd']);
    const claims = await Promise.all(Array.from({ length: 10 }, () => claim(store, T, 2)));
    assert.deepEqual(conversations(claims.flat()).toSorted(), ['a', 'b', 'c', 'd']);
  });

  test('a later event of a conversation waits for the earlier; other conversations do not', async (t) => {
    const store = await under.open(t);
    await webhookWith(store, ['a', 'a', 'b', 'a']);
    const [a1, b] = await claim(store);
    assert.deepEqual(conversations([a1!, b!]), ['a', 'b']);
    assert.deepEqual(await claim(store), [], 'a1 is under way');
    await store.settleDelivery(a1!.id, 1, { state: 'PENDING', nextAttemptAt: T + 500, failure, at: T });
    assert.deepEqual(await claim(store, T + 499), [], 'a1 waits');
    assert.equal((await claim(store, T + 500))[0]!.id, a1!.id);
    await store.settleDelivery(a1!.id, 2, { state: 'FAILED', failure, at: T + 501 });
    const [a2, ...none] = await claim(store, T + 501);
    assert.equal(none.length, 0);
    assert.ok(a2!.event.cursor > a1!.event.cursor);
    await store.settleDelivery(a2!.id, 1, delivered());
    assert.equal((await claim(store, T + 501)).length, 1);
  });

  test('webhooks are apart: one that waits holds up no other', async (t) => {
    const store = await under.open(t);
    await store.openWebhooks(['hook', 'other'], T);
    await received(store, 'a');
    await received(store, 'a');
    for (const name of ['hook', 'other']) await store.fanOut(name, everything);
    await claim(store);
    const [first] = await store.claimDeliveries('other', T, LEASE, 5);
    await store.settleDelivery(first!.id, 1, delivered());
    assert.equal((await store.claimDeliveries('other', T, LEASE, 5)).length, 1);
  });
}

function outcomeTests(under: EventStoreUnderTest): void {
  test('outcomes are kept with the delivery and with the webhook', async (t) => {
    const store = await under.open(t);
    await webhookWith(store, ['a', 'b']);
    const [a, b] = await claim(store);
    await store.settleDelivery(a!.id, 1, {
      state: 'PENDING',
      nextAttemptAt: T + 9,
      failure,
      httpStatus: 500,
      at: T + 1,
    });
    await store.settleDelivery(b!.id, 1, { state: 'FAILED', failure, at: T + 2 });
    const [hook] = await store.listWebhooks();
    const { cursor: _, ...stands } = hook!;
    assert.deepEqual(stands, {
      name: 'hook',
      seenAt: T,
      lastFailureAt: T + 2,
      lastFailure: failure,
      failingSince: T + 1,
      waiting: 1,
      oldestWaitingAt: T,
      failed: 1,
    });
    const failed = await store.listDeliveries('hook', { state: 'FAILED' }, { limit: 5 });
    const {
      items: [kept],
    } = failed;
    assert.deepEqual(
      { id: kept!.id, failure: kept!.failure, finishedAt: kept!.finishedAt, next: kept!.nextAttemptAt },
      { id: b!.id, failure, finishedAt: T + 2, next: undefined },
    );
    await claim(store, T + 9);
    await store.settleDelivery(a!.id, 2, delivered(T + 10));
    const [now] = await store.listWebhooks();
    assert.equal(now!.failingSince, undefined);
    assert.equal(now!.lastSuccessAt, T + 10);
    const list = await store.listDeliveries('hook', {}, { limit: 1 });
    assert.equal(list.items[0]!.id, b!.id, 'the last made first');
    const rest = await store.listDeliveries('hook', {}, { limit: 1, cursor: list.cursor });
    assert.deepEqual([rest.items[0]!.id, rest.items[0]!.httpStatus, rest.cursor], [a!.id, 204, undefined]);
  });

  test('an attempt that lost its delivery settles nothing', async (t) => {
    const store = await under.open(t);
    await webhookWith(store, ['a']);
    const [a] = await claim(store);
    await claim(store, T + LEASE);
    assert.equal(await store.settleDelivery(a!.id, 1, delivered()), false);
    assert.equal(await store.settleDelivery(a!.id, 2, delivered()), true);
    assert.equal(await store.settleDelivery(a!.id, 2, { state: 'FAILED', failure, at: T }), false);
    assert.equal((await store.listWebhooks())[0]!.lastFailureAt, undefined);
  });

  test('an endpoint that answers again makes what waits due; one under way stays', async (t) => {
    const store = await under.open(t);
    await webhookWith(store, ['a', 'b']);
    const [a] = await claim(store);
    await store.settleDelivery(a!.id, 1, { state: 'PENDING', nextAttemptAt: T + 3_600_000, failure, at: T });
    await store.hastenDeliveries('hook', T + 1);
    assert.deepEqual(conversations(await claim(store, T + 1)), ['a']);
  });

  test('what waits beyond its time is given up; what is under way or in time is not', async (t) => {
    const store = await under.open(t);
    await webhookWith(store, ['a', 'b']);
    const [a] = await claim(store, T, 1);
    await received(store, 'late');
    await store.fanOut('hook', { ...everything, now: T + 1 });
    assert.equal(await store.giveUpOverdue('hook', T + WINDOW - 1, failure), 0);
    assert.equal(await store.giveUpOverdue('hook', T + WINDOW, failure), 1);
    const { items } = await store.listDeliveries('hook', { state: 'FAILED' }, { limit: 5 });
    assert.deepEqual(conversations(items), ['b']);
    assert.deepEqual(items[0]!.failure, failure);
    assert.equal(await store.settleDelivery(a!.id, 1, delivered()), true);
  });

  test('what waits for a webhook nobody configures any more is dropped, and it begins anew when it comes back', async (t) => {
    const store = await under.open(t);
    await webhookWith(store, ['a']);
    assert.deepEqual(await store.dropAbandoned(T, T + 5), [], 'seen since then');
    assert.deepEqual(await store.dropAbandoned(T + 1, T + 5), ['hook']);
    assert.deepEqual(await store.listWebhooks(), []);
    const { items } = await store.listDeliveries('hook', {}, { limit: 5 });
    assert.deepEqual([items[0]!.state, items[0]!.finishedAt], ['DROPPED', T + 5]);
    await received(store, 'b');
    await store.openWebhooks(['hook'], T + 9);
    assert.equal(await store.fanOut('hook', everything), 0);
  });
}

function replayTests(under: EventStoreUnderTest): void {
  test('events are told once more: by id, from a cursor, since a time; only those that were passed and are wanted', async (t) => {
    const store = await under.open(t);
    await store.openWebhooks(['hook'], T);
    for (let i = 0; i < 4; i += 1) await received(store, `c${i}`, { receivedAt: T + i });
    await store.fanOut('hook', everything);
    for (const { id } of await claim(store)) await store.settleDelivery(id, 1, delivered());
    await received(store, 'to come');
    const events = await all(store);
    const again = async (which: Parameters<Store['replayEvents']>[1], wants = everything.wants) => {
      const { created, next } = await store.replayEvents('hook', which, { ...everything, wants });
      assert.equal(next, undefined);
      const deliveries = await claim(store);
      assert.equal(deliveries.length, created);
      for (const one of deliveries) {
        assert.equal(one.replay, true);
        await store.settleDelivery(one.id, 1, delivered());
      }
      return conversations(deliveries);
    };
    assert.deepEqual(await again({ eventIds: [events[1]!.id, events[4]!.id, randomUUID()] }), ['c1']);
    assert.deepEqual(await again({ after: events[1]!.cursor }), ['c2', 'c3']);
    assert.deepEqual(await again({ after: '0' }), ['c0', 'c1', 'c2', 'c3']);
    assert.deepEqual(await again({ since: T + 3 }), ['c3']);
    assert.deepEqual(await again({ since: T }, () => false), []);
    await assert.rejects(store.replayEvents('hook', { after: 'x' }, everything), { code: 'store/bad-page' });
  });

  test('a long replay goes step by step', async (t) => {
    const store = await under.open(t);
    await store.openWebhooks(['hook'], T);
    await Promise.all(Array.from({ length: 1005 }, (_, i) => received(store, `c${i % 7}`)));
    while ((await store.fanOut('hook', { ...everything, wants: () => false })) > 0);
    const first = await store.replayEvents('hook', { since: T }, everything);
    assert.equal(first.created, 1000);
    const second = await store.replayEvents('hook', { since: T, after: first.next }, everything);
    assert.deepEqual(second, { created: 5 });
  });
}

function sharingTests(under: EventStoreUnderTest, beside: NonNullable<EventStoreUnderTest['beside']>): void {
  test('two processes: each event becomes one delivery, each delivery goes to one of them', async (t) => {
    const one = await under.open(t);
    const two = await beside(t, one);
    await one.openWebhooks(['hook'], T);
    await Promise.all(
      [one, two].flatMap((store) => Array.from({ length: 30 }, (_, i) => received(store, `c${i}`))),
    );
    const rounds = Array.from({ length: 4 }, () => [one, two]).flat();
    await Promise.all(rounds.map((store) => store.fanOut('hook', everything)));
    assert.equal((await one.listWebhooks())[0]!.waiting, 60);
    const claimed = (await Promise.all(rounds.map((store) => claim(store, T, 10)))).flat();
    assert.equal(new Set(claimed.map(({ id }) => id)).size, claimed.length);
    assert.equal(new Set(conversations(claimed)).size, claimed.length, 'one a conversation');
  });

  test('two processes write at once: a reader with a cursor misses nothing', async (t) => {
    const one = await under.open(t);
    const two = await beside(t, one);
    const writing = Promise.all(
      Array.from({ length: 60 }, (_, i) => received(i % 2 === 0 ? one : two, `c${i}`)),
    );
    let isWriting = true;
    void writing.finally(() => (isWriting = false));
    const met: string[] = [];
    let after = '0';
    while (isWriting) {
      const page = await two.listEvents({}, { after, limit: 7 });
      met.push(...page.items.map((event) => event.messageId));
      after = page.cursor;
    }
    met.push(...(await one.listEvents({}, { after, limit: 1000 })).items.map((event) => event.messageId));
    const written = (await writing).map((message) => message.messageId);
    assert.deepEqual(met.toSorted(), written.toSorted());
  });
}
