import assert from 'node:assert/strict';
import { test } from 'node:test';
import { assertProblem, startApi } from './api.ts';

test('a partner is shown with its breaker in clock times', async (t) => {
  const api = await startApi(t);
  const { json } = await api.call('GET', '/v1/partners/AP_XB');
  assert.deepEqual(json, {
    name: 'AP_XB',
    pmodes: ['test.pmode'],
    address: 'https://ap-xb.test/as4',
    running: 1,
    limit: 8,
    waiting: 3,
    dueSince: '2025-06-01T10:00:00.000Z',
    breaker: {
      state: 'open',
      since: '2025-06-01T10:00:00.000Z',
      failures: 5,
      reason: 'nothing listens there',
      nextProbeAt: '2025-06-01T10:00:10.000Z',
      lastFailureAt: '2025-06-01T10:00:00.000Z',
    },
    links: { self: '/v1/partners/AP_XB' },
  });
  assert.deepEqual((await api.call('GET', '/v1/partners')).json, { items: [json] });
});

test('a partner is paused with a reason, resumed and reset', async (t) => {
  const api = await startApi(t);
  const paused = await api.postJson('/v1/partners/AP_XB/pause', { reason: 'maintenance' });
  assert.deepEqual(paused.json.paused, { at: '2025-06-01T10:00:00.000Z', by: 'api', reason: 'maintenance' });
  assert.equal((await api.call('POST', '/v1/partners/AP_XB/resume')).json.paused, undefined);
  assert.equal((await api.call('POST', '/v1/partners/AP_XB/pause')).status, 200);
  const reset = await api.call('POST', '/v1/partners/AP_XB/reset');
  assert.equal((reset.json.breaker as { state: string }).state, 'closed');
});

test('an unknown partner and an unknown field are refused', async (t) => {
  const api = await startApi(t);
  for (const [method, path] of [
    ['GET', '/v1/partners/AP_XQ'],
    ['POST', '/v1/partners/AP_XQ/pause'],
    ['POST', '/v1/partners/AP_XQ/resume'],
    ['POST', '/v1/partners/AP_XQ/reset'],
  ] as const)
    assertProblem(await api.call(method, path), 404, 'rest/unknown-partner', 'name');
  const wrong = await api.postJson('/v1/partners/AP_XB/pause', { why: 'x' });
  assertProblem(wrong, 400, 'rest/unknown-field', 'why');
});
