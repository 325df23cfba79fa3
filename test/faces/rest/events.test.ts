import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { get } from 'node:http';
import type { IncomingMessage } from 'node:http';
import { test } from 'node:test';
import type { TestContext } from 'node:test';
import type { ApiKey } from '../../../src/config/index.ts';
import { notifyWorld } from '../../support/notify-world.ts';
import type { NotifyWorld, TestWebhook } from '../../support/notify-world.ts';
import { startEndpoint, status } from '../../support/webhook-endpoint.ts';
import { assertProblem, startApi } from './api.ts';
import type { Api } from './api.ts';

interface EventApi extends Api {
  readonly world: NotifyWorld;
}

async function start(
  t: TestContext,
  options: { webhooks?: readonly TestWebhook[]; eventStreams?: number; heartbeatMs?: number } = {},
): Promise<EventApi> {
  const { webhooks = [], ...limits } = options;
  const world = await notifyWorld(t, webhooks);
  const api = await startApi(t, { notifier: world.notifier, limits });
  return { ...api, world };
}

/** One message of an event stream, as its fields. */
interface Sent {
  readonly id?: string;
  readonly event?: string;
  readonly data?: { readonly subject: string; readonly id: string } | undefined;
}

interface Stream {
  readonly response: IncomingMessage;
  readonly text: () => string;
  /** Resolves to the events once so many have come. */
  readonly events: (count: number) => Promise<readonly Sent[]>;
  readonly ended: Promise<void>;
  readonly close: () => void;
}

/** A client of the stream that reads what comes. */
async function open(
  t: TestContext,
  api: Api,
  path: string,
  headers: Record<string, string> = {},
): Promise<Stream> {
  const request = get(`${api.url}${path}`, { headers, agent: false });
  const response = await new Promise<IncomingMessage>((resolve, reject) => {
    request.on('response', resolve);
    request.on('error', reject);
  });
  request.on('error', () => undefined);
  let text = '';
  let tell: () => void = () => undefined;
  response.setEncoding('utf8').on('data', (chunk: string) => {
    text += chunk;
    tell();
  });
  response.on('error', () => undefined);
  t.after(() => void request.destroy());
  const events = (): readonly Sent[] => parse(text).filter(({ data }) => data !== undefined);
  return {
    response,
    text: () => text,
    events: async (count) => {
      while (events().length < count) await new Promise<void>((resolve) => (tell = resolve));
      return events();
    },
    ended: new Promise((resolve) => response.once('close', resolve)),
    close: () => void request.destroy(),
  };
}

/** The messages of a stream (HTML Living Standard 9.2.6), as far as we write them. */
function parse(text: string): readonly Sent[] {
  const whole = text.slice(0, text.lastIndexOf('\n\n') + 2);
  return whole
    .split('\n\n')
    .filter((block) => block !== '')
    .map((block) => {
      const fields = Object.fromEntries(
        block
          .split('\n')
          .filter((line) => !line.startsWith(':'))
          .map((line) => [line.slice(0, line.indexOf(': ')), line.slice(line.indexOf(': ') + 2)]),
      ) as Record<string, string>;
      const { data, ...rest } = fields;
      return { ...rest, ...(data === undefined ? {} : { data: JSON.parse(data) as Sent['data'] }) };
    });
}

test('events are listed with a cursor to ask on with', async (t) => {
  const api = await start(t);
  const ids = [await api.world.receive('a'), await api.world.receive('b'), await api.world.receive('a')];
  const subjects = (answer: { json: Record<string, unknown> }) =>
    (answer.json['items'] as { subject: string }[]).map(({ subject }) => subject);
  const first = await api.call('GET', '/v1/events?limit=2');
  assert.deepEqual(subjects(first), ids.slice(0, 2));
  assert.equal(first.json['more'], true);
  const second = await api.call('GET', (first.json['links'] as { next: string }).next);
  assert.deepEqual(subjects(second), ids.slice(2));
  assert.equal(second.json['more'], false);
  const none = await api.call('GET', `/v1/events?after=${String(second.json['cursor'])}`);
  assert.deepEqual([subjects(none), none.json['cursor']], [[], second.json['cursor']]);
  assert.deepEqual(subjects(await api.call('GET', '/v1/events?conversationId=a')), [ids[0], ids[2]]);
  assert.deepEqual(subjects(await api.call('GET', `/v1/events?messageId=${ids[1]}`)), [ids[1]]);
  assert.deepEqual(subjects(await api.call('GET', '/v1/events?type=failed,delivered')), []);
  const full = '/v1/events?type=eu.quoin.message.received&since=2026-01-15T12:00:00Z';
  assert.equal(subjects(await api.call('GET', full)).length, 3);
  assert.equal(subjects(await api.call('GET', '/v1/events?since=2026-01-15T13:00:01%2B01:00')).length, 0);
});

test('what cannot be asked is answered by name', async (t) => {
  const api = await start(t);
  const refused = async (query: string, field: string, code = 'rest/invalid-field', status = 400) =>
    assertProblem(await api.call('GET', `/v1/events?${query}`), status, code, field);
  await refused('type=sent', 'type');
  await refused('since=yesterday', 'since');
  await refused('after=x', 'after');
  await refused('limit=0', 'limit');
  await refused('colour=red', 'colour', 'rest/unknown-field');
  await refused('after=7', 'after', 'notify/cursor-ahead', 410);
  assertProblem(await api.call('GET', '/v1/events/stream?after=x'), 400, 'rest/invalid-field', 'after');
  assertProblem(await api.call('GET', '/v1/events/stream?after=7'), 410, 'notify/cursor-ahead', 'after');
  const headers = { 'Last-Event-ID': 'x' };
  assertProblem(await api.call('GET', '/v1/events/stream', { headers }), 400, 'store/bad-page', 'after');
});

test('a stream tells what comes from now on, as it happens', async (t) => {
  const api = await start(t);
  await api.world.receive('before');
  const stream = await open(t, api, '/v1/events/stream');
  assert.equal(stream.response.headers['content-type'], 'text/event-stream; charset=utf-8');
  const messageId = await api.world.receive('after');
  const [event] = await stream.events(1);
  assert.equal(event!.event, 'eu.quoin.message.received');
  assert.equal(event!.data!.subject, messageId);
  assert.match(event!.id!, /^\d{12}$/);
  assert.match(stream.text(), /^retry: 1000\nid: \d+\n\n/);
});

test('a stream begins after a cursor, at a time, or at the beginning', async (t) => {
  const api = await start(t);
  const ids = [await api.world.receive(), await api.world.receive(), await api.world.receive()];
  const all = await (await open(t, api, '/v1/events/stream?after=0')).events(3);
  assert.deepEqual(
    all.map(({ data }) => data!.subject),
    ids,
  );
  const rest = await (await open(t, api, `/v1/events/stream?after=${all[0]!.id}`)).events(2);
  assert.deepEqual(
    rest.map(({ data }) => data!.subject),
    ids.slice(1),
  );
  const since = await (await open(t, api, '/v1/events/stream?since=2026-01-15T12:00:00Z')).events(3);
  assert.equal(since.length, 3);
});

test('a client that connects again and again gets every event once', async (t) => {
  const api = await start(t);
  const written: string[] = [];
  const writing = (async () => {
    for (let i = 0; i < 120; i += 1) written.push(await api.world.receive(`c${i % 5}`));
  })();
  const got: string[] = [];
  let last = '0';
  while (got.length < 120) {
    const stream = await open(t, api, '/v1/events/stream', { 'Last-Event-ID': last });
    const some = await stream.events(Math.min(1 + (got.length % 7), 120 - got.length));
    stream.close();
    got.push(...some.map(({ data }) => data!.subject));
    last = some.at(-1)!.id!;
  }
  await writing;
  assert.deepEqual(got, written);
});

test('a client that wants little is moved on by signs of life', async (t) => {
  const api = await start(t, { heartbeatMs: 20 });
  const stream = await open(t, api, '/v1/events/stream?type=failed');
  await api.world.receive();
  const last = await api.world.notifier.lastEvent();
  while (!parse(stream.text()).some(({ id }) => id === last))
    await new Promise((resolve) => setTimeout(resolve, 5));
  assert.match(stream.text(), /: alive\n/);
  assert.deepEqual(await stream.events(0), []);
});

test('a client that does not read holds up nothing and nothing is read ahead for it', async (t) => {
  const api = await start(t);
  let read = 0;
  const { notifier } = api.world;
  const counting = {
    ...notifier,
    events: async (...args: Parameters<typeof notifier.events>) => {
      const page = await notifier.events(...args);
      read += page.items.length;
      return page;
    },
    // Far larger than any of ours, so that few of them fill whatever the system buffers.
    cloudEvent: (event: Parameters<typeof notifier.cloudEvent>[0]) => ({
      ...notifier.cloudEvent(event),
      data: { padding: 'x'.repeat(300_000) },
    }),
  };
  const slow = await startApi(t, { notifier: counting });
  const request = get(`${slow.url}/v1/events/stream?after=0`, { agent: false });
  t.after(() => void request.destroy());
  const response = await new Promise<IncomingMessage>((resolve) => request.on('response', resolve));
  response.pause();
  for (let i = 0; i < 400; i += 1) await api.world.receive();
  // What fits into the buffers of the system (tens of megabytes on loopback) was read; after that the server waits.
  let before = -1;
  while (before !== read) {
    before = read;
    await new Promise((resolve) => setTimeout(resolve, 300));
  }
  assert.ok(read < 400, `${read} events were read for a client that takes none`);
  let bytes = 0;
  response.on('data', (chunk: Buffer) => (bytes += chunk.byteLength)).resume();
  while (bytes < 400 * 300_000) await new Promise((resolve) => setTimeout(resolve, 5));
});

test('streams are bounded, and a place is free again when its client has gone', async (t) => {
  const api = await start(t, { eventStreams: 2 });
  const [first] = [await open(t, api, '/v1/events/stream'), await open(t, api, '/v1/events/stream')];
  const third = await api.call('GET', '/v1/events/stream');
  assertProblem(third, 503, 'rest/too-many-streams');
  assert.equal(third.headers.get('retry-after'), '30');
  first.close();
  for (;;) {
    const again = await open(t, api, '/v1/events/stream');
    if (again.response.statusCode === 200) break;
  }
});

test('streams end when the gateway stops, and it does not wait for them', async (t) => {
  const api = await start(t);
  const stream = await open(t, api, '/v1/events/stream');
  await api.listener.close();
  await stream.ended;
  assert.equal(stream.response.complete, true, 'it ends in order');
});

test('HEAD tells what a stream would be', async (t) => {
  const api = await start(t);
  const response = await fetch(`${api.url}/v1/events/stream`, { method: 'HEAD' });
  assert.equal(response.status, 200);
  assert.match(response.headers.get('content-type') ?? '', /^text\/event-stream/);
});

test('webhooks and their deliveries are shown with what went wrong, and events are told again', async (t) => {
  const endpoint = await startEndpoint(t, status(500));
  const api = await start(t, { webhooks: [{ url: `${endpoint.url}?token=a-secret` }] });
  const messageId = await api.world.receive();
  await api.world.logged('notify/waiting-for-retry');
  const listed = await api.call('GET', '/v1/webhooks');
  const [hook] = listed.json['items'] as Record<string, unknown>[];
  assert.deepEqual(
    [hook!['name'], hook!['url'], hook!['state'], hook!['waiting'], hook!['behind']],
    ['hook', endpoint.url, 'failing', 1, false],
  );
  assert.doesNotMatch(listed.text, /a-secret/);
  const deliveries = await api.call('GET', '/v1/webhooks/hook/deliveries?state=PENDING');
  const [delivery] = deliveries.json['items'] as Record<string, unknown>[];
  assert.equal(delivery!['messageId'], messageId);
  assert.equal(delivery!['httpStatus'], 500);
  assert.equal((delivery!['failure'] as { code: string }).code, 'notify/endpoint-failed');
  assert.deepEqual((await api.call('GET', '/v1/webhooks/hook/deliveries?state=FAILED')).json['items'], []);
  endpoint.answer = status(204);
  const replayed = await api.postJson('/v1/webhooks/hook/replay', { eventIds: [delivery!['eventId']] });
  assert.deepEqual([replayed.status, replayed.json], [202, { webhook: 'hook', deliveries: 1 }]);
  api.world.clock.advance(10_000);
  await api.world.logged('notify/delivered', 2);
  const all = await api.call('GET', '/v1/webhooks/hook/deliveries');
  assert.deepEqual(
    (all.json['items'] as { replay: boolean; state: string }[]).map(({ replay, state }) => [replay, state]),
    [
      [true, 'DELIVERED'],
      [false, 'DELIVERED'],
    ],
  );
});

test('a replay that says nothing, too much or nonsense is refused by name', async (t) => {
  const endpoint = await startEndpoint(t);
  const api = await start(t, { webhooks: [{ url: endpoint.url }] });
  const refused = async (body: unknown, code = 'rest/invalid-field', field?: string) =>
    assertProblem(await api.postJson('/v1/webhooks/hook/replay', body), 400, code, field);
  await refused({});
  await refused({ after: '0', since: '2026-01-15T12:00:00Z' });
  await refused({ after: 'x' }, 'rest/invalid-field', 'after');
  await refused({ since: 'x' }, 'rest/invalid-field', 'since');
  await refused({ eventIds: [] }, 'rest/invalid-field', 'eventIds');
  await refused({ eventIds: ['x'] }, 'rest/invalid-field', 'eventIds[0]');
  await refused({ all: true }, 'rest/unknown-field', 'all');
  await refused('{', 'rest/malformed-json', 'body');
  for (const [method, path] of [
    ['GET', '/v1/webhooks/other/deliveries'],
    ['POST', '/v1/webhooks/other/replay'],
  ] as const) {
    const init =
      method === 'GET' ? {} : { headers: { 'content-type': 'application/json' }, body: '{"after":"0"}' };
    assertProblem(await api.call(method, path, init), 404, 'notify/unknown-webhook', 'name');
  }
  assertProblem(
    await api.call('GET', '/v1/webhooks/hook/deliveries?state=LOST'),
    400,
    'rest/invalid-field',
    'state',
  );
});

const FEED: ApiKey = {
  name: 'feed',
  hash: createHash('sha256').update('feed').digest('hex'),
  scopes: ['events', 'read'],
  parties: ['XA1', 'XA2'],
  created: 0,
};

const BECOMES: Readonly<Record<string, readonly ApiKey[]>> = {
  'it is revoked': [],
  'it has expired': [{ ...FEED, expires: 1 }],
  'it lost the scope': [{ ...FEED, scopes: ['read'] }],
  'it is held to fewer parties': [{ ...FEED, parties: ['XA1'] }],
  'it is held to other parties': [{ ...FEED, parties: ['XA1', 'XA3'] }],
};

for (const [what, fresh] of Object.entries(BECOMES))
  test(`a stream ends with the rights of its key: ${what}`, async (t) => {
    const world = await notifyWorld(t, []);
    let keys: readonly ApiKey[] = [FEED];
    const api = await startApi(t, {
      notifier: world.notifier,
      keys: () => keys,
      limits: { heartbeatMs: 20 },
    });
    const stream = await open(t, api, '/v1/events/stream', { Authorization: 'Bearer feed' });
    assert.equal(stream.response.statusCode, 200);
    // The same rights, written in another way: nothing ends.
    keys = [{ ...FEED, scopes: ['events'], parties: ['XA2', 'XA1'] }];
    const alive = (): number => stream.text().split(': alive').length;
    for (const before = alive(); alive() < before + 3;) await new Promise((r) => setTimeout(r, 5));
    keys = fresh;
    await stream.ended;
  });
