import assert from 'node:assert/strict';
import { createHash, randomUUID } from 'node:crypto';
import { describe, test } from 'node:test';
import type { TestContext } from 'node:test';
import type { Store } from '../../src/msh/ports/index.ts';
import type { ExchangeStore, PreviewLink, PreviewStore } from '../../src/oots/ports/index.ts';
import { newInbound, userMessage } from '../support/records.ts';

type WholeStore = Store & ExchangeStore & PreviewStore;

/** What the suite needs of an adapter: a store, empty for every test. */
export interface PreviewStoreUnderTest {
  readonly open: (test: TestContext) => Promise<WholeStore>;
  /** Why the adapter cannot be tested here. */
  readonly skip?: false | string;
}

const T = 1_772_000_000_000;
const hashOf = (text: string): string => createHash('sha256').update(text).digest('hex');

function link(values: Partial<PreviewLink> = {}): PreviewLink {
  return {
    hash: hashOf(randomUUID()),
    exchange: randomUUID(),
    requestId: `urn:uuid:${randomUUID()}`,
    linkedAt: T,
    expiresAt: T + 100,
    ...values,
  };
}

const opened = (at: number, sessionExpiresAt = at + 1000) => ({
  openedAt: at,
  session: hashOf(randomUUID()),
  sessionExpiresAt,
});

/** The contract of PreviewStore; every adapter passes it unchanged. */
export function previewStoreContract(name: string, under: PreviewStoreUnderTest): void {
  describe(`preview store contract: ${name}`, { skip: under.skip ?? false }, () => {
    openingTests(under);
    decidingTests(under);
    forgettingTests(under);
  });
}

function openingTests({ open }: PreviewStoreUnderTest): void {
  test('a link is kept as it is, and found by its hash and by its exchange', async (t) => {
    const store = await open(t);
    const first = link();
    const second = link({ exchange: first.exchange });
    const other = link();
    for (const one of [first, second, other]) await store.addPreviewLink(one);
    assert.deepEqual(await store.previewLink(second.hash), second);
    assert.deepEqual(await store.previewLinksOf(first.exchange), [first, second]);
    assert.deepEqual(await store.previewLinksOf(randomUUID()), []);
    assert.equal(await store.previewLink(hashOf('unknown')), undefined);
    assert.equal(await store.previewSession(hashOf('unknown')), undefined);
    await assert.rejects(store.addPreviewLink(first), 'the same token twice');
  });

  test('a link is opened once, and its session is found', async (t) => {
    const store = await open(t);
    const one = link();
    await store.addPreviewLink(one);
    await store.addPreviewLink(link({ exchange: one.exchange }));
    const session = { ...opened(T + 1), returnLocation: 'https://portal.example/back' };
    assert.equal(await store.openPreviewLink(one.hash, session), true);
    assert.equal(await store.openPreviewLink(one.hash, opened(T + 2)), false);
    assert.deepEqual(await store.previewLink(one.hash), { ...one, ...session });
    assert.deepEqual(await store.previewSession(session.session), { ...one, ...session });
    assert.equal((await store.previewLinksOf(one.exchange))[1]?.openedAt, undefined);
  });

  test('of many who open a link at once exactly one does', async (t) => {
    const store = await open(t);
    const one = link();
    await store.addPreviewLink(one);
    const sessions = Array.from({ length: 8 }, () => opened(T + 1));
    const won = await Promise.all(sessions.map((session) => store.openPreviewLink(one.hash, session)));
    assert.equal(won.filter((did) => did).length, 1);
    const kept = await store.previewLink(one.hash);
    assert.equal(kept?.session, sessions[won.indexOf(true)]?.session);
  });

  test('a link is not opened from the moment on when it expires, nor one that is unknown', async (t) => {
    const store = await open(t);
    const one = link();
    await store.addPreviewLink(one);
    assert.equal(await store.openPreviewLink(one.hash, opened(one.expiresAt)), false);
    assert.deepEqual(await store.previewLink(one.hash), one);
    assert.equal(await store.openPreviewLink(one.hash, opened(one.expiresAt - 1)), true);
    assert.equal(await store.openPreviewLink(hashOf('unknown'), opened(T)), false);
  });
}

function decidingTests({ open }: PreviewStoreUnderTest): void {
  test('it is decided once, and what was accepted is kept', async (t) => {
    const store = await open(t);
    const one = link();
    await store.addPreviewLink(one);
    const session = opened(T + 1);
    const approved = { decision: 'approved', decidedAt: T + 2, accepted: ['record', 'päper'] } as const;
    assert.equal(await store.decidePreview(session.session, approved), false, 'not open yet');
    await store.openPreviewLink(one.hash, session);
    assert.equal(await store.decidePreview(session.session, approved), true);
    const refused = { decision: 'refused', decidedAt: T + 3 } as const;
    assert.equal(await store.decidePreview(session.session, refused), false);
    assert.deepEqual(await store.previewLink(one.hash), { ...one, ...session, ...approved });
  });

  test('of two decisions at once exactly one counts', async (t) => {
    const store = await open(t);
    const one = link();
    await store.addPreviewLink(one);
    const { session, ...rest } = opened(T + 1);
    await store.openPreviewLink(one.hash, { session, ...rest });
    const decisions = ['approved', 'refused', 'approved', 'refused'] as const;
    const won = await Promise.all(
      decisions.map((decision) => store.decidePreview(session, { decision, decidedAt: T + 2 })),
    );
    assert.equal(won.filter((did) => did).length, 1);
    assert.equal((await store.previewLink(one.hash))?.decision, decisions[won.indexOf(true)]);
  });

  test('nothing is decided from the moment on when the session expires', async (t) => {
    const store = await open(t);
    const one = link();
    await store.addPreviewLink(one);
    const session = opened(T + 1, T + 50);
    await store.openPreviewLink(one.hash, session);
    const decided = { decision: 'refused', decidedAt: T + 50 } as const;
    assert.equal(await store.decidePreview(session.session, decided), false);
    assert.equal(await store.decidePreview(session.session, { ...decided, decidedAt: T + 49 }), true);
  });
}

/** A received request with the exchange it begins; the id of the exchange. */
async function begun(store: WholeStore, at: number, id: string = randomUUID()): Promise<string> {
  const messageId = `${randomUUID()}@example.test`;
  await store.insertInbound(
    newInbound({
      messageId,
      userMessage: userMessage(messageId, { service: 'QueryManager' }),
      receivedAt: at,
    }),
  );
  const message = (await store.findInbound(messageId))[0]!;
  const requestId = `urn:uuid:${randomUUID()}`;
  await store.record([
    {
      document: {
        rowId: message.rowId,
        direction: 'in',
        messageId,
        at,
        facts: { kind: 'request', version: '2.0', requestId },
      },
      bytes: Buffer.from('<request/>'),
      message,
      place: { role: 'provider', partner: 'AP_A', id },
      move: () => ({
        exchange: {
          id,
          role: 'provider',
          partner: 'AP_A',
          pmodeId: 'exchange',
          conversationId: 'c-1',
          version: '2.0',
          state: 'requested',
          requestId,
          requestRowId: message.rowId,
          createdAt: at,
          changedAt: at,
        },
      }),
    },
  ]);
  return id;
}

function forgettingTests({ open }: PreviewStoreUnderTest): void {
  test('links go with their exchange, and not before', async (t) => {
    const store = await open(t);
    const old = link({ exchange: await begun(store, T) });
    const lasting = link({ exchange: await begun(store, T) });
    await begun(store, T + 100, lasting.exchange);
    for (const one of [old, lasting]) await store.addPreviewLink(one);
    assert.equal(await store.forgetDocuments(T), 0);
    assert.deepEqual(await store.previewLink(old.hash), old);
    assert.equal(await store.forgetDocuments(T + 50), 2);
    assert.equal(await store.previewLink(old.hash), undefined);
    assert.deepEqual(await store.previewLink(lasting.hash), lasting);
    assert.equal(await store.forgetDocuments(T + 200), 1);
    assert.equal(await store.previewLink(lasting.hash), undefined);
  });
}
