import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { after, test } from 'node:test';
import { API_SCOPES } from '../../../src/config/index.ts';
import { ROUTES } from '../../../src/faces/rest/routes.ts';
import { notifyWorld } from '../../support/notify-world.ts';
import { submitParts } from '../../support/test-gateway.ts';
import { inReverse, pairGateways, PARTY_TYPE, SERVICE } from '../../support/test-pair.ts';
import { assertProblem, serveApi } from './api.ts';
import type { Answer, ServedApi } from './api.ts';

/** Keys that are held to parties, at every route they may use, over real HTTP with the real MSH on a real store. */

const ending = inReverse({ after });
const HELD = 'key-of-one-party';
const NOTE = { contentId: 'note', mimeType: 'application/xml', content: '<note>of something</note>' };

const corners = (originalSender: string, finalRecipient: string) => ({
  service: SERVICE,
  action: 'Corners',
  to: { partyIds: [{ value: 'AP_B', type: PARTY_TYPE }] },
  messageProperties: [
    { name: 'originalSender', value: originalSender },
    { name: 'finalRecipient', value: finalRecipient },
  ],
});

/** One side of the exchange, with its message of another party and the one of the party of the key. */
interface Side {
  readonly api: ServedApi;
  readonly theirs: string;
  readonly ours: string;
}

/** Both sides; the message of the other party came first. */
async function exchange(): Promise<{ readonly sender: Side; readonly receiver: Side }> {
  const pair = await pairGateways(ending);
  const serve = async ({ msh, world }: typeof pair.a, party: string): Promise<ServedApi> => {
    const { notifier } = await notifyWorld(ending, [], { store: world.store, clock: pair.clock });
    const key = {
      name: 'held',
      hash: createHash('sha256').update(HELD).digest('hex'),
      scopes: API_SCOPES,
      parties: [party],
      created: 0,
    };
    return await serveApi(ending, msh, { token: 'the-whole-token', keys: () => [key], notifier });
  };
  const theirs = await submitParts(pair.a, corners('XA-other', 'XB-other'), [NOTE]);
  await pair.a.settled();
  const ours = await submitParts(pair.a, corners('XA-ours', 'XB-ours'), [NOTE]);
  await pair.a.settled();
  const rowOf = async (messageId: string): Promise<string> =>
    (await pair.b.inbox()).find((message) => message.messageId === messageId)!.rowId;
  return {
    sender: { api: await serve(pair.a, 'XA-ours'), theirs: theirs.messageId, ours: ours.messageId },
    receiver: {
      api: await serve(pair.b, 'XB-ours'),
      theirs: await rowOf(theirs.messageId),
      ours: await rowOf(ours.messageId),
    },
  };
}

const bearer = (key: string): Record<string, string> => ({ Authorization: `Bearer ${key}` });

function ask(api: ServedApi, key: string, method: string, path: string, body?: object): Promise<Answer> {
  const json = body === undefined ? {} : { 'content-type': 'application/json' };
  return api.call(method, path, {
    headers: { ...bearer(key), ...json },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
}

const NO_LEASE = { lease: '00000000-0000-4000-8000-000000000000' };

/** What routes of one message are asked with, and how one's own message answers, in this order. */
const OF_ONE_MESSAGE: Readonly<Record<string, readonly [status: number, body?: object]>> = {
  getMessage: [200],
  getReceipt: [200],
  getEnvelope: [200],
  // It has arrived, and only what has failed is sent again.
  resendMessage: [409],
  putMessageBusiness: [200, { status: 'accepted' }],
  getInbound: [200],
  getPart: [200],
  getInboundReceipt: [200],
  getInboundEnvelope: [200],
  releaseInbound: [200, NO_LEASE],
  acknowledge: [200],
  redeliverInbound: [200],
  putInboundBusiness: [200, { status: 'rejected', reason: 'not ours' }],
};

/** Routes about many messages; each has a test below, and sending has its own in keys.test.ts. */
const OF_MANY = ['submitMessage', 'listMessages', 'listInbox', 'leaseInbox', 'listEvents', 'streamEvents'];

/** Routes that tell of no message at all: they are the same for every key. */
const OF_NONE = ['listEvidenceTypes'];

/** Routes about exchanges and their previews: test/exchange/evidence-of-parties.test.ts. */
const isOfExchanges = ({ path }: (typeof ROUTES)[number]): boolean => /^\/v1\/(exchanges|preview)/.test(path);

const KEPT = ROUTES.filter((route) => route.keepsToParties === true && !isOfExchanges(route));

test('every route that such a key may use is looked at here', () => {
  assert.deepEqual(
    KEPT.map(({ operationId }) => operationId).toSorted(),
    [...Object.keys(OF_ONE_MESSAGE), ...OF_MANY, ...OF_NONE].toSorted(),
  );
});

test('what is not its own is not there for it, and stays as it is', async () => {
  const both = await exchange();
  for (const [operationId, [status, body]] of Object.entries(OF_ONE_MESSAGE)) {
    const { method, path } = KEPT.find((route) => route.operationId === operationId)!;
    const { api, theirs, ours } = path.startsWith('/v1/inbox') ? both.receiver : both.sender;
    const at = (id: string): string =>
      path.replace(/:(messageId|id)/, encodeURIComponent(id)).replace(':n', '0');
    const whole = at(theirs).split('/').slice(0, 4).join('/');
    const before = (await ask(api, 'the-whole-token', 'GET', whole)).text;
    const as = (id: string): Promise<Answer> => ask(api, HELD, method.toUpperCase(), at(id), body);
    const refused = await as(theirs);
    assertProblem(refused, 404, 'rest/unknown-message', 'id');
    assert.equal(refused.json.detail, (await as('none')).json.detail, 'as if it were not there');
    assert.equal((await ask(api, 'the-whole-token', 'GET', whole)).text, before, operationId);
    const own = await as(ours);
    assert.equal(own.status, status, `${operationId}: ${own.text}`);
  }
});

const idsOf = ({ json }: Answer, name: string): readonly unknown[] =>
  (json.items as Readonly<Record<string, unknown>>[]).map((item) => item[name]);

test('lists show its own only, whatever is asked for', async () => {
  const { sender, receiver } = await exchange();
  const cases = [
    [sender, '/v1/messages', 'messageId'],
    [receiver, '/v1/inbox', 'id'],
  ] as const;
  for (const [{ api, ours, theirs }, path, id] of cases)
    for (const query of ['', '?action=Corners', '?limit=1']) {
      assert.deepEqual(idsOf(await ask(api, HELD, 'GET', `${path}${query}`), id), [ours], path + query);
      const everybody = await ask(api, 'the-whole-token', 'GET', path);
      assert.deepEqual([...idsOf(everybody, id)].toSorted(), [ours, theirs].toSorted());
    }
});

test('it leases its own only, however much it asks for', async () => {
  const { receiver } = await exchange();
  const { api, ours, theirs } = receiver;
  assert.deepEqual(idsOf(await ask(api, HELD, 'POST', '/v1/inbox/lease', { limit: 10 }), 'id'), [ours]);
  assert.deepEqual(idsOf(await ask(api, HELD, 'POST', '/v1/inbox/lease', { limit: 10 }), 'id'), []);
  const rest = await ask(api, 'the-whole-token', 'POST', '/v1/inbox/lease', { limit: 10 });
  assert.deepEqual(idsOf(rest, 'id'), [theirs]);
  const held = (rest.json.lease as { id: string }).id;
  for (const act of ['acknowledge', 'release']) {
    const refused = await ask(api, HELD, 'POST', `/v1/inbox/${theirs}/${act}`, { lease: held });
    assertProblem(refused, 404, 'rest/unknown-message', 'id');
  }
});

test('events are told of its own only, as a list and as a stream', async () => {
  const { sender, receiver } = await exchange();
  for (const { api } of [sender, receiver]) {
    const own = await ask(api, HELD, 'GET', '/v1/events');
    const all = await ask(api, 'the-whole-token', 'GET', '/v1/events');
    assert.deepEqual([idsOf(own, 'id').length, idsOf(all, 'id').length], [1, 2]);
    assert.equal(idsOf(own, 'id')[0], idsOf(all, 'id')[1], 'the later one is ours');

    const leaving = new AbortController();
    const stream = await fetch(`${api.url}/v1/events/stream?since=2000-01-01T00:00:00Z`, {
      headers: bearer(HELD),
      signal: leaving.signal,
    });
    let told = '';
    for await (const chunk of stream.body!) {
      told += Buffer.from(chunk).toString();
      if (/^data: .*\n\n/m.test(told)) break;
    }
    leaving.abort();
    assert.ok(told.includes(String(idsOf(own, 'id')[0])), told);
    assert.ok(!told.includes(String(idsOf(all, 'id')[0])), told);
  }
});

test('a message for another party cannot be answered, and its conversation is not told', async () => {
  const { sender, receiver } = await exchange();
  const reply = (refToMessageId: string) => ({
    ...corners('XB-ours', 'XA-ours'),
    to: { partyIds: [{ value: 'AP_A', type: PARTY_TYPE }] },
    refToMessageId,
    parts: [],
  });
  const { api } = receiver;
  const refused = await ask(api, HELD, 'POST', '/v1/messages', reply(sender.theirs));
  assertProblem(refused, 403, 'rest/party-not-allowed', 'refToMessageId');
  const inTheDark = await ask(api, HELD, 'POST', '/v1/messages', {
    ...reply(sender.theirs),
    conversationId: 'a-guess',
  });
  assertProblem(inTheDark, 403, 'rest/party-not-allowed', 'refToMessageId');
  const own = await ask(api, HELD, 'POST', '/v1/messages', reply(sender.ours));
  assert.equal(own.status, 202, own.text);
  const answered = await ask(api, HELD, 'GET', `/v1/inbox/${receiver.ours}`);
  assert.equal(own.json['conversationId'], answered.json['conversationId']);
});
