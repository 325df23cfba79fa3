import assert from 'node:assert/strict';
import { request as httpRequest } from 'node:http';
import { test } from 'node:test';
import { startRestListener } from '../../../src/faces/rest/index.ts';
import { readRequestBody, startHttpListener } from '../../../src/world/http/index.ts';
import { fakeMsh } from '../../support/fake-msh.ts';
import { noNotifier } from '../../support/notify-world.ts';
import { assertProblem, startApi } from './api.ts';

test('ping wants exactly one of P-Mode and party', async (t) => {
  const api = await startApi(t);
  const byPMode = await api.postJson('/v1/ping', { pmode: 'oots.a.b' });
  assert.deepEqual([byPMode.status, byPMode.json.outcome], [202, 'accepted']);
  assert.equal((await api.postJson('/v1/ping', { party: 'AP_XB_01' })).status, 202);
  assert.deepEqual(api.msh.pings, [{ pmode: 'oots.a.b' }, { party: 'AP_XB_01' }]);
  for (const body of [{}, { pmode: 'a', party: 'b' }, { pmode: '' }]) {
    assertProblem(await api.postJson('/v1/ping', body), 400, 'rest/invalid-field');
  }
  assertProblem(await api.postJson('/v1/ping', { partner: 'x' }), 400, 'rest/unknown-field', 'partner');
});

test('explain passes the facts and gives every explanation', async (t) => {
  const api = await startApi(t);
  const facts = { direction: 'receive', action: 'urn:action', from: { partyIds: [{ value: 'A' }] } };
  const answer = await api.postJson('/v1/pmodes/explain', facts);
  assert.deepEqual(answer.json, {
    explanations: [
      {
        pmodeId: 'test.pmode',
        leg: 'request',
        governs: true,
        fields: [{ field: 'action', expected: 'urn:action', found: 'urn:action', agrees: true }],
      },
    ],
  });
  assert.deepEqual(api.msh.facts, [facts]);
  assertProblem(await api.postJson('/v1/pmodes/explain', {}), 400, 'rest/invalid-field', 'direction');
});

test('the journal is listed, also for one message', async (t) => {
  const api = await startApi(t);
  const failure = {
    step: 'receive/verify-signature',
    code: 'wss/bad-digest',
    message: 'no',
    ebms: 'EBMS:0101',
  } as const;
  api.msh.journalEntries.push(
    { at: Date.parse('2025-06-01T10:00:00Z'), direction: 'in', messageId: 'a', remote: '192.0.2.1', failure },
    { at: Date.parse('2025-06-01T11:00:00Z'), direction: 'out', messageId: 'b', pmodeId: 'p', failure },
  );
  assert.equal(((await api.call('GET', '/v1/journal')).json.items as unknown[]).length, 2);
  const { json } = await api.call('GET', '/v1/journal?messageId=b');
  assert.deepEqual(json.items, [
    { at: '2025-06-01T11:00:00.000Z', direction: 'out', messageId: 'b', pmode: 'p', failure },
  ]);
});

test('unknown paths are 404, other methods 405 with Allow', async (t) => {
  const api = await startApi(t);
  for (const path of ['/', '/v1', '/v2/messages', '/v1/messages/a/b/c', '/V1/messages', '/v1/messages/']) {
    assertProblem(await api.call('GET', path), 404, 'rest/no-such-route', 'path');
  }
  const cases: [string, string, string][] = [
    ['DELETE', '/v1/messages', 'POST, GET, HEAD'],
    ['PUT', '/v1/messages/x', 'GET, HEAD'],
    ['GET', '/v1/ping', 'POST'],
    ['OPTIONS', '/v1/inbox', 'GET, HEAD'],
    ['POST', '/health', 'GET, HEAD'],
  ];
  for (const [method, path, allow] of cases) {
    const response = await fetch(`${api.url}${path}`, { method });
    assert.equal(response.status, 405, `${method} ${path}`);
    assert.equal(response.headers.get('allow'), allow);
    assert.equal(((await response.json()) as { code: string }).code, 'rest/method-not-allowed');
  }
});

test('answers say nothing about what they are made with, and are never cached or sniffed', async (t) => {
  const api = await startApi(t);
  const { headers } = await api.call('GET', '/v1/inbox');
  assert.equal(headers.get('x-powered-by'), null);
  assert.equal(headers.get('cache-control'), 'no-store');
  assert.equal(headers.get('x-content-type-options'), 'nosniff');
});

test('with a token everything but health wants it', async (t) => {
  const api = await startApi(t, { token: 'correct-horse' });
  assert.equal((await api.call('GET', '/health')).status, 200);
  const bearer = (authorization: string) => ({ headers: { authorization } });
  for (const init of [
    {},
    bearer('Bearer wrong'),
    bearer('Bearer correct-horse2'),
    bearer('Bearer correct-hors'),
    bearer('Bearer '),
    bearer('Basic correct-horse'),
    bearer('correct-horse'),
  ]) {
    for (const path of ['/v1/inbox', '/nowhere']) {
      const answer = await api.call('GET', path, init);
      assertProblem(answer, 401, 'rest/unauthorized', 'Authorization');
      assert.match(answer.headers.get('www-authenticate') ?? '', /^Bearer/);
      assert.doesNotMatch(answer.text, /wrong|horse/);
    }
  }
  assert.equal((await api.call('GET', '/v1/inbox', bearer('Bearer correct-horse'))).status, 200);
  assert.equal((await api.call('GET', '/v1/inbox', bearer('bearer correct-horse'))).status, 200);
  assert.doesNotMatch(JSON.stringify(api.events), /horse/);
});

function statusWith(url: string, headers: Record<string, string>): Promise<number | undefined> {
  return new Promise((resolve, reject) => {
    const request = httpRequest(`${url}/v1/inbox`, { headers }, (response) => {
      response.resume();
      resolve(response.statusCode);
    });
    request.on('error', reject);
    request.end();
  });
}

test('without a token a web page cannot reach the API through the browser of the operator', async (t) => {
  const api = await startApi(t);
  assert.equal(await statusWith(api.url, { Host: 'localhost:1' }), 200);
  assert.equal(await statusWith(api.url, { Host: '[::1]:1' }), 200);
  assert.equal(await statusWith(api.url, { Origin: 'http://localhost:3000' }), 200);
  assert.equal(await statusWith(api.url, { Host: 'rebound.example' }), 403);
  assert.equal(await statusWith(api.url, { Host: '127.0.0.1.evil.example' }), 403);
  assert.equal(await statusWith(api.url, { Origin: 'https://evil.example' }), 403);
  assert.equal(await statusWith(api.url, { Origin: 'null' }), 403);
});

test('other machines are not served without a token unless told so', async (t) => {
  const start = (host: string, more: { token?: string; allowRemoteWithoutToken?: boolean } = {}) =>
    startRestListener({
      listen: startHttpListener,
      readBody: (request, invite) =>
        readRequestBody(request, { maxBytes: 1_000, idleMs: 60_000, minBytesPerSecond: 1 }, invite).stream,
      host,
      port: 0,
      msh: fakeMsh(),
      notifier: noNotifier(),
      observer: { emit: () => undefined },
      ...more,
    });
  for (const host of ['0.0.0.0', '::', '192.0.2.1', 'example.org']) {
    await assert.rejects(start(host), { code: 'rest/token-required' });
  }
  await assert.rejects(start('127.0.0.1', { token: '' }), { code: 'rest/token-required' });
  for (const more of [{ token: 'a-token' }, { allowRemoteWithoutToken: true }]) {
    const listener = await start('0.0.0.0', more);
    t.after(() => listener.close());
    const headers: Record<string, string> = { Host: 'any.example' };
    if (more.token !== undefined) headers.Authorization = `Bearer ${more.token}`;
    assert.equal(await statusWith(`http://127.0.0.1:${listener.address.port}`, headers), 200);
  }
});

test('a store that cannot answer is 503 with Retry-After, a defect 500 without its reason', async (t) => {
  const api = await startApi(t);
  const { QuoinError } = await import('../../../src/protocol/errors/index.ts');
  api.msh.inbox = () => Promise.reject(new QuoinError('store/unavailable', 'The disk is full.'));
  const unavailable = await api.call('GET', '/v1/inbox');
  assertProblem(unavailable, 503, 'store/unavailable');
  assert.match(unavailable.headers.get('retry-after') ?? '', /^\d+$/);
  api.msh.inbox = () => Promise.reject(new TypeError('cannot read properties of undefined'));
  const defect = await api.call('GET', '/v1/inbox');
  assertProblem(defect, 500, 'rest/defect');
  assert.doesNotMatch(defect.text, /undefined/);
  assert.ok(api.events.some((e) => e.level === 'error' && /TypeError/.test(String(e.error))));
});
