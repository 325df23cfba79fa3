import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { test } from 'node:test';
import { API_SCOPES } from '../../../src/config/index.ts';
import type { ApiKey, ApiScope } from '../../../src/config/index.ts';
import type { InboundMessage } from '../../../src/msh/index.ts';
import { ROUTES } from '../../../src/faces/rest/routes.ts';
import type { FakeMsh } from '../../support/fake-msh.ts';
import { assertProblem, startApi } from './api.ts';

const NOW = Date.parse('2027-01-31T12:00:00Z');

const hash = (key: string): string => createHash('sha256').update(key).digest('hex');
const apiKey = (key: string, more: Partial<ApiKey> = {}): ApiKey => ({
  name: key,
  hash: hash(key),
  scopes: API_SCOPES,
  created: 0,
  ...more,
});
const bearer = (key: string): RequestInit => ({ headers: { Authorization: `Bearer ${key}` } });

test('a key is let in beside the token until it expires or is revoked', async (t) => {
  let keys = [apiKey('good'), apiKey('late', { expires: NOW }), apiKey('soon', { expires: NOW + 1 })];
  const api = await startApi(t, { token: 'the-token', keys: () => keys, now: () => NOW });
  const status = async (key: string) => (await api.call('GET', '/v1/messages', bearer(key))).status;
  for (const key of ['the-token', 'good', 'soon']) assert.equal(await status(key), 200, key);
  for (const key of ['wrong', hash('good'), `sha256:${hash('good')}`])
    assert.equal(await status(key), 401, key);
  const late = await api.call('GET', '/v1/messages', bearer('late'));
  assertProblem(late, 401, 'rest/unauthorized', 'Authorization');
  assert.match(late.text, /late expired at 2027-01-31T12:00:00\.000Z/);
  assert.match(late.headers.get('www-authenticate') ?? '', /^Bearer/);
  keys = keys.filter(({ name }) => name !== 'good');
  assert.equal(await status('good'), 401);
});

test('no key at all closes the API to local callers too', async (t) => {
  const api = await startApi(t, { keys: () => [] });
  assertProblem(await api.call('GET', '/v1/messages'), 401, 'rest/unauthorized');
  assert.equal((await api.call('GET', '/health')).status, 200);
});

test('each route asks for its scope, and no other', async (t) => {
  const without = (scope: ApiScope) => API_SCOPES.filter((one) => one !== scope);
  const keys = API_SCOPES.flatMap((scope) => [
    apiKey(`only-${scope}`, { scopes: [scope] }),
    apiKey(`without-${scope}`, { scopes: without(scope) }),
  ]);
  const api = await startApi(t, { keys: () => keys });
  for (const { method, path, scope, operationId } of ROUTES) {
    const at = path.replace(/:\w+/g, 'x');
    const refused = await api.call(method.toUpperCase(), at, bearer(`without-${scope}`));
    assertProblem(refused, 403, 'rest/scope-missing', 'Authorization');
    assert.equal((refused.json.finding as { expected: string }).expected, scope, operationId);
    const allowed = await api.call(method.toUpperCase(), at, bearer(`only-${scope}`));
    assert.notEqual(allowed.status, 403, operationId);
    assert.notEqual(allowed.status, 401, operationId);
  }
});

test('a partner is paused by the key that did it', async (t) => {
  const api = await startApi(t, { keys: () => [apiKey('ops')], token: 'the-token' });
  const paused = await api.call('POST', '/v1/partners/AP_XB/pause', bearer('ops'));
  assert.equal((paused.json.paused as { by: string }).by, 'ops');
  const again = await api.call('POST', '/v1/partners/AP_XB/pause', bearer('the-token'));
  assert.equal(again.status, 200);
});

const from = (originalSender: string) => ({
  messageId: `of-${originalSender}`,
  messageProperties: [
    { name: 'originalSender', value: originalSender },
    { name: 'finalRecipient', value: 'citizen' },
  ],
  parts: [],
});

test('a key that is held to parties sends for them only, and sees nothing of others', async (t) => {
  const keys = [apiKey('held', { parties: ['XA1', 'XA2'] })];
  const api = await startApi(t, { token: 'the-token', keys: () => keys });
  const submit = (key: string, body: unknown) =>
    api.call('POST', '/v1/messages', {
      headers: { ...bearer(key).headers, 'content-type': 'application/json' },
      body: JSON.stringify(body),
    });
  assert.equal((await submit('the-token', from('XB9'))).status, 202);
  assert.equal((await submit('held', from('XA1'))).status, 202);
  const twice = {
    ...from('XA1'),
    messageProperties: [...from('XA1').messageProperties, ...from('XB9').messageProperties],
  };
  for (const body of [from('XB9'), { parts: [] }, twice]) {
    const refused = await submit('held', body);
    assertProblem(refused, 403, 'rest/party-not-allowed', 'messageProperties.originalSender');
  }
  const form = new FormData();
  form.append('message', JSON.stringify(from('XB9')));
  const upload = await api.call('POST', '/v1/messages', { ...bearer('held'), body: form });
  assertProblem(upload, 403, 'rest/party-not-allowed', 'messageProperties.originalSender');
  assert.equal(api.msh.outbound.size, 2);

  const listed = await api.call('GET', '/v1/messages', bearer('held'));
  assert.deepEqual(
    (listed.json.items as { messageId: string }[]).map(({ messageId }) => messageId),
    ['of-XA1'],
  );
  assert.equal((await api.call('GET', '/v1/messages/of-XA1', bearer('held'))).status, 200);
  for (const path of ['/v1/messages/of-XB9', '/v1/messages/of-XB9/receipt', '/v1/messages/of-XB9/envelope'])
    assertProblem(await api.call('GET', path, bearer('held')), 404, 'rest/unknown-message');
  assert.equal((await api.call('GET', '/v1/messages/of-XB9', bearer('the-token'))).status, 200);
});

test('a key that is held to parties takes only what was received for them', async (t) => {
  const api = await startApi(t, { keys: () => [apiKey('held', { parties: ['XA1'] })] });
  const received = (id: string, finalRecipient: string) => {
    const { userMessage } = api.msh.deliver({ rowId: 'shape', messageId: 'shape' });
    api.msh.inbounds.pop();
    const messageProperties = [{ name: 'finalRecipient', value: finalRecipient }];
    api.msh.deliver({ rowId: id, messageId: id, userMessage: { ...userMessage, messageProperties } });
  };
  received('ours', 'XA1');
  received('theirs', 'XB9');
  const listed = await api.call('GET', '/v1/inbox', bearer('held'));
  assert.deepEqual(
    (listed.json.items as { id: string }[]).map(({ id }) => id),
    ['ours'],
  );
  assert.equal((await api.call('GET', '/v1/inbox/ours', bearer('held'))).status, 200);
  assertProblem(await api.call('GET', '/v1/inbox/theirs', bearer('held')), 404, 'rest/unknown-message');
  assertProblem(
    await api.call('GET', '/v1/inbox/theirs/parts/0', bearer('held')),
    404,
    'rest/unknown-message',
  );
  const taken = await api.call('POST', '/v1/inbox/theirs/acknowledge', bearer('held'));
  assertProblem(taken, 404, 'rest/unknown-message');
  assert.equal(api.msh.inbounds.find(({ rowId }) => rowId === 'theirs')?.state, 'RECEIVED');
  assert.equal((await api.call('POST', '/v1/inbox/ours/acknowledge', bearer('held'))).status, 200);
});

test('what is about all parties is not for a key that is held to some', async (t) => {
  const api = await startApi(t, { keys: () => [apiKey('held', { parties: ['XA1'] })] });
  for (const { method, path, keepsToParties, operationId } of ROUTES.filter(
    (r) => r.keepsToParties !== true,
  )) {
    assert.equal(keepsToParties, undefined);
    const refused = await api.call(method.toUpperCase(), path.replace(/:\w+/g, 'x'), bearer('held'));
    assertProblem(refused, 403, 'rest/party-not-allowed', 'Authorization');
    assert.ok(operationId);
  }
});

const POLLS = [
  ['GET', '/v1/inbox?wait=30', undefined],
  ['POST', '/v1/inbox/lease', { wait: 30 }],
] as const;

for (const [method, path, body] of POLLS)
  test(`${method} ${path} ends while it waits with the rights of its key, and takes nothing`, async (t) => {
    let keys: readonly ApiKey[] = [];
    const api = await startApi(t, { keys: () => keys, limits: { pollMs: 10 } });
    const { looks, put } = watchedInbox(api.msh);
    const held = apiKey('worker', { parties: ['XA1'] });
    const losses = [
      { left: [], status: 401, code: 'rest/unauthorized' },
      { left: [{ ...held, scopes: ['read'] as const }], status: 403, code: 'rest/scope-missing' },
      { left: [apiKey('worker')], status: 401, code: 'rest/unauthorized' },
    ];
    for (const { left, status, code } of losses) {
      keys = [held];
      put(0);
      const before = looks();
      const waiting = api.call(method, path, {
        headers: { ...bearer('worker').headers, ...(body && { 'content-type': 'application/json' }) },
        ...(body && { body: JSON.stringify(body) }),
      });
      while (looks() < before + 2) await new Promise((r) => setTimeout(r, 5));
      keys = left;
      put(1);
      const last = looks();
      assertProblem(await waiting, status, code, 'Authorization');
      assert.equal(looks(), last, 'nothing was looked for any more');
    }
  });

/** An inbox with so many messages that counts how often it is looked at. */
function watchedInbox(msh: FakeMsh): {
  readonly looks: () => number;
  readonly put: (count: number) => void;
} {
  let looks = 0;
  let there: InboundMessage[] = [];
  msh.inbox = () => {
    looks += 1;
    return Promise.resolve({ items: there });
  };
  msh.lease = ({ consumer }) => {
    looks += 1;
    return Promise.resolve({ lease: { id: 'lease', consumer, until: 1 }, messages: there });
  };
  const put = (count: number): void => {
    there = Array.from({ length: count }, () => msh.deliver());
  };
  return { looks: () => looks, put };
}
