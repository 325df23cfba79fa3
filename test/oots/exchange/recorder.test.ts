import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { TestContext } from 'node:test';
import { createExchanges, readExchangeDocument } from '../../../src/oots/index.ts';
import type { EdmVersionName, Exchange, Recorder, RecorderContext } from '../../../src/oots/index.ts';
import { pairExchange, sampleNamed, submitDocument } from '../../support/exchange-pair.ts';
import type { ExchangeChanges } from '../../support/exchange-pair.ts';
import { exchangesOf, PREVIEWS, recorderOf, TIMES } from '../../support/exchange-recorders.ts';
import type { TestGateway } from '../../support/test-gateway.ts';
import { headerOf } from '../../support/rule-samples.ts';
import type { Pair } from '../../support/test-pair.ts';

const FIRST = 'urn:uuid:3d6f0c1e-8a54-4b0d-9f31-6c2b7a1e0d4f';
const SECOND = 'urn:uuid:7b1c2d3e-4f50-4a61-8b72-9c83ad94be05';
const THIRD = 'urn:uuid:9a8b7c6d-5e4f-4a3b-8c2d-1e0f9a8b7c6d';
const PREVIEW = '</rim:Slot>\n  <rim:Slot name="PossibilityForPreview">';

/** Two access points whose exchanges are followed. */
class Exchanging {
  readonly pair: Pair;
  readonly recorders: readonly Recorder[];

  constructor(pair: Pair, times: RecorderContext['times']) {
    this.pair = pair;
    this.recorders = [recorderOf(pair.a, { times }), recorderOf(pair.b, { times })];
  }

  static async open(test: TestContext, times: RecorderContext['times'] = TIMES): Promise<Exchanging> {
    return new Exchanging(await pairExchange(test, '{ inbound: off }'), times);
  }

  /** Everything is sent, and everything is recorded. */
  async settled(): Promise<void> {
    const { a, b } = this.pair;
    for (let round = 0; round < 2; round += 1) {
      await Promise.all([a.settled(), b.settled()]);
      for (const recorder of this.recorders) await recorder.record();
    }
  }

  async ask(
    version: EdmVersionName,
    document = requestOf(version),
    changes?: ExchangeChanges,
  ): Promise<void> {
    await submitDocument(this.pair.a, version, 'request', document, changes);
    await this.settled();
  }

  async answer(version: EdmVersionName, name: string, request = FIRST): Promise<void> {
    const kind = name.startsWith('error') ? 'error' : 'response';
    const document = sampleNamed(version, name).replace(FIRST, request);
    await submitDocument(this.pair.b, version, kind, document, {
      properties: swapped(version, kind),
    });
    await this.settled();
  }

  async both(): Promise<{ readonly asks: Exchange; readonly answers: Exchange }> {
    const [asks, ...more] = await exchangesOf(this.pair.a);
    const [answers, ...others] = await exchangesOf(this.pair.b);
    assert.deepEqual([more.length, others.length], [0, 0], 'one exchange on each side');
    return { asks: asks!, answers: answers! };
  }

  pass(ms: number): void {
    // Both have the same clock.
    this.pair.a.clock.advance(ms);
  }
}

const requestOf = (version: EdmVersionName): string => sampleNamed(version, 'request-natural');

/** An answer goes from the final recipient to the original sender. */
function swapped(version: EdmVersionName, kind: 'response' | 'error') {
  const names: Readonly<Record<string, string>> = {
    originalSender: 'finalRecipient',
    finalRecipient: 'originalSender',
  };
  return headerOf(version, kind).messageProperties.map(({ name, value, type }) => ({
    name: names[name] ?? name,
    value,
    ...(type === undefined ? {} : { type }),
  }));
}

/** The second request of a preview. */
function secondOf(version: EdmVersionName, link: string): string {
  const slot = `</rim:Slot>\n  <rim:Slot name="PreviewLocation"><rim:SlotValue xsi:type="rim:StringValueType"><rim:Value>${link}</rim:Value></rim:SlotValue>${PREVIEW}`;
  const document = requestOf(version).replace(FIRST, SECOND);
  assert.ok(document.includes(PREVIEW), 'the sample has the slot the other is put before');
  return document.replace(PREVIEW, slot);
}

function linkIn(version: EdmVersionName): string {
  const { exchange } = readExchangeDocument(Buffer.from(sampleNamed(version, 'error-preview')));
  assert.ok(exchange?.kind === 'error');
  return exchange.document.exceptions![0]!.previewLocation!;
}

async function typesAt({ world }: TestGateway): Promise<readonly string[]> {
  const { items } = await world.store.listEvents({}, { limit: 1000 });
  return items.map(({ type }) => type).filter((type) => type.startsWith('eu.quoin.exchange.'));
}

const VERSIONS: readonly EdmVersionName[] = ['1.2', '2.0'];

for (const version of VERSIONS)
  describe(`an exchange of EDM ${version}`, () => {
    test('is requested on both sides, and answered with evidence on both', async (t) => {
      const exchanging = await Exchanging.open(t);
      await exchanging.ask(version);
      const { asks, answers } = await exchanging.both();
      assert.deepEqual(
        [asks.role, asks.state, asks.partner, asks.party, asks.counterparty, asks.version, asks.requestId],
        ['requester', 'requested', 'AP_B', '4711000022', 'PT508901234', version, FIRST],
      );
      assert.deepEqual(
        [answers.role, answers.state, answers.partner, answers.party, answers.counterparty],
        ['provider', 'requested', 'AP_A', 'PT508901234', '4711000022'],
      );
      assert.equal(asks.dueAt! - asks.createdAt, TIMES.answerMs + TIMES.patienceMs);
      assert.equal(answers.dueAt! - answers.createdAt, TIMES.answerMs);
      await exchanging.answer(version, 'response-evidence');
      const after = await exchanging.both();
      for (const { state, outcome, dueAt } of [after.asks, after.answers])
        assert.deepEqual([state, outcome, dueAt], ['answered', 'evidence', undefined]);
      const [request, response] = await exchanging.pair.a.world.store.documentsOf(after.asks.id);
      assert.equal(request!.facts.kind, 'request');
      assert.ok(response!.facts.evidence!.length > 0);
      assert.ok(response!.facts.evidence!.every(({ contentId }) => contentId !== undefined));
      assert.deepEqual(await typesAt(exchanging.pair.a), ['eu.quoin.exchange.answered']);
      assert.deepEqual(await typesAt(exchanging.pair.b), ['eu.quoin.exchange.requested']);
    });

    for (const [name, outcome] of [
      ['response-empty', 'no-match'],
      ['response-deferred', 'deferred'],
      ['error-not-found', 'exception'],
    ] as const)
      test(`is answered: ${outcome}`, async (t) => {
        const exchanging = await Exchanging.open(t);
        await exchanging.ask(version);
        await exchanging.answer(version, name);
        const { asks, answers } = await exchanging.both();
        assert.deepEqual([asks.state, asks.outcome], ['answered', outcome]);
        assert.deepEqual([answers.state, answers.outcome], ['answered', outcome]);
        if (outcome === 'exception') assert.equal(asks.exception, 'EDM:ERR:0004');
        if (outcome === 'deferred') assert.ok(Date.parse(asks.availableAt!) > 0);
      });

    test('goes through a preview: the second request belongs to it, and only with the link that was given', async (t) => {
      const exchanging = await Exchanging.open(t);
      await exchanging.ask(version);
      await exchanging.answer(version, 'error-preview');
      const link = linkIn(version);
      const shown = await exchanging.both();
      assert.deepEqual([shown.asks.state, shown.asks.previewLocation], ['preview-required', link]);
      await exchanging.ask(version, secondOf(version, link));
      const waiting = await exchanging.both();
      for (const one of [waiting.asks, waiting.answers])
        assert.deepEqual([one.state, one.requestId], ['preview-requested', SECOND]);
      await exchanging.answer(version, 'response-evidence', SECOND);
      const { asks, answers } = await exchanging.both();
      assert.deepEqual([asks.state, asks.outcome], ['answered', 'evidence']);
      assert.deepEqual([answers.state, answers.outcome], ['answered', 'evidence']);
      assert.equal((await exchanging.pair.a.world.store.documentsOf(asks.id)).length, 4);
    });

    test('a request with an id that was used is refused with EDM:ERR:0003, and moves nothing', async (t) => {
      const exchanging = await Exchanging.open(t);
      await exchanging.ask(version);
      await exchanging.answer(version, 'response-evidence');
      await exchanging.ask(version, requestOf(version), { messageId: 'again@example.test' });
      exchanging.pass(TIMES.pollMs);
      await exchanging.settled();
      const { answers } = await exchanging.both();
      assert.deepEqual([answers.state, answers.outcome], ['answered', 'evidence']);
      const documents = await exchanging.pair.b.world.store.documentsOf(answers.id);
      const repeated = documents.find(({ messageId }) => messageId === 'again@example.test');
      assert.deepEqual([repeated?.flaw, repeated?.refusal], ['repeated-request', 'given']);
      const errors = (await exchanging.pair.a.inbox()).filter(
        ({ userMessage }) => userMessage.collaborationInfo.action === 'ExceptionResponse',
      );
      assert.equal(errors.length, 1);
      const bytes = await exchanging.pair.a.content(errors[0]!.parts[0]!);
      const { exchange } = readExchangeDocument(bytes);
      assert.ok(exchange?.kind === 'error');
      assert.equal(exchange.document.exceptions![0]!.code, 'EDM:ERR:0003');
      assert.match(exchange.document.exceptions![0]!.detail!, /TDD-4\.4.*used before/);
    });

    test('a second request about somebody else is refused, and the right one can still come', async (t) => {
      const exchanging = await Exchanging.open(t);
      await exchanging.ask(version);
      await exchanging.answer(version, 'error-preview');
      const second = secondOf(version, linkIn(version));
      const other = second.replace(SECOND, THIRD).replace(/(<sdg:FamilyName[^>]*>)[^<]*/, '$1Other');
      assert.ok(other !== second.replace(SECOND, THIRD));
      await exchanging.ask(version, other);
      exchanging.pass(TIMES.pollMs);
      await exchanging.settled();
      const { answers } = await exchanging.both();
      assert.equal(answers.state, 'preview-required');
      const documents = await exchanging.pair.b.world.store.documentsOf(answers.id);
      assert.deepEqual(
        documents.filter(({ refusal }) => refusal !== undefined).map(({ flaw, refusal }) => [flaw, refusal]),
        [['changed-request', 'given']],
      );
      // The asker's own record says so as well.
      assert.equal((await exchangesOf(exchanging.pair.a))[0]!.state, 'preview-required');
      await exchanging.ask(version, second);
      assert.equal((await exchanging.both()).answers.state, 'preview-requested');
    });

    test('a second request with a link that was not given is refused', async (t) => {
      const exchanging = await Exchanging.open(t);
      await exchanging.ask(version);
      await exchanging.answer(version, 'error-preview');
      await exchanging.ask(version, secondOf(version, 'https://preview.example.test/other'));
      exchanging.pass(TIMES.pollMs);
      await exchanging.settled();
      const [answers] = await exchangesOf(exchanging.pair.b);
      assert.equal(answers!.state, 'preview-required', 'the citizen may still come with the right one');
      assert.deepEqual(await exchanging.pair.b.world.store.dueRefusals(10), []);
      const errors = (await exchanging.pair.a.inbox()).filter(
        ({ userMessage }) => userMessage.collaborationInfo.action === 'ExceptionResponse',
      );
      assert.equal(errors.length, 2, 'the preview, and the refusal');
    });
  });

test('an answer to a request nobody made is kept and belongs to no exchange', async (t) => {
  const exchanging = await Exchanging.open(t);
  await exchanging.answer('2.0', 'response-evidence');
  assert.deepEqual(await exchangesOf(exchanging.pair.a), []);
  const [message] = await exchanging.pair.a.inbox();
  assert.ok((await exchanging.pair.a.world.store.documentBytes(message!.rowId))!.includes('QueryResponse'));
});

test('a second answer to the same request changes nothing and is told nobody', async (t) => {
  const exchanging = await Exchanging.open(t);
  await exchanging.ask('2.0');
  await exchanging.answer('2.0', 'response-empty');
  await exchanging.answer('2.0', 'response-evidence');
  const { asks } = await exchanging.both();
  assert.equal(asks.outcome, 'no-match');
  assert.deepEqual(await typesAt(exchanging.pair.a), ['eu.quoin.exchange.answered']);
});

test('a document that cannot be read is kept as it came, and what is no document of the exchange too', async (t) => {
  const exchanging = await Exchanging.open(t);
  await exchanging.ask('2.0', '<query:QueryRequest');
  await exchanging.ask('2.0', sampleNamed('2.0', 'response-empty'), { messageId: 'other@example.test' });
  assert.deepEqual(await exchangesOf(exchanging.pair.b), []);
  const inbox = await exchanging.pair.b.inbox();
  assert.equal(inbox.length, 2);
  const bytes = await exchanging.pair.b.world.store.documentBytes(inbox[0]!.rowId);
  assert.equal(bytes?.toString(), '<query:QueryRequest');
});

test('an exchange that nobody answers in time expires, on the side of the provider first; an answer that comes late counts', async (t) => {
  const exchanging = await Exchanging.open(t);
  await exchanging.ask('2.0');
  exchanging.pass(TIMES.answerMs);
  await exchanging.settled();
  const first = await exchanging.both();
  assert.deepEqual([first.asks.state, first.answers.state], ['requested', 'expired']);
  exchanging.pass(TIMES.patienceMs);
  await exchanging.settled();
  assert.equal((await exchanging.both()).asks.state, 'expired');
  await exchanging.answer('2.0', 'response-evidence');
  const { asks } = await exchanging.both();
  assert.deepEqual([asks.state, asks.outcome], ['answered', 'evidence']);
  assert.deepEqual(await typesAt(exchanging.pair.a), [
    'eu.quoin.exchange.expired',
    'eu.quoin.exchange.answered',
  ]);
});

test('two recorders on one store record each document once, and a recorder that begins later misses none', async (t) => {
  const exchanging = await Exchanging.open(t);
  const second = recorderOf(exchanging.pair.b);
  await submitDocument(exchanging.pair.a, '2.0', 'request', requestOf('2.0'));
  await Promise.all([exchanging.pair.a.settled(), exchanging.pair.b.settled()]);
  await Promise.all([second.record(), ...exchanging.recorders.map((one) => one.record())]);
  const { answers } = await exchanging.both();
  assert.equal((await exchanging.pair.b.world.store.documentsOf(answers.id)).length, 1);
  assert.deepEqual(await typesAt(exchanging.pair.b), ['eu.quoin.exchange.requested']);
  exchanging.pass(7 * 86_400_000);
  await submitDocument(exchanging.pair.b, '2.0', 'response', sampleNamed('2.0', 'response-empty'), {
    properties: swapped('2.0', 'response'),
  });
  await Promise.all([exchanging.pair.b.settled(), exchanging.pair.a.settled()]);
  exchanging.pass(7 * 86_400_000);
  await recorderOf(exchanging.pair.a).record();
  const [asks] = await exchangesOf(exchanging.pair.a);
  assert.equal(asks?.state, 'answered');
});

test('a request that nobody answers in time is answered with EDM:ERR:0005 where that is wanted', async (t) => {
  const exchanging = await Exchanging.open(t);
  const { a, b } = exchanging.pair;
  const { msh, context, world } = b;
  const answering = { recordNow: () => recorder.record(), countryIn: () => 'PT', previews: PREVIEWS };
  const exchanges = createExchanges({ ...context, msh, store: world.store, ...answering });
  const recorder: Recorder = recorderOf(b, {
    answerOverdue: async (exchange) => {
      await exchanges.answer(exchange, { outcome: 'exception', exception: 'TimeoutExceptionType' });
    },
  });
  await submitDocument(a, '2.0', 'request', requestOf('2.0'));
  await Promise.all([a.settled(), b.settled()]);
  await recorder.record();
  exchanging.pass(TIMES.answerMs);
  await recorder.record();
  await recorder.stop();
  await exchanging.settled();
  const { asks, answers } = await exchanging.both();
  assert.deepEqual([answers.state, answers.exception], ['answered', 'EDM:ERR:0005']);
  assert.deepEqual([asks.state, asks.exception], ['answered', 'EDM:ERR:0005']);
});
