import assert from 'node:assert/strict';
import { createServer as createHttpServer } from 'node:http';
import type { RequestListener } from 'node:http';
import { createServer as createHttpsServer } from 'node:https';
import { createServer } from 'node:net';
import type { AddressInfo, Server, Socket } from 'node:net';
import { test } from 'node:test';
import type { TestContext } from 'node:test';
import type { FetchedAnswer } from '../../../src/oots/ports/index.ts';
import { isQuoinError } from '../../../src/protocol/errors/index.ts';
import { createFetcher } from '../../../src/world/http/index.ts';
import type { FetcherOptions } from '../../../src/world/http/index.ts';
import { makeAuthority } from './tls-material.ts';

/** An answer is awaited as long as a busy machine may need, unless waiting is what the test is about. */
const PATIENT = 120_000;

type Changed = Partial<FetcherOptions> & { readonly signal?: AbortSignal };

async function get(t: TestContext, url: string, changed: Changed = {}): Promise<FetchedAnswer> {
  const { signal, ...options } = changed;
  const advice = 'Set allowPrivate: true';
  const fetcher = createFetcher({
    allowPrivate: true,
    advice,
    timeoutMs: PATIENT,
    maxBytes: 1000,
    ...options,
  });
  t.after(() => fetcher.close());
  return await fetcher.get({ url, headers: { 'x-own': 'yes' }, signal });
}

async function codeOf(t: TestContext, url: string, changed: Changed = {}): Promise<string> {
  try {
    await get(t, url, changed);
    return 'fetched';
  } catch (error) {
    assert.ok(isQuoinError(error), String(error));
    if (error.code !== 'http/aborted') assert.ok(error.finding?.advice, error.code);
    return error.code;
  }
}

async function listening(t: TestContext, server: Server): Promise<number> {
  const sockets = new Set<Socket>();
  server.on('connection', (socket: Socket) => {
    sockets.add(socket);
    socket.on('error', () => undefined);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  t.after(() => {
    server.close();
    for (const socket of sockets) socket.destroy();
  });
  return (server.address() as AddressInfo).port;
}

async function served(t: TestContext, handler: RequestListener): Promise<string> {
  return `http://127.0.0.1:${await listening(t, createHttpServer(handler))}`;
}

test('the body comes byte for byte, with the headers, and what is asked arrives', async (t) => {
  const body = Buffer.from([0, 1, 0xff, 0xfe]);
  let asked: unknown;
  const base = await served(t, ({ url, headers }, response) => {
    asked = [url, headers['x-own'], headers['accept-encoding']];
    response.writeHead(200, { Digest: 'a', 'X-Twice': ['1', '2'] }).end(body);
  });
  const answer = await get(t, `${base}/rest/search?a=b%20c`);
  assert.deepEqual(Buffer.from(answer.body), body);
  assert.equal(answer.headers['digest'], 'a');
  assert.equal(answer.headers['x-twice'], '1, 2');
  assert.deepEqual(asked, ['/rest/search?a=b%20c', 'yes', 'identity']);
});

test('a long head is read: signatures with their certificates stand in it', async (t) => {
  const base = await served(t, (_, response) =>
    response.writeHead(200, { Sig: 'x'.repeat(15_000) }).end('ok'),
  );
  assert.equal((await get(t, base)).headers['sig']?.length, 15_000);
});

test('any status but 200 is a failure', async (t) => {
  for (const status of [204, 304, 400, 404, 407, 500, 503]) {
    const base = await served(t, (_, response) => response.writeHead(status).end());
    assert.equal(await codeOf(t, base), 'http/status', String(status));
  }
});

test('more than allowed is refused, announced or not, and what fits is not', async (t) => {
  const long = Buffer.alloc(1001);
  const announced = await served(t, (_, response) => response.writeHead(200).end(long));
  assert.equal(await codeOf(t, announced), 'http/reply-too-large');
  const streamed = await served(t, (_, response) => {
    response.writeHead(200).write(long.subarray(500));
    response.end(long.subarray(500));
  });
  assert.equal(await codeOf(t, streamed), 'http/reply-too-large');
  assert.equal((await get(t, announced, { maxBytes: 1001 })).body.byteLength, 1001);
});

test('a redirect within the host is followed, one to another place is not, nor one that never ends', async (t) => {
  const base = await served(t, ({ url }, response) => {
    if (url === '/there') response.writeHead(200).end('ok');
    else response.writeHead(302, { Location: url === '/round' ? '/round' : '/there' }).end();
  });
  assert.equal(Buffer.from((await get(t, `${base}/here`)).body).toString(), 'ok');
  assert.equal(await codeOf(t, `${base}/round`), 'http/redirect-refused');
  let reached = false;
  const other = await served(t, (_, response) => {
    reached = true;
    response.end();
  });
  for (const location of [other, 'https://127.0.0.1/', 'http://[', undefined]) {
    const away = await served(t, (_, response) =>
      response.writeHead(307, location === undefined ? {} : { Location: location }).end(),
    );
    assert.equal(await codeOf(t, away), 'http/redirect-refused', location);
  }
  assert.equal(reached, false);
});

test('who hangs, before the answer or within it, is left', async (t) => {
  const silent = await served(t, () => undefined);
  assert.equal(await codeOf(t, silent, { timeoutMs: 200 }), 'http/timeout');
  const stuck = await served(t, (_, response) => response.writeHead(200).write('begun'));
  assert.equal(await codeOf(t, stuck, { timeoutMs: 200 }), 'http/timeout');
});

test('a broken or foreign answer is told apart', async (t) => {
  const raw = async (text: string): Promise<string> => {
    const server = createServer((socket) => socket.once('data', () => socket.end(text)));
    return `http://127.0.0.1:${await listening(t, server)}`;
  };
  assert.equal(await codeOf(t, await raw('SSH-2.0-x\r\n')), 'http/not-http');
  assert.equal(
    await codeOf(t, await raw('HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhalf')),
    'http/connection-reset',
  );
  assert.equal(await codeOf(t, 'http://127.0.0.1:1'), 'http/connection-refused');
});

test('a connection that closed before the answer is made again, once', async (t) => {
  let asked = 0;
  const closing = (times: number): Promise<string> =>
    served(t, ({ socket }, response) => {
      asked += 1;
      if (asked <= times) socket.destroy();
      else response.end('ok');
    });
  assert.equal(await codeOf(t, await closing(1)), 'fetched');
  assert.equal(asked, 2);
  asked = 0;
  assert.equal(await codeOf(t, await closing(2)), 'http/connection-reset');
  assert.equal(asked, 2);
});

test('private addresses are refused unless allowed, and the advice says how', async (t) => {
  const base = await served(t, (_, response) => response.end());
  await assert.rejects(get(t, base, { allowPrivate: false }), (error) => {
    assert.ok(isQuoinError(error));
    assert.equal(error.code, 'http/address-forbidden');
    assert.match(error.finding?.advice ?? '', /^Set allowPrivate: true; otherwise/);
    return true;
  });
});

test('TLS is verified against the authorities given', async (t) => {
  const authority = await makeAuthority();
  const { key, certificate } = await authority.issue();
  const server = createHttpsServer({ key, cert: certificate }, (_, response) => response.end('ok'));
  const url = `https://127.0.0.1:${await listening(t, server)}`;
  assert.equal(await codeOf(t, url), 'http/tls-failed');
  assert.equal((await get(t, url, { ca: [authority.certificate] })).body.byteLength, 2);
});

test('whoever asks may stop it', async (t) => {
  const stop = new AbortController();
  const base = await served(t, () => stop.abort());
  assert.equal(await codeOf(t, base, { signal: stop.signal }), 'http/aborted');
});
