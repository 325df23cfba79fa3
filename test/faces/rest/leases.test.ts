import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { ringDue, statusOf, submitParts } from '../../support/test-gateway.ts';
import { inReverse, pairGateways, PARTY_TYPE, SERVICE } from '../../support/test-pair.ts';
import type { Pair } from '../../support/test-pair.ts';
import { assertProblem, serveApi } from './api.ts';
import type { Answer, ServedApi } from './api.ts';

/** How a backend takes messages, and what operators do, over real HTTP with the real MSH on a real store. */

const ending = inReverse({ after });
const ASK = { service: SERVICE, action: 'Ask', to: { partyIds: [{ value: 'AP_B', type: PARTY_TYPE }] } };
const NOTE = { contentId: 'note', mimeType: 'application/xml', content: '<note>of something</note>' };

interface Served extends Pair {
  /** The API of the sender and that of the receiver. */
  readonly sender: ServedApi;
  readonly receiver: ServedApi;
}

async function serve(): Promise<Served> {
  const pair = await pairGateways(ending);
  const sender = await serveApi(ending, pair.a.msh);
  return { ...pair, sender, receiver: await serveApi(ending, pair.b.msh) };
}

/** Row ids of so many messages that were received, in the order of the inbox. */
async function received(served: Served, count: number, header: object = {}): Promise<readonly string[]> {
  for (let i = 0; i < count; i += 1) await submitParts(served.a, { ...ASK, ...header }, [NOTE]);
  await served.a.settled();
  return (await served.b.inbox()).map(({ rowId }) => rowId);
}

interface LeasedJson {
  readonly lease: { readonly id: string; readonly consumer: string; readonly until: string };
  readonly items: readonly { readonly id: string; readonly lease: object }[];
}

async function lease(api: ServedApi, body: object = {}): Promise<LeasedJson> {
  const answer = await api.postJson('/v1/inbox/lease', body);
  assert.equal(answer.status, 200, answer.text);
  return answer.json as unknown as LeasedJson;
}

const act = (api: ServedApi, id: string, what: string, body?: object): Promise<Answer> =>
  body === undefined
    ? api.call('POST', `/v1/inbox/${id}/${what}`)
    : api.postJson(`/v1/inbox/${id}/${what}`, body);

test('consumers that lease at once never hold one message, and together hold all', async () => {
  const served = await serve();
  const ids = await received(served, 12);
  const names = ['one', 'two', 'three', 'four', 'five'];
  const leases = await Promise.all(
    names.map((consumer) => lease(served.receiver, { consumer, limit: 3, seconds: 60 })),
  );
  const held = leases.flatMap(({ items }) => items.map(({ id }) => id));
  assert.deepEqual([...held].sort(), [...ids].sort());
  assert.deepEqual((await lease(served.receiver)).items, []);
  for (const { lease: granted, items } of leases) {
    assert.equal(granted.until, new Date(served.clock.now + 60_000).toISOString());
    for (const item of items)
      assert.deepEqual(item.lease, { consumer: granted.consumer, until: granted.until });
  }
});

test('a stranger neither acknowledges nor releases; the lease is not shown to others', async () => {
  const served = await serve();
  const [id] = (await received(served, 1)) as [string];
  const { lease: mine } = await lease(served.receiver, { consumer: 'one' });
  assertProblem(await act(served.receiver, id, 'acknowledge'), 409, 'deliver/leased', 'lease');
  const stranger = { lease: '00000000-0000-4000-8000-000000000000' };
  for (const what of ['acknowledge', 'release']) {
    assertProblem(await act(served.receiver, id, what, stranger), 409, 'deliver/leased', 'lease');
  }
  const shown = await served.receiver.call('GET', `/v1/inbox/${id}`);
  assert.equal(shown.json.state, 'RECEIVED');
  assert.ok(!shown.text.includes(mine.id));
  const taken = await act(served.receiver, id, 'acknowledge', { lease: mine.id });
  assert.deepEqual([taken.status, taken.json.state, taken.json.changed], [200, 'DOWNLOADED', true]);
  const again = await act(served.receiver, id, 'acknowledge', { lease: mine.id });
  assert.deepEqual([again.status, again.json.changed], [200, false]);
});

test('a lease that ends frees its messages; nothing vanishes before it is acknowledged', async () => {
  const served = await serve();
  const [id] = (await received(served, 1)) as [string];
  const first = await lease(served.receiver, { seconds: 10 });
  served.clock.advance(9_999);
  assert.deepEqual((await lease(served.receiver)).items, []);
  served.clock.advance(1);
  const second = await lease(served.receiver, { consumer: 'two', seconds: 10 });
  assert.deepEqual(
    second.items.map((item) => item.id),
    [id],
  );
  const late = await act(served.receiver, id, 'acknowledge', { lease: first.lease.id });
  assertProblem(late, 409, 'deliver/leased', 'lease');
  served.clock.advance(10_000);
  const slow = await act(served.receiver, id, 'acknowledge', { lease: second.lease.id });
  assert.deepEqual([slow.status, slow.json.changed], [200, true], 'nobody took it over meanwhile');
});

test('a message that is released is free at once', async () => {
  const served = await serve();
  const [id] = (await received(served, 1)) as [string];
  const { lease: mine } = await lease(served.receiver);
  const released = await act(served.receiver, id, 'release', { lease: mine.id });
  assert.deepEqual([released.status, released.json.state, released.json.changed], [200, 'RECEIVED', true]);
  assert.equal((await act(served.receiver, id, 'release', { lease: mine.id })).json.changed, false);
  assert.equal((await lease(served.receiver, { consumer: 'two' })).items.length, 1);
});

test('a lease waits for what fits its filter, and takes nothing else', async () => {
  const served = await serve();
  await received(served, 1);
  const waiting = lease(served.receiver, { action: 'Plain', wait: 30 });
  await received(served, 1, { action: 'Plain', conversationId: 'käse & co' });
  const { items } = await waiting;
  assert.equal(items.length, 1);
  assert.deepEqual((await lease(served.receiver, { conversationId: 'another' })).items, []);
  assert.equal((await lease(served.receiver)).items.length, 1);
});

test('what is taken is delivered again on request only, and not when its payload has gone', async () => {
  const served = await serve();
  const [id] = (await received(served, 1)) as [string];
  assertProblem(await act(served.receiver, id, 'redeliver'), 409, 'deliver/not-taken', 'state');
  await act(served.receiver, id, 'acknowledge');
  assert.deepEqual((await lease(served.receiver)).items, []);
  const again = await act(served.receiver, id, 'redeliver');
  assert.deepEqual([again.status, again.json.state], [200, 'RECEIVED']);
  assert.equal((await lease(served.receiver, { seconds: 1 })).items.length, 1);
  served.clock.advance(1_000);
  await act(served.receiver, id, 'acknowledge');
  const message = (await served.b.msh.inbound(id))!;
  await served.b.world.payloads.remove(message.parts[0]!.payload);
  assertProblem(await act(served.receiver, id, 'redeliver'), 410, 'payloads/not-found');
});

test('requests of consumers that are not understood name their field', async () => {
  const served = await serve();
  const [id] = (await received(served, 1)) as [string];
  const cases: [string, object, string, string][] = [
    ['lease', { limit: 0 }, 'rest/invalid-field', 'limit'],
    ['lease', { seconds: 43_201 }, 'rest/invalid-field', 'seconds'],
    ['lease', { wait: 1.5 }, 'rest/invalid-field', 'wait'],
    ['lease', { consumer: 'a\nb' }, 'rest/invalid-field', 'consumer'],
    ['lease', { consumer: 'x'.repeat(101) }, 'rest/invalid-field', 'consumer'],
    ['lease', { state: 'RECEIVED' }, 'rest/unknown-field', 'state'],
    [`${id}/release`, {}, 'rest/invalid-field', 'lease'],
    [`${id}/acknowledge`, { leaseId: 'x' }, 'rest/unknown-field', 'leaseId'],
  ];
  for (const [path, body, code, field] of cases)
    assertProblem(await served.receiver.postJson(`/v1/inbox/${path}`, body), 400, code, field);
  for (const what of ['acknowledge', 'redeliver'])
    assertProblem(await act(served.receiver, 'none', what), 404, 'rest/unknown-message', 'id');
});

test('envelope and receipt of a received message come byte for byte', async () => {
  const served = await serve();
  const [id] = (await received(served, 1)) as [string];
  const { links, messageId } = (await served.receiver.call('GET', `/v1/inbox/${id}`)).json as {
    links: Record<string, string>;
    messageId: string;
  };
  const envelope = await served.receiver.call('GET', links.envelope!);
  const kept = (await served.b.msh.inboundEnvelope(id))!;
  assert.deepEqual(envelope.bytes, kept.bytes);
  assert.equal(envelope.headers.get('content-type'), kept.contentType);
  const receipt = await served.receiver.call('GET', links.receipt!);
  assert.deepEqual(receipt.bytes, (await statusOf(served.a, messageId)).message.receipt?.bytes);
});

test('business acceptance stands beside transport, in both directions; the last word holds', async () => {
  const served = await serve();
  const [id] = (await received(served, 1)) as [string];
  const put = (api: ServedApi, path: string, body: object): Promise<Answer> =>
    api.call('PUT', path, {
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(body),
    });
  const inbound = await served.receiver.call('GET', `/v1/inbox/${id}`);
  const at = new Date(served.clock.now).toISOString();
  assert.deepEqual(inbound.json.business, { status: 'unknown' });
  assert.deepEqual(inbound.json.transport, { status: 'acknowledged', at });
  const said = await put(served.receiver, `/v1/inbox/${id}/business`, {
    status: 'rejected',
    reason: 'Unleserlich',
  });
  assert.deepEqual(said.json, { status: 'rejected', at, by: 'api', reason: 'Unleserlich' });
  const after = await served.receiver.call('GET', `/v1/inbox/${id}`);
  assert.deepEqual([after.json.business, after.json.state], [said.json, 'RECEIVED']);
  const path = `/v1/messages/${encodeURIComponent(String(inbound.json.messageId))}`;
  await put(served.sender, `${path}/business`, { status: 'rejected', reason: 'no' });
  await put(served.sender, `${path}/business`, { status: 'accepted' });
  const sent = await served.sender.call('GET', path);
  assert.deepEqual(sent.json.business, { status: 'accepted', at, by: 'api' });
  assert.deepEqual(sent.json.transport, { status: 'acknowledged', at });
  const bad = await put(served.sender, `${path}/business`, { status: 'unknown' });
  assertProblem(bad, 400, 'rest/invalid-field', 'status');
  const nobody = await put(served.sender, '/v1/messages/none/business', { status: 'accepted' });
  assertProblem(nobody, 404, 'rest/unknown-message', 'id');
});

test('a failed message is sent again under its MessageId; any other is a conflict', async () => {
  const served = await serve();
  served.wire.intercept = () =>
    Promise.resolve({ status: 503, contentType: undefined, body: Buffer.alloc(0) });
  const { messageId } = await submitParts(served.a, ASK, [NOTE]);
  await served.a.settled();
  const path = `/v1/messages/${encodeURIComponent(messageId)}`;
  assertProblem(await served.sender.call('POST', `${path}/resend`), 409, 'send/not-failed', 'state');
  assert.deepEqual((await served.sender.call('GET', path)).json.transport, { status: 'pending' });
  for (let { message } = await statusOf(served.a, messageId); message.state === 'WAITING_FOR_RETRY';) {
    served.clock.now = message.nextAttemptAt!;
    await ringDue(served.a);
    ({ message } = await statusOf(served.a, messageId));
  }
  const failed = await served.sender.call('GET', path);
  assert.equal((failed.json.transport as { status: string }).status, 'failed');
  served.wire.intercept = undefined;
  const resent = await served.sender.call('POST', `${path}/resend`);
  assert.equal(resent.status, 202, resent.text);
  assert.deepEqual([resent.json.messageId, resent.json.warnings], [messageId, []]);
  const at = new Date(served.clock.now).toISOString();
  assert.deepEqual(resent.json.resend, { at, by: 'api', attemptsBefore: failed.json.attemptCount });
  await served.a.settled();
  assert.equal((await served.sender.call('GET', path)).json.state, 'ACKNOWLEDGED');
  assert.equal((await served.b.inbox()).length, 1);
  assertProblem(await served.sender.call('POST', `${path}/resend`), 409, 'send/not-failed', 'state');
  assertProblem(
    await served.sender.call('POST', '/v1/messages/none/resend'),
    404,
    'rest/unknown-message',
    'id',
  );
});

test('both lists are searched by every field, and pages keep the search', async () => {
  const served = await serve();
  await received(served, 1, { conversationId: 'c-1' });
  served.clock.advance(60_000);
  const noon = new Date(served.clock.now);
  await received(served, 2, { action: 'Plain', refToMessageId: 'asked@b' });
  const inPlusTwo = `${new Date(noon.getTime() + 7_200_000).toISOString().slice(0, 19)}+02:00`;
  const pmode = served.a.pmodes.find(({ legs }) => legs.some(({ action }) => action === 'Ask'))!.id;
  const cases: [Record<string, string>, number][] = [
    [{ conversationId: 'c-1' }, 1],
    [{ action: 'Plain' }, 2],
    [{ refToMessageId: 'asked@b' }, 2],
    [{ service: SERVICE.value }, 3],
    [{ service: 'none' }, 0],
    [{ pmode }, 3],
    [{ pmode: 'none' }, 0],
    [{ partner: 'AP_C' }, 0],
    [{ since: noon.toISOString() }, 2],
    [{ until: inPlusTwo }, 1],
    [{ since: inPlusTwo, action: 'Ask' }, 0],
    [{ action: 'Plain', limit: '1' }, 2],
  ];
  const lists = [
    { api: served.sender, path: '/v1/messages', partner: 'AP_B', state: 'ACKNOWLEDGED' },
    { api: served.receiver, path: '/v1/inbox', partner: 'AP_A', state: 'RECEIVED' },
  ];
  for (const { api, path, partner, state } of lists) {
    const all: typeof cases = [...cases, [{ partner }, 3], [{ partner, state, action: 'Plain' }, 2]];
    for (const [query, count] of all) {
      let found = 0;
      for (
        let next: string | undefined = `${path}?${new URLSearchParams(query).toString()}`;
        next !== undefined;
      ) {
        const page = await api.call('GET', next);
        assert.equal(page.status, 200, page.text);
        found += (page.json.items as unknown[]).length;
        next = (page.json.links as { next?: string }).next;
      }
      assert.equal(found, count, `${path} ${JSON.stringify(query)}`);
    }
  }
});

test('searches that cannot be are refused, naming the parameter', async () => {
  const { sender } = await serve();
  const long = 'x'.repeat(1_001);
  const wrong: [string, string][] = [
    ...['2025-06-01', '2025-06-01T10:00:00', 'yesterday', '2025-13-01T00:00:00Z', ''].map(
      (text): [string, string] => ['since', text],
    ),
    ['until', '1748772000000'],
    ...['conversationId', 'refToMessageId', 'action', 'service', 'partner', 'pmode', 'cursor'].flatMap(
      (name): [string, string][] => [
        [name, long],
        [name, ''],
        [name, 'a\u0000b'],
      ],
    ),
  ];
  for (const path of ['/v1/messages', '/v1/inbox'])
    for (const [name, text] of wrong) {
      const answer = await sender.call('GET', `${path}?${new URLSearchParams({ [name]: text }).toString()}`);
      assertProblem(answer, 400, 'rest/invalid-field', name);
    }
});
