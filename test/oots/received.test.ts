import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import type { InboundMessage } from '../../src/msh/index.ts';
import { checkExchangeDocument, EDM_VERSIONS, readExchangeDocument } from '../../src/oots/index.ts';
import type { EdmVersionName } from '../../src/oots/index.ts';
import { QuoinError } from '../../src/protocol/errors/index.ts';
import { pairExchange, sampleNamed, submitDocument } from '../support/exchange-pair.ts';
import { headerOf } from '../support/rule-samples.ts';
import type { TestGateway, TestWorld } from '../support/test-gateway.ts';
import { ADDRESS } from '../support/test-pair.ts';
import type { Pair } from '../support/test-pair.ts';

const VERSIONS = Object.keys(EDM_VERSIONS) as EdmVersionName[];
const REFUSE = '{ inbound: refuse }';
const WITHOUT_URN = /(<query:QueryRequest[^>]*\bid=")urn:uuid:/;

const requestOf = (version: EdmVersionName): string => sampleNamed(version, 'request-natural');
const broken = (version: EdmVersionName): string => requestOf(version).replace(WITHOUT_URN, '$1');

/** The one exception that has arrived, read. */
async function exceptionAt(gateway: TestGateway): Promise<{ message: InboundMessage; detail: string }> {
  const inbox = await gateway.inbox();
  assert.equal(inbox.length, 1);
  const [message] = inbox;
  assert.equal(message!.userMessage.collaborationInfo.action, 'ExceptionResponse');
  const bytes = await gateway.content(message!.parts[0]!);
  const { exchange } = readExchangeDocument(bytes);
  assert.ok(exchange?.kind === 'error');
  const [exception] = exchange.document.exceptions ?? [];
  assert.equal(exception?.code, 'EDM:ERR:0003');
  assert.deepEqual(
    checkExchangeDocument(bytes).findings.filter(({ severity }) => severity === 'fatal'),
    [],
  );
  return { message: message!, detail: exception.detail ?? '' };
}

async function settled({ a, b }: Pair): Promise<void> {
  for (let round = 0; round < 2; round += 1) await Promise.all([a.settled(), b.settled()]);
}

test('valid requests of each version are delivered where invalid ones are refused', async (t) => {
  const pair = await pairExchange(t, REFUSE);
  for (const version of VERSIONS) await submitDocument(pair.a, version, 'request', requestOf(version));
  await settled(pair);
  const inbox = await pair.b.inbox();
  assert.deepEqual(
    inbox.map(({ document }) => [document?.verdict, document?.version]),
    VERSIONS.map((version) => ['valid', version]),
  );
  assert.equal((await pair.b.outbox()).length, 0);
});

for (const version of VERSIONS)
  test(`an invalid request of EDM ${version} is acknowledged, and its asker gets an exception with the rule`, async (t) => {
    const pair = await pairExchange(t, '{ inbound: refuse }');
    const { a, b } = pair;
    const { messageId } = await submitDocument(a, version, 'request', broken(version));
    await settled(pair);
    assert.equal((await a.msh.status(messageId))?.message.state, 'ACKNOWLEDGED');
    assert.deepEqual(await b.inbox(), []);
    const { message, detail } = await exceptionAt(a);
    assert.match(detail, /R-EDM-REQ-S004/);
    // Valid with its header too: the asker has checked it.
    assert.equal(message.document?.verdict, 'valid', JSON.stringify(message.document));
    const { userMessage } = message;
    const header = headerOf(version, 'request');
    assert.equal(userMessage.messageInfo.refToMessageId, messageId);
    assert.equal(userMessage.collaborationInfo.conversationId, header.conversationId);
    const corner = (name: string): unknown =>
      userMessage.messageProperties.find((one) => one.name === name)?.value;
    assert.deepEqual([corner('originalSender'), corner('finalRecipient')], ['PT508901234', '4711000022']);
    assert.equal(
      corner('ExchangeId'),
      header.messageProperties.find(({ name }) => name === 'ExchangeId')?.value,
    );
    const [kept] = await b.world.store.findInbound(messageId);
    assert.deepEqual([kept?.answer, kept?.deliverable, kept?.document?.verdict], ['given', false, 'invalid']);
  });

test('what is no document at all is answered as well', async (t) => {
  const hostile = ['no XML', '<odd xmlns="urn:odd"/>', '<!DOCTYPE a [<!ENTITY b "b">]><a>&b;</a>'];
  for (const document of [...hostile, `<a>${'x'.repeat(1024 * 1024)}</a>`]) {
    const pair = await pairExchange(t, REFUSE);
    await submitDocument(pair.a, '2.0', 'request', document);
    await settled(pair);
    const { message, detail } = await exceptionAt(pair.a);
    assert.match(detail, /^(XML|TDD|XSD|R-EDM)/);
    assert.equal(message.document?.verdict, 'valid', JSON.stringify(message.document));
    assert.deepEqual(await pair.b.inbox(), []);
  }
});

test('an asker that says whom it asks in no way the rules know gets a valid answer all the same', async (t) => {
  const pair = await pairExchange(t, REFUSE);
  const properties = headerOf('2.0', 'request').messageProperties.map((property) =>
    property.name === 'finalRecipient' ? { ...property, type: 'urn:no-scheme' } : property,
  );
  await submitDocument(pair.a, '2.0', 'request', broken('2.0'), { properties });
  await settled(pair);
  await exceptionAt(pair.a);
});

test('a request that no valid answer could be given to is kept, told and not delivered', async (t) => {
  const pair = await pairExchange(t, REFUSE);
  const { messageId } = await submitDocument(pair.a, '2.0', 'request', requestOf('2.0'), {
    conversationId: 'conversation-1',
  });
  await settled(pair);
  assert.deepEqual([await pair.a.inbox(), await pair.b.inbox()], [[], []]);
  const told = pair.b.events.find(({ event }) => event === 'documents/invalid');
  assert.equal(told?.['fate'], 'withhold');
  const [kept] = await pair.b.world.store.findInbound(messageId);
  assert.deepEqual([kept?.answer, kept?.deliverable], [undefined, false]);
  const journal = (await pair.b.journal()).map(({ failure }) => failure.code);
  assert.deepEqual(journal, ['receive/invalid-document']);
});

test('an invalid response is delivered with its findings, whoever asked for a refusal', async (t) => {
  const pair = await pairExchange(t, REFUSE);
  const response = sampleNamed('2.0', 'response-evidence').replace(/requestId="urn:uuid:/, 'requestId="');
  await submitDocument(pair.b, '2.0', 'response', response);
  await settled(pair);
  const [message] = await pair.a.inbox();
  assert.equal(message?.document?.verdict, 'invalid');
  assert.ok(message.document.findings.every((finding) => finding.found === undefined));
  assert.equal((await pair.a.outbox()).length, 0);
  const { items } = await pair.a.world.store.listEvents({}, { limit: 10 });
  assert.deepEqual(items[0]?.data.document?.rules, [
    ...new Set(message.document.findings.map(({ rule }) => rule)),
  ]);
});

test('warn delivers with findings, observe without, off looks at nothing', async (t) => {
  for (const [mode, verdict, events] of [
    ['warn', 'invalid', 1],
    ['observe', undefined, 1],
    ['off', undefined, 0],
  ] as const) {
    const pair = await pairExchange(t, `{ inbound: ${mode} }`);
    await submitDocument(pair.a, '2.0', 'request', broken('2.0'));
    await settled(pair);
    const [message] = await pair.b.inbox();
    assert.equal(message?.document?.verdict, verdict);
    assert.equal(pair.b.events.filter(({ event }) => event === 'documents/invalid').length, events);
    assert.equal((await pair.b.outbox()).length, 0);
  }
});

/** Waits for the sweeper of the gateway, which nobody hears. */
async function until(condition: () => Promise<boolean>): Promise<void> {
  const hangs = Date.now() + 60_000;
  while (!(await condition())) {
    assert.ok(Date.now() < hangs, 'it never came to be');
    await delay(5);
  }
}

/** A store that is lost at one of its methods: as often as told, before or after it did its work. */
function losing(
  method: 'insertOutbound' | 'settleAnswer',
  when: 'before' | 'after',
  times = 1,
): (world: TestWorld) => TestWorld {
  let left = times;
  const lost = (): void => {
    left -= 1;
    throw new QuoinError('store/unavailable', 'The database went away.');
  };
  return (world) => {
    const original = (...args: unknown[]): Promise<unknown> =>
      (world.store[method] as (...given: unknown[]) => Promise<unknown>)(...args);
    const unsafe = async (...args: unknown[]): Promise<unknown> => {
      if (left > 0 && when === 'before') lost();
      const result = await original(...args);
      if (left > 0 && when === 'after') lost();
      return result;
    };
    return { ...world, store: { ...world.store, [method]: unsafe } };
  };
}

for (const method of ['insertOutbound', 'settleAnswer'] as const)
  for (const when of ['before', 'after'] as const)
    test(`cut off ${when} ${method}, the answer is given once`, async (t) => {
      const pair = await pairExchange(t, REFUSE, {
        aroundB: losing(method, when),
        times: { sweepIntervalMs: 20 },
      });
      const { messageId } = await submitDocument(pair.a, '2.0', 'request', broken('2.0'));
      await until(async () => (await pair.b.world.store.findInbound(messageId))[0]?.answer === 'given');
      // An answer that was kept though its keeping failed may have been claimed: whoever claimed it counts as dead then.
      pair.b.clock.advance(pair.b.context.times.leaseMs);
      await settled(pair);
      assert.equal((await pair.b.outbox()).length, 1);
      await exceptionAt(pair.a);
    });

test('an answer that a defect of ours stands in the way of is tried for a day, then given up in the journal', async (t) => {
  const pair = await pairExchange(t, REFUSE, {
    aroundB: (world) => ({
      ...world,
      store: { ...world.store, insertOutbound: () => Promise.reject(new TypeError('a defect')) },
    }),
    times: { sweepIntervalMs: 5 },
  });
  const { b } = pair;
  const { messageId } = await submitDocument(pair.a, '2.0', 'request', broken('2.0'));
  const failures = (givenUp: boolean): number =>
    b.events.filter((one) => one.event === 'documents/answer-failed' && one.givenUp === givenUp).length;
  await until(async () => failures(false) > 0);
  b.clock.advance(23 * 3_600_000);
  const before = failures(false);
  await until(async () => failures(false) > before + 1);
  const [waiting] = await b.world.store.findInbound(messageId);
  assert.equal(waiting?.answer, 'due');
  b.clock.advance(2 * 3_600_000);
  await until(async () => (await b.world.store.findInbound(messageId))[0]?.answer === 'given-up');
  const { items } = await b.msh.journal({ messageId }, { limit: 10 });
  assert.equal(items.filter(({ failure }) => failure.step === 'documents/answer').length, 1);
});

test('a copy of a refused request gets the first receipt and no second exception', async (t) => {
  const pair = await pairExchange(t, REFUSE);
  const { a, b, wire } = pair;
  let copies = 0;
  wire.intercept = async (request, forward) => {
    const reply = await forward();
    // The network brings what goes to the provider twice, and the first answer gets lost.
    if (request.address !== ADDRESS.AP_B) return reply;
    copies += 1;
    return await forward();
  };
  const { messageId } = await submitDocument(a, '2.0', 'request', broken('2.0'));
  await settled(pair);
  assert.equal(copies, 1);
  assert.equal((await a.msh.status(messageId))?.message.state, 'ACKNOWLEDGED');
  const [kept] = await b.world.store.findInbound(messageId);
  assert.equal(kept?.duplicates, 1);
  assert.equal((await b.outbox()).length, 1);
  await exceptionAt(a);
});
