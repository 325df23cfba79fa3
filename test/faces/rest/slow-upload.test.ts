import assert from 'node:assert/strict';
import { once } from 'node:events';
import { request as httpRequest } from 'node:http';
import type { ClientRequest, IncomingMessage } from 'node:http';
import { test } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { startApi } from './api.ts';
import type { Api } from './api.ts';

/** Whoever keeps the API waiting with a body loses its place. */

const HANGS = { timeout: 60_000 };
const PART = 'Content-Disposition: form-data; name=';
const FORM = `--b\r\n${PART}"message"\r\n\r\n{"parts":[{"mimeType":"text/plain"}]}\r\n--b\r\n${PART}"part-0"; filename="x"\r\n\r\nbegun`;
const FORM_END = '\r\n--b--\r\n';

/** Bodies that have begun, by media type. */
const BEGUN: readonly (readonly [string, string, string])[] = [
  ['application/json', '/v1/messages', '{ "parts": ['],
  ['multipart/form-data; boundary=b', '/v1/messages', FORM],
  ['multipart/form-data; boundary=b', '/v1/messages', '--b\r\n'],
  ['application/json', '/v1/pmodes/explain', '{'],
];

function begin(api: Api, type: string, path: string): ClientRequest {
  const request = httpRequest(`${api.url}${path}`, { method: 'POST', headers: { 'content-type': type } });
  request.on('error', () => undefined);
  return request;
}

async function assertTooSlow(request: ClientRequest): Promise<void> {
  const [response] = (await once(request, 'response')) as [IncomingMessage];
  let text = '';
  for await (const chunk of response.setEncoding('utf8')) text += String(chunk);
  assert.equal(response.statusCode, 408, text);
  assert.match(response.headers['content-type'] ?? '', /^application\/problem\+json/);
  assert.equal(response.headers.connection, 'close');
  const { code, field } = JSON.parse(text) as { code: string; field: string };
  assert.deepEqual([code, field], ['rest/too-slow', 'body']);
}

for (const [type, path, text] of BEGUN) {
  const what = `${type} to ${path} that stops after ${JSON.stringify(text.slice(0, 12))}`;
  test(`${what} is answered 408, and its place is free`, HANGS, async (t) => {
    const api = await startApi(t, {
      limits: { submissions: 1 },
      pace: { idleMs: 500, minBytesPerSecond: 1_000 },
    });
    const request = begin(api, type, path);
    request.write(text);
    await assertTooSlow(request);
    const { writers, outbound, payloads } = api.msh;
    assert.deepEqual(
      [writers.begun, outbound.size, payloads.size],
      [writers.aborted, 0, 0],
      'nothing is kept',
    );
    assert.equal((await api.postJson('/v1/messages', { parts: [] })).status, 202);
    request.destroy();
  });
}

test('a drip below the minimum ends too, however regular it is', HANGS, async (t) => {
  const api = await startApi(t, { pace: { idleMs: 500, minBytesPerSecond: 1_000_000_000 } });
  const request = begin(api, 'multipart/form-data; boundary=b', '/v1/messages');
  request.write(FORM);
  const dripping = setInterval(() => request.write('.'), 10);
  try {
    await assertTooSlow(request);
  } finally {
    clearInterval(dripping);
    request.destroy();
  }
});

test('time that we take ourselves is not held against the client', HANGS, async (t) => {
  const idleMs = 2_000;
  const api = await startApi(t, { pace: { idleMs, minBytesPerSecond: 1 } });
  let slept = false;
  api.msh.onChunk = async () => {
    if (!slept) await delay(idleMs + 500);
    slept = true;
  };
  const request = begin(api, 'multipart/form-data; boundary=b', '/v1/messages');
  // More than buffers hold, so that something is still to be read after the pause.
  request.end(`${FORM}${'x'.repeat(4_000_000)}${FORM_END}`);
  const [response] = (await once(request, 'response')) as [IncomingMessage];
  response.resume();
  assert.equal(response.statusCode, 202);
});
