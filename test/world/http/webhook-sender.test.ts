import assert from 'node:assert/strict';
import type { LookupAddress } from 'node:dns';
import { createServer as createHttpServer } from 'node:http';
import { createServer } from 'node:net';
import type { AddressInfo, Server, Socket } from 'node:net';
import { test } from 'node:test';
import type { TestContext } from 'node:test';
import { createWebhookSender } from '../../../src/world/http/index.ts';
import type { Resolve } from '../../../src/world/http/guarded-connect.ts';
import type { WebhookAnswer } from '../../../src/msh/ports/index.ts';
import type { QuoinError } from '../../../src/protocol/errors/index.ts';

/** An answer is awaited as long as a busy machine may need, unless waiting is what the test is about. */
const PATIENT = 120_000;

interface Sending {
  readonly url: string;
  readonly allowPrivate?: boolean;
  readonly resolve?: Resolve;
  readonly timeoutMs?: number;
  readonly signal?: AbortSignal;
}

async function send(t: TestContext, sending: Sending): Promise<WebhookAnswer> {
  const { url, allowPrivate = true, resolve, timeoutMs = PATIENT, signal } = sending;
  const sender = createWebhookSender({ allowPrivate, connections: 1, resolve });
  t.after(() => sender.close());
  return await sender.send({
    url,
    headers: { 'x-own': 'yes' },
    body: Buffer.from('{"an":"event"}'),
    timeoutMs,
    signal,
  });
}

async function listening(t: TestContext, server: Server): Promise<number> {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  t.after(() => void server.close());
  return (server.address() as AddressInfo).port;
}

/** A server that answers whatever comes with these bytes, or with nothing. */
async function raw(
  t: TestContext,
  answer: string | undefined,
  then: 'end' | 'stay' = 'stay',
): Promise<string> {
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on('error', () => undefined);
    socket.once('data', () => {
      if (answer !== undefined) socket.write(answer);
      if (then === 'end') socket.end();
    });
  });
  const port = await listening(t, server);
  t.after(() => sockets.forEach((socket) => socket.destroy()));
  return `http://127.0.0.1:${port}/hook`;
}

/** A name service that knows one name, and how often it was asked. */
function names(
  ...answers: readonly (readonly LookupAddress[])[]
): Resolve & { readonly asked: () => number } {
  let asked = 0;
  const resolve: Resolve = (_name, done) => {
    const answer = answers[Math.min(asked, answers.length - 1)]!;
    asked += 1;
    setImmediate(() => done(null, answer));
  };
  return Object.assign(resolve, { asked: () => asked });
}

test('the body and the headers arrive as they are, and the answer counts', async (t) => {
  const got: { headers?: unknown; body?: string; method?: string; url?: string } = {};
  const server = createHttpServer((request, response) => {
    Object.assign(got, { method: request.method, url: request.url, headers: request.headers, body: '' });
    request.on('data', (chunk: Buffer) => (got.body += chunk.toString()));
    request.on('end', () => response.writeHead(202, { 'Retry-After': '7' }).end('thanks'));
  });
  const port = await listening(t, server);
  const answer = await send(t, { url: `http://127.0.0.1:${port}/hook?token=a%20b` });
  assert.deepEqual(answer, { status: 202, retryAfterMs: 7000 });
  const headers = got.headers as Record<string, string>;
  assert.deepEqual(
    [got.method, got.url, got.body, headers['x-own'], headers['content-length'], headers['user-agent']],
    ['POST', '/hook?token=a%20b', '{"an":"event"}', 'yes', '14', 'quoin'],
  );
});

test('a redirect is an answer, never followed', async (t) => {
  let hits = 0;
  const target = createHttpServer((_request, response) => {
    hits += 1;
    response.end();
  });
  const port = await listening(t, target);
  const url = await raw(
    t,
    `HTTP/1.1 307 Temporary Redirect\r\nLocation: http://127.0.0.1:${port}/\r\nContent-Length: 0\r\n\r\n`,
  );
  assert.equal((await send(t, { url })).status, 307);
  assert.equal(hits, 0);
});

test('an endpoint that takes the event and says nothing is given up after the time', async (t) => {
  const url = await raw(t, undefined);
  await assert.rejects(send(t, { url, timeoutMs: 200 }), (error: QuoinError) => {
    assert.equal(error.code, 'http/timeout');
    assert.match(error.message, /took too long while/);
    assert.match(error.finding?.advice ?? '', /as soon as it has noted/);
    return true;
  });
});

test('an answer whose body never ends counts as soon as its head is there', async (t) => {
  const url = await raw(t, 'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n');
  assert.equal((await send(t, { url })).status, 200);
  const flood = await raw(t, `HTTP/1.1 200 OK\r\nContent-Length: 99999999\r\n\r\n${'x'.repeat(200_000)}`);
  assert.equal((await send(t, { url: flood })).status, 200);
});

for (const [what, bytes] of [
  ['garbage', '\0\x01garbage\r\n\r\n'],
  ['another protocol', 'SSH-2.0-OpenSSH_9.2\r\n'],
  [
    'headers without end',
    `HTTP/1.1 200 OK\r\n${'X-A: aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa\r\n'.repeat(2000)}`,
  ],
] as const)
  test(`${what} is told as what it is`, async (t) => {
    const url = await raw(t, bytes);
    await assert.rejects(send(t, { url }), (error: QuoinError) => {
      assert.equal(error.code, 'http/not-http');
      assert.match(error.finding?.advice ?? '', /https/);
      return true;
    });
  });

test('an endpoint that hangs up, one that is not there and a name that is not known', async (t) => {
  const hangsUp = await raw(t, '', 'end');
  await assert.rejects(send(t, { url: hangsUp }), { code: 'http/connection-reset' });
  const gone = createServer();
  const port = await listening(t, gone);
  await new Promise((resolve) => gone.close(resolve));
  await assert.rejects(send(t, { url: `http://127.0.0.1:${port}/` }), { code: 'http/connection-refused' });
  const resolve: Resolve = (_name, done) =>
    done(Object.assign(new Error('unknown'), { code: 'ENOTFOUND' }), []);
  await assert.rejects(send(t, { url: 'http://nowhere.test/', resolve }), { code: 'http/dns-failed' });
  await assert.rejects(send(t, { url: 'http://empty.test/', resolve: names([]) }), {
    code: 'http/dns-failed',
  });
});

test('what is stopped ends at once and says so', async (t) => {
  const url = await raw(t, undefined);
  const stop = new AbortController();
  const sending = send(t, { url, signal: stop.signal });
  setImmediate(() => stop.abort());
  await assert.rejects(sending, { code: 'http/aborted' });
  await assert.rejects(send(t, { url, signal: AbortSignal.abort() }), { code: 'http/aborted' });
});

/** A server that must not be reached; fails the test if it is. */
async function unreachable(t: TestContext): Promise<number> {
  let reached = 0;
  const server = createServer((socket) => {
    reached += 1;
    socket.destroy();
  });
  const port = await listening(t, server);
  t.after(() => assert.equal(reached, 0, 'nobody connects'));
  return port;
}

test('an address written in the url is refused before anything connects, in every spelling', async (t) => {
  const port = await unreachable(t);
  for (const host of [
    '127.0.0.1',
    '127.1',
    '0x7f.1',
    '2130706433',
    '0177.0.0.1',
    '[::1]',
    '[::ffff:127.0.0.1]',
    '0.0.0.0',
    '169.254.169.254',
    '[fe80::1]',
    '10.1.2.3',
  ])
    await assert.rejects(
      send(t, { url: `http://${host}:${port}/`, allowPrivate: false }),
      (error: QuoinError) => {
        assert.equal(error.code, 'http/address-forbidden', host);
        assert.equal(error.finding?.check, 'address-allowed');
        return true;
      },
    );
});

test('a name that leads to a forbidden address is refused; with allowPrivate a private one is not', async (t) => {
  const port = await unreachable(t);
  const url = `http://backend.test:${port}/`;
  for (const [address, family] of [
    ['127.0.0.1', 4],
    ['10.0.0.5', 4],
    ['169.254.169.254', 4],
    ['::1', 6],
    ['fd00::1', 6],
    ['::ffff:127.0.0.1', 6],
  ] as const) {
    const resolve = names([{ address, family }]);
    await assert.rejects(send(t, { url, allowPrivate: false, resolve }), (error: QuoinError) => {
      assert.equal(error.code, 'http/address-forbidden');
      assert.equal(error.finding?.field, 'backend.test');
      assert.equal(error.finding?.found, address);
      return true;
    });
  }
  const metadata = names([{ address: '169.254.169.254', family: 4 }]);
  await assert.rejects(send(t, { url, resolve: metadata }), { code: 'http/address-forbidden' });
  const here = await raw(t, 'HTTP/1.1 204 No Content\r\n\r\n');
  const resolve = names([{ address: '127.0.0.1', family: 4 }]);
  const named = here.replace('127.0.0.1', 'backend.test');
  assert.equal((await send(t, { url: named, resolve })).status, 204);
});

test('localhost by its name is this machine too', async (t) => {
  const port = await unreachable(t);
  await assert.rejects(send(t, { url: `http://localhost:${port}/`, allowPrivate: false }), {
    code: 'http/address-forbidden',
  });
});

test('of several addresses only the allowed are tried, and the name is asked once: no second answer counts', async (t) => {
  const here = await raw(t, 'HTTP/1.1 204 No Content\r\n\r\n');
  const resolve = names(
    [
      { address: '169.254.169.254', family: 4 },
      { address: '203.0.113.1', family: 4 },
      { address: '127.0.0.1', family: 4 },
    ],
    [{ address: '169.254.169.254', family: 4 }],
  );
  const url = here.replace('127.0.0.1', 'rebinding.test');
  assert.equal((await send(t, { url, resolve })).status, 204);
  assert.equal(resolve.asked(), 1);
});
