import assert from 'node:assert/strict';
import { test } from 'node:test';
import { assertProblem, startApi } from './api.ts';

const listOf = (values: number): string => `{"messageProperties":[${'0,'.repeat(values)}0],"parts":[]}`;

const post = { headers: { 'content-type': 'application/json' } };

test('a body of a million wrong values is refused as a whole, not value by value', async (t) => {
  const api = await startApi(t);
  const body = listOf(1_000_000);
  const answer = await api.call('POST', '/v1/messages', { ...post, body });
  assertProblem(answer, 413, 'rest/too-large', 'body');
  assert.ok(answer.bytes.byteLength < 2_000, `${answer.bytes.byteLength} bytes`);
});

test('a form whose message field has too many values is refused the same', async (t) => {
  const api = await startApi(t);
  const form = new FormData();
  form.append('message', listOf(50_000));
  const answer = await api.call('POST', '/v1/messages', { body: form });
  assertProblem(answer, 413, 'rest/too-large', 'message');
});

test('of many wrong fields the first hundred are told', async (t) => {
  const api = await startApi(t);
  for (const body of [
    listOf(5_000),
    `{${Array.from({ length: 5_000 }, (_, i) => `"k${i}":0`).join(',')},"parts":[]}`,
  ]) {
    const answer = await api.call('POST', '/v1/messages', { ...post, body });
    assert.equal(answer.status, 400);
    assert.equal((answer.json['errors'] as unknown[]).length, 100);
  }
});

test('values nested deeper than any call stack are refused', async (t) => {
  const api = await startApi(t);
  const body = '['.repeat(1_000_000) + ']'.repeat(1_000_000);
  assertProblem(await api.call('POST', '/v1/messages', { ...post, body }), 413, 'rest/too-large');
});
