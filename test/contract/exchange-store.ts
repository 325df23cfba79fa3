import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { describe, test } from 'node:test';
import type { TestContext } from 'node:test';
import type { Store } from '../../src/msh/ports/index.ts';
import type {
  Exchange,
  ExchangeMove,
  ExchangeStore,
  Recording,
  Unrecorded,
} from '../../src/oots/ports/index.ts';
import { attempt, newInbound, newOutbound, storedPart, userMessage } from '../support/records.ts';

type WholeStore = Store & ExchangeStore;

/** What the suite needs of an adapter: a store, empty for every test. */
export interface ExchangeStoreUnderTest {
  readonly open: (test: TestContext) => Promise<WholeStore>;
  /** Why the adapter cannot be tested here. */
  readonly skip?: false | string;
}

const T = 1_772_000_000_000;
const SERVICE = 'QueryManager';

/** The contract of ExchangeStore; every adapter passes it unchanged. */
export function exchangeStoreContract(name: string, under: ExchangeStoreUnderTest): void {
  describe(`exchange store contract: ${name}`, { skip: under.skip ?? false }, () => {
    recordingTests(under);
    placeTests(under);
    hostileTests(under);
    waitingTests(under);
    readingTests(under);
    forgettingTests(under);
  });
}

/** A message of the service as it was sent. */
async function sent(store: WholeStore, at = T, service = SERVICE) {
  const messageId = `${randomUUID()}@example.test`;
  const message = newOutbound({
    messageId,
    userMessage: userMessage(messageId, { service }),
    submittedAt: at,
  });
  await store.insertOutbound(message);
  return (await store.findOutbound(messageId))!;
}

/** A message of the service as it was received. */
async function received(store: WholeStore, at = T) {
  const messageId = `${randomUUID()}@example.test`;
  const message = newInbound({
    messageId,
    userMessage: userMessage(messageId, { service: SERVICE }),
    receivedAt: at,
  });
  await store.insertInbound(message);
  return (await store.findInbound(messageId))[0]!;
}

type Sent = Awaited<ReturnType<typeof sent>>;
type Received = Awaited<ReturnType<typeof received>>;

function exchange(message: Sent | Received, values: Partial<Exchange> = {}): Exchange {
  const isSent = 'submittedAt' in message;
  return {
    id: randomUUID(),
    role: isSent ? 'requester' : 'provider',
    partner: 'AP_B',
    pmodeId: 'exchange',
    conversationId: 'c-1',
    version: '2.0',
    state: 'requested',
    requestId: `urn:uuid:${randomUUID()}`,
    requestRowId: message.rowId,
    createdAt: T,
    changedAt: T,
    ...values,
  };
}

function recording(
  message: Sent | Received,
  of: Exchange,
  move: (before: Parameters<Recording['move']>[0]) => ExchangeMove = () => ({ exchange: of }),
  more: Partial<Recording['document']['facts']> = {},
): Recording {
  const isSent = 'submittedAt' in message;
  return {
    document: {
      rowId: message.rowId,
      direction: isSent ? 'out' : 'in',
      messageId: message.messageId,
      at: isSent ? message.submittedAt : message.receivedAt,
      facts: { kind: 'request', version: '2.0', requestId: of.requestId, ...more },
    },
    bytes: Buffer.from('<request/>'),
    message,
    place: { role: of.role, partner: of.partner, id: of.id },
    move,
  };
}

/** A request that is recorded with the exchange it begins. */
async function begun(store: WholeStore, values: Partial<Exchange> = {}, at = T): Promise<Exchange> {
  const message = await sent(store, at);
  const made = exchange(message, { createdAt: at, ...values });
  assert.deepEqual(await store.record([recording(message, made)]), ['recorded']);
  return made;
}

function recordingTests({ open }: ExchangeStoreUnderTest): void {
  test('messages of the service wait to be recorded, the first kept first, and no others', async (t) => {
    const store = await open(t);
    const later = await sent(store, T + 2);
    const first = await received(store, T + 1);
    await sent(store, T, 'another');
    const waiting = await store.unrecorded(SERVICE, T, 10);
    assert.deepEqual(
      waiting.map(({ direction, rowId }) => [direction, rowId]),
      [
        ['in', first.rowId],
        ['out', later.rowId],
      ],
    );
    assert.equal((await store.unrecorded(SERVICE, T, 1)).length, 1);
    assert.deepEqual(await store.unrecorded(SERVICE, T + 3, 10), []);
    assert.equal(await store.lastRecorded(), undefined);
  });

  test('a document is recorded once, with its bytes, its exchange and what is told of it', async (t) => {
    const store = await open(t);
    const message = await received(store, T + 5);
    const made = exchange(message, {
      party: 'PT1',
      counterparty: 'AT1',
      exchangeId: randomUUID(),
      procedure: 'T3',
      evidenceType: 'https://example.test/type',
      dueAt: T + 9,
    });
    const one = recording(message, made, () => ({ exchange: made, event: 'requested' }));
    assert.deepEqual(await store.record([one]), ['recorded']);
    assert.deepEqual(await store.record([one]), ['known']);
    assert.deepEqual(await store.getExchange(made.id), made);
    assert.deepEqual(await store.unrecorded(SERVICE, T, 10), []);
    assert.equal(await store.lastRecorded(), T + 5);
    assert.deepEqual(await store.documentsOf(made.id), [{ ...one.document, exchange: made.id }]);
    assert.equal((await store.documentBytes(message.rowId))?.toString(), '<request/>');
    const { items } = await store.listEvents({ types: ['eu.quoin.exchange.requested'] }, { limit: 10 });
    assert.equal(items.length, 1);
    assert.deepEqual(items[0]!.data.exchange, {
      id: made.id,
      role: 'provider',
      state: 'requested',
      requestId: made.requestId,
      exchangeId: made.exchangeId,
    });
    assert.equal(items[0]!.rowId, message.rowId);
  });

  test('a document without an exchange is kept all the same', async (t) => {
    const store = await open(t);
    const message = await received(store);
    await store.record([recording(message, exchange(message), () => ({ flaw: 'unreadable' }))]);
    assert.equal((await store.documentBytes(message.rowId))?.toString(), '<request/>');
    assert.deepEqual(await store.unrecorded(SERVICE, T, 10), []);
  });

  test('whoever listens is told of each message that is kept, once, with its bytes, until that ends', async (t) => {
    const store = await open(t);
    const kept: Unrecorded[] = [];
    const end = store.onKept((one) => kept.push(one));
    const part = { ...storedPart('inline-1'), inline: Buffer.from('<request/>') };
    const out = newOutbound({ parts: [part], submittedAt: T });
    const into = newInbound({ parts: [storedPart('file-1')], receivedAt: T + 1, deliverable: false });
    for (let copy = 0; copy < 2; copy += 1) {
      await store.insertOutbound(out);
      await store.insertInbound(into);
    }
    end();
    await store.insertOutbound(newOutbound({ submittedAt: T + 9 }));
    const found = await store.unrecorded(SERVICE, T, 2);
    assert.deepEqual(found[1], kept[1]);
    assert.deepEqual(found[0], { ...kept[0], parts: [storedPart('inline-1')] });
    assert.deepEqual(kept[0]!.parts, [part]);
    assert.deepEqual([kept.length, kept[0]!.isWithheld, kept[1]!.isWithheld], [2, false, true]);
  });

  test('documents that are recorded together see those before them, and none stays when one cannot be', async (t) => {
    const store = await open(t);
    const [request, answer] = [await sent(store), await received(store)];
    const made = exchange(request);
    const both = (move: Recording['move']): readonly Recording[] => [
      recording(request, made),
      {
        ...recording(answer, made, move, { kind: 'response' }),
        place: { role: 'requester', partner: 'AP_B', answers: made.requestId },
      },
    ];
    const defect = new Error('This one cannot be recorded.');
    await assert.rejects(
      store.record(
        both(() => {
          throw defect;
        }),
      ),
      defect,
    );
    assert.equal((await store.unrecorded(SERVICE, T, 10)).length, 2);
    const known = await store.record(
      both(({ exchange: before }) => ({ exchange: { ...before!, state: 'answered' } })),
    );
    assert.deepEqual(known, ['recorded', 'recorded']);
    assert.equal((await store.getExchange(made.id))!.state, 'answered');
  });

  test('two records of one exchange at once are both done, one after the other', async (t) => {
    const store = await open(t);
    const made = await begun(store);
    const seen: (string | undefined)[] = [];
    const messages = await Promise.all([received(store), received(store), received(store)]);
    await Promise.all(
      messages.map((message, index) =>
        store.record([
          {
            ...recording(message, made, undefined, { requestId: `urn:uuid:${randomUUID()}` }),
            move: ({ exchange: before }) => {
              seen.push(before?.procedure);
              return { exchange: { ...before!, procedure: `${before?.procedure ?? ''}${index}` } };
            },
          },
        ]),
      ),
    );
    const after = await store.getExchange(made.id);
    assert.equal([...after!.procedure!].sort().join(''), '012');
  });
}

function placeTests({ open }: ExchangeStoreUnderTest): void {
  test('an answer is put to the exchange of its request, and only for the same partner and role', async (t) => {
    const store = await open(t);
    const made = await begun(store);
    const place = { role: made.role, partner: made.partner, answers: made.requestId, id: randomUUID() };
    const look = async (changes: Partial<Recording['place']>) => {
      const message = await received(store);
      let found: Exchange | undefined;
      const base = recording(message, made, () => ({}), { kind: 'response' });
      await store.record([
        {
          ...base,
          place: { ...place, ...changes },
          move: ({ exchange: before }) => {
            found = before;
            return {};
          },
        },
      ]);
      return found?.id;
    };
    assert.equal(await look({}), made.id);
    assert.equal(await look({ partner: 'AP_C' }), undefined);
    assert.equal(await look({ role: 'provider' }), undefined);
    assert.equal(await look({ answers: 'urn:uuid:other' }), undefined);
  });

  test('a second request is put to the exchange with its preview location in its conversation', async (t) => {
    const store = await open(t);
    const link = `https://preview.example.test/${'x'.repeat(400)}`;
    const made = await begun(store, { previewLocation: link, state: 'preview-required' });
    assert.equal((await store.getExchange(made.id))!.previewLocation, link);
    const message = await sent(store);
    let found: Exchange | undefined;
    await store.record([
      {
        ...recording(message, exchange(message)),
        place: {
          role: 'requester',
          partner: 'AP_B',
          preview: { conversationId: 'c-1', location: link },
          id: randomUUID(),
        },
        move: ({ exchange: before }) => {
          found = before;
          return {};
        },
      },
    ]);
    assert.equal(found?.id, made.id);
  });

  test('with a second request comes what the one before it asked', async (t) => {
    const store = await open(t);
    const previewLocation = 'https://preview.example.test/1';
    const first = await received(store);
    const made = exchange(first, { previewLocation, state: 'preview-required' });
    await store.record([recording(first, made, undefined, { question: 'the first' })]);
    const asked = async (facts: Partial<Recording['document']['facts']>): Promise<unknown> => {
      let question: unknown = 'not told';
      const other = exchange(await received(store), { id: made.id });
      const message = (await store.getInbound(other.requestRowId))!;
      await store.record([
        recording(
          message,
          other,
          (before) => {
            question = before.question;
            return {};
          },
          facts,
        ),
      ]);
      return question;
    };
    assert.equal(await asked({ previewLocation, question: 'the second' }), 'the first');
    assert.equal(await asked({ question: 'the second' }), undefined);
  });

  test('a request whose id came before is known as one', async (t) => {
    const store = await open(t);
    const made = await begun(store);
    const message = await sent(store);
    let isRepeated = false;
    await store.record([
      {
        ...recording(message, made),
        move: (before) => {
          ({ isRepeated } = before);
          return { flaw: 'repeated-request', refusal: 'due' };
        },
      },
    ]);
    assert.equal(isRepeated, true);
    const [due] = await store.dueRefusals(10);
    assert.deepEqual([due?.rowId, due?.flaw], [message.rowId, 'repeated-request']);
    assert.equal(await store.settleRefusal(message.rowId), true);
    assert.equal(await store.settleRefusal(message.rowId), false);
    assert.deepEqual(await store.dueRefusals(10), []);
  });

  test('an answer that was recorded before its request is recorded once more', async (t) => {
    const store = await open(t);
    const message = await received(store);
    const request = await sent(store);
    const made = exchange(request);
    await store.record([recording(message, made, () => ({ flaw: 'unknown-request' }), { kind: 'response' })]);
    await store.record([recording(request, made)]);
    const waiting = await store.unrecorded(SERVICE, T, 10);
    assert.deepEqual(
      waiting.map(({ rowId }) => rowId),
      [message.rowId],
    );
  });
}

function hostileTests({ open }: ExchangeStoreUnderTest): void {
  test('an answer that came long before its request stays on record: nobody would look for it again', async (t) => {
    const store = await open(t);
    const message = await received(store);
    const request = await sent(store, T + 3_600_000);
    const made = exchange(request);
    await store.record([recording(message, made, () => ({ flaw: 'unknown-request' }), { kind: 'response' })]);
    await store.record([recording(request, made)]);
    assert.deepEqual(await store.unrecorded(SERVICE, T, 10), []);
    assert.ok(await store.documentBytes(message.rowId));
  });

  test('of requests with one id that are recorded at once, in exchanges of their own, one counts', async (t) => {
    const store = await open(t);
    for (let round = 0; round < 5; round += 1) {
      const requestId = `urn:uuid:${randomUUID()}`;
      const messages = [await received(store), await received(store), await received(store)];
      await Promise.all(
        messages.map((message) => {
          const made = exchange(message, { requestId });
          return store.record([
            recording(message, made, ({ isRepeated }) =>
              isRepeated ? { flaw: 'repeated-request', refusal: 'due' } : { exchange: made },
            ),
          ]);
        }),
      );
      assert.equal((await store.listExchanges({ requestId }, { limit: 10 })).items.length, 1);
      assert.equal((await store.dueRefusals(100)).length, 2 * (round + 1));
    }
  });

  test('an exchange is found by the MessageId of a message of ours, though a partner gave one of theirs the same', async (t) => {
    const store = await open(t);
    const ours = await sent(store);
    const made = exchange(ours);
    await store.record([recording(ours, made)]);
    const theirs = { ...(await received(store)), messageId: ours.messageId };
    await store.record([recording(theirs, exchange(theirs))]);
    const found = async (filter: Parameters<WholeStore['listExchanges']>[0]): Promise<readonly string[]> =>
      (await store.listExchanges(filter, { limit: 10 })).items.map(({ id }) => id);
    assert.equal((await found({ messageId: ours.messageId })).length, 2);
    assert.deepEqual(await found({ sentMessageId: ours.messageId }), [made.id]);
  });

  test('of a document that moves nothing no evidence is listed, so that many of them stay small', async (t) => {
    const store = await open(t);
    const made = await begun(store);
    const evidence = [{ role: 'MainEvidence', title: 'x'.repeat(2000) }] as const;
    const facts = { kind: 'response', evidence } as const;
    const first = recording(await received(store), made, () => ({ exchange: made }), facts);
    const second = recording(
      await received(store),
      made,
      () => ({ exchange: made, flaw: 'answered-before' }),
      facts,
    );
    for (const one of [first, second]) assert.deepEqual(await store.record([one]), ['recorded']);
    const [, whole, brief] = await store.documentsOf(made.id);
    assert.deepEqual([whole!.facts.evidence, brief!.facts.evidence], [evidence, undefined]);
  });
}

function waitingTests({ open }: ExchangeStoreUnderTest): void {
  test('what is overdue is told, the longest due first, and expires once unless it moves', async (t) => {
    const store = await open(t);
    const second = await begun(store, { dueAt: T + 20 });
    const first = await begun(store, { dueAt: T + 10 });
    await begun(store, { dueAt: T + 99 });
    await begun(store);
    const over = await store.overdue(T + 20, 10);
    assert.deepEqual(
      over.map(({ id }) => id),
      [first.id, second.id],
    );
    assert.equal(await store.expire(over[0]!, T + 21), true);
    assert.equal(await store.expire(over[0]!, T + 22), false);
    const expired = await store.getExchange(first.id);
    assert.deepEqual([expired?.state, expired?.changedAt, expired?.dueAt], ['expired', T + 21, undefined]);
    const { items } = await store.listEvents({ types: ['eu.quoin.exchange.expired'] }, { limit: 10 });
    assert.deepEqual(
      items.map(({ data }) => data.exchange?.id),
      [first.id],
    );
  });

  test('an exchange has failed when its request was given up', async (t) => {
    const store = await open(t);
    const message = await sent(store);
    const made = exchange(message, { dueAt: T + 10 });
    await store.record([recording(message, made)]);
    assert.equal(await store.failUndelivered(T), 0);
    await store.claimOutbound(message.rowId, T, 1000);
    await store.settleAttempt(message.rowId, attempt(), { state: 'SEND_FAILURE', at: T + 1 });
    assert.equal(await store.failUndelivered(T + 2), 1);
    assert.equal(await store.failUndelivered(T + 3), 0);
    const failed = await store.getExchange(made.id);
    assert.deepEqual([failed?.state, failed?.changedAt, failed?.dueAt], ['failed', T + 2, undefined]);
    const { items } = await store.listEvents({ types: ['eu.quoin.exchange.failed'] }, { limit: 10 });
    assert.equal(items.length, 1);
  });
}

function readingTests({ open }: ExchangeStoreUnderTest): void {
  test('exchanges are found by everything they can be searched by, the last begun first, in pages', async (t) => {
    const store = await open(t);
    const exchangeId = randomUUID();
    const one = await begun(store, { party: 'AT1', exchangeId });
    const two = await begun(store, { party: 'AT2', conversationId: 'c-2', state: 'answered' });
    const idsOf = async (filter: Parameters<ExchangeStore['listExchanges']>[0]) =>
      (await store.listExchanges(filter, { limit: 10 })).items.map(({ id }) => id);
    assert.deepEqual(await idsOf({}), [two.id, one.id]);
    assert.deepEqual(await idsOf({ role: 'provider' }), []);
    assert.deepEqual(await idsOf({ exchangeId }), [one.id]);
    assert.deepEqual(await idsOf({ conversationId: 'c-2' }), [two.id]);
    assert.deepEqual(await idsOf({ requestId: one.requestId }), [one.id]);
    const [document] = await store.documentsOf(two.id);
    assert.deepEqual(await idsOf({ messageId: document!.messageId }), [two.id]);
    assert.deepEqual(await idsOf({ states: ['answered', 'failed'] }), [two.id]);
    assert.deepEqual(await idsOf({ states: [] }), []);
    assert.deepEqual(await idsOf({ parties: ['AT1'] }), [one.id]);
    assert.deepEqual(await idsOf({ parties: [] }), []);
    assert.deepEqual(await idsOf({ waiting: true }), [two.id]);
    assert.deepEqual(await idsOf({ waiting: false }), []);
    assert.deepEqual(await idsOf({ until: T }), []);
    const page = await store.listExchanges({}, { limit: 1 });
    const next = await store.listExchanges({}, { limit: 1, cursor: page.cursor });
    assert.deepEqual([page.items[0]?.id, next.items[0]?.id, next.cursor], [two.id, one.id, undefined]);
  });

  test('an exchange is taken once', async (t) => {
    const store = await open(t);
    const { id } = await begun(store, { state: 'answered' });
    assert.equal(await store.takeExchange(id, T + 1), true);
    assert.equal(await store.takeExchange(id, T + 2), false);
    assert.equal((await store.getExchange(id))?.takenAt, T + 1);
    assert.equal(await store.takeExchange(randomUUID(), T), false);
  });
}

function forgettingTests({ open }: ExchangeStoreUnderTest): void {
  test('old documents are forgotten, and exchanges of which none is left', async (t) => {
    const store = await open(t);
    const old = await begun(store, {}, T);
    const kept = await begun(store, {}, T + 100);
    const [document] = await store.documentsOf(old.id);
    assert.equal(await store.forgetDocuments(T + 50), 1);
    assert.equal(await store.forgetDocuments(T + 50), 0);
    assert.equal(await store.getExchange(old.id), undefined);
    assert.equal(await store.documentBytes(document!.rowId), undefined);
    assert.notEqual(await store.getExchange(kept.id), undefined);
  });
}
