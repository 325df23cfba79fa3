import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { test } from 'node:test';
import { API_SCOPES } from '../../../src/config/index.ts';
import type { ApiKey, ApiScope } from '../../../src/config/index.ts';
import { ROUTES } from '../../../src/faces/rest/routes.ts';
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
