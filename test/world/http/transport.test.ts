import assert from 'node:assert/strict';
import { createServer as createHttpServer } from 'node:http';
import type { RequestListener } from 'node:http';
import { createServer as createTcpServer } from 'node:net';
import type { AddressInfo, Server, Socket } from 'node:net';
import { test } from 'node:test';
import type { TestContext } from 'node:test';
import type { PushReply, PushRequest, Transport } from '../../../src/msh/index.ts';
import { QuoinError } from '../../../src/protocol/errors/index.ts';
import { createTransport } from '../../../src/world/http/index.ts';
import type { TransportOptions } from '../../../src/world/http/index.ts';
import { countBytes, eventually, openDoor, reply } from './doors.ts';

function open(t: TestContext, options: TransportOptions = {}): Transport {
  const transport = createTransport(options);
  t.after(() => transport.close());
  return transport;
}

async function listen(t: TestContext, server: Server): Promise<string> {
  const sockets = new Set<Socket>();
  server.on('connection', (socket) => sockets.add(socket));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  t.after(() => {
    for (const socket of sockets) socket.destroy();
    return new Promise((resolve) => server.close(resolve));
  });
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}/as4`;
}

/** A peer that answers as the test wants; its connections are cut afterwards. */
async function peer(t: TestContext, listener: RequestListener): Promise<string> {
  return listen(t, createHttpServer(listener));
}

/** A peer that speaks bytes. */
async function rawPeer(t: TestContext, onSocket: (socket: Socket) => void): Promise<string> {
  const server = createTcpServer((socket) => {
    socket.on('error', () => socket.destroy());
    onSocket(socket);
  });
  return listen(t, server);
}

async function* pieces(bytes: number, chunk = 64 * 1024): AsyncGenerator<Uint8Array> {
  for (let left = bytes; left > 0; left -= chunk) yield Buffer.alloc(Math.min(left, chunk), 'x');
}

function post(address: string, bytes: number, more: Partial<PushRequest> = {}): PushRequest {
  return {
    address,
    headers: { 'Content-Type': 'multipart/related; boundary="b"' },
    contentLength: bytes,
    body: pieces(bytes),
    responseTimeout: 20_000,
    ...more,
  };
}

async function textOf(answer: PushReply): Promise<string> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of answer.body) chunks.push(chunk);
  return Buffer.concat(chunks).toString();
}

function failure(code: string, check?: string): (error: unknown) => boolean {
  return (error) => {
    assert.ok(error instanceof QuoinError, String(error));
    assert.equal(error.code, code, error.message);
    if (check !== undefined) assert.equal(error.finding?.check, check, error.message);
    assert.ok(error.finding?.advice, 'advice');
    return true;
  };
}

test('a message goes out by POST with its length and headers, and the answer comes back', async (t) => {
  let head:
    { method?: string | undefined; url?: string | undefined; headers: Record<string, unknown> } | undefined;
  const address = await peer(t, (request, response) => {
    head = { method: request.method, url: request.url, headers: request.headers };
    let bytes = 0;
    request.on('data', (chunk: Buffer) => (bytes += chunk.length));
    request.on('end', () => {
      response.writeHead(200, { 'Content-Type': 'application/soap+xml' }).end(`got ${bytes}`);
    });
  });
  const answer = await open(t).push(
    post(`${address}?x=1`, 300_000, {
      headers: { 'content-type': 'text/x', 'Content-Length': '7', Host: 'evil' },
    }),
  );
  assert.deepEqual([answer.status, answer.contentType], [200, 'application/soap+xml']);
  assert.equal(await textOf(answer), 'got 300000');
  assert.equal(head?.method, 'POST');
  assert.equal(head?.url, '/as4?x=1');
  assert.equal(head?.headers['content-length'], '300000');
  assert.equal(head?.headers['transfer-encoding'], undefined);
  assert.equal(head?.headers['content-type'], 'text/x');
  assert.equal(head?.headers.host, new URL(address).host);
});

test('an empty body has length 0', async (t) => {
  const door = await openDoor(t);
  assert.equal(await textOf(await open(t).push(post(door.as4, 0))), '0');
});

test('connections are used again, and no more than allowed are opened', async (t) => {
  const ports = new Set<number | undefined>();
  let running = 0;
  let most = 0;
  const address = await peer(t, (request, response) => {
    ports.add(request.socket.remotePort);
    running += 1;
    most = Math.max(most, running);
    request.resume().on('end', () =>
      setTimeout(() => {
        running -= 1;
        response.end('ok');
      }, 5),
    );
  });
  const transport = open(t, { connectionsPerHost: 2 });
  const answers = await Promise.all(Array.from({ length: 10 }, () => transport.push(post(address, 10))));
  for (const answer of answers) assert.equal(await textOf(answer), 'ok');
  assert.ok(most <= 2, `${most} at once`);
  assert.ok(ports.size <= 2, `${ports.size} connections`);
});

test('a connection the partner gave up in the meantime is not used again', async (t) => {
  const ports: (number | undefined)[] = [];
  const address = await rawPeer(t, (socket) => {
    ports.push(socket.remotePort);
    socket.once('data', () => {
      socket.write('HTTP/1.1 200 OK\r\nContent-Length: 2\r\nKeep-Alive: timeout=60\r\n\r\nok');
      setTimeout(() => socket.end(), 30);
    });
  });
  const transport = open(t);
  for (let i = 0; i < 3; i += 1) {
    assert.equal(await textOf(await transport.push(post(address, 10))), 'ok');
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
  assert.equal(new Set(ports).size, 3);
});

test('redirects are answers, not followed', async (t) => {
  let elsewhere = 0;
  const other = await peer(t, (_request, response) => {
    elsewhere += 1;
    response.end();
  });
  const address = await peer(t, (request, response) => {
    request.resume();
    response.writeHead(307, { Location: other }).end();
  });
  assert.equal((await open(t).push(post(address, 10))).status, 307);
  assert.equal(elsewhere, 0);
});

test('an answer given before the message was taken is read', async (t) => {
  const closing = await peer(t, (_request, response) => {
    response.writeHead(413, { Connection: 'close', 'Content-Type': 'text/plain' }).end('too large for me');
  });
  const keeping = await openDoor(t, { receive: async () => reply(400, 'no') });
  const transport = open(t);
  for (let i = 0; i < 10; i += 1) {
    let ended = false;
    const body = (async function* () {
      try {
        yield* pieces(20_000_000);
      } finally {
        ended = true;
      }
    })();
    const answer = await transport.push(post(closing, 20_000_000, { body }));
    assert.equal(answer.status, 413);
    assert.equal(await textOf(answer), 'too large for me');
    await eventually(() => ended, 'source closed');
    assert.equal(await textOf(await transport.push(post(keeping.as4, 20_000_000))), 'no');
  }
});

test('an answer followed by a reset is read', async (t) => {
  const address = await rawPeer(t, (socket) => {
    socket.once('data', () => {
      socket.pause();
      socket.write('HTTP/1.1 503 Busy\r\nContent-Length: 4\r\nConnection: close\r\n\r\nbusy', () =>
        setTimeout(() => socket.resetAndDestroy(), 50),
      );
    });
  });
  const answer = await open(t).push(post(address, 20_000_000));
  assert.equal(answer.status, 503);
  assert.equal(await textOf(answer), 'busy');
});

test('an answer that ends with the connection, an empty one and one without type are read', async (t) => {
  const address = await rawPeer(t, (socket) => {
    socket.once('data', () => socket.end('HTTP/1.1 200 OK\r\n\r\nuntil the end'));
  });
  const answer = await open(t).push(post(address, 10));
  assert.deepEqual([answer.status, answer.contentType], [200, undefined]);
  assert.equal(await textOf(answer), 'until the end');
  const empty = await peer(t, (request, response) => {
    request.resume();
    response.writeHead(204).end();
  });
  assert.equal(await textOf(await open(t).push(post(empty, 10))), '');
});

test('an answer over the limit fails when it is read', async (t) => {
  const address = await peer(t, (request, response) => {
    request.resume().on('end', () => response.end(Buffer.alloc(50_000)));
  });
  const answer = await open(t, { maxReplyBytes: 10_000 }).push(post(address, 10));
  assert.equal(answer.status, 200);
  await assert.rejects(textOf(answer), failure('http/reply-too-large'));
});

test('a connection that breaks inside the answer fails when it is read', async (t) => {
  const address = await rawPeer(t, (socket) => {
    socket.once('data', () => {
      socket.write('HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nonly this', () => socket.end());
    });
  });
  const answer = await open(t).push(post(address, 10));
  await assert.rejects(textOf(answer), failure('http/connection-reset'));
});

test('nobody listening, an unknown host and a connection cut are told apart', async (t) => {
  const closed = createTcpServer();
  const address = await listen(t, closed);
  await new Promise((resolve) => closed.close(resolve));
  const transport = open(t);
  await assert.rejects(transport.push(post(address, 10)), failure('http/connection-refused'));
  await assert.rejects(
    transport.push(post('http://no-such-host.invalid/as4', 10)),
    failure('http/dns-failed', 'host-name-resolves'),
  );
  const cutting = await rawPeer(t, (socket) => socket.once('data', () => socket.resetAndDestroy()));
  await assert.rejects(transport.push(post(cutting, 1_000_000)), failure('http/connection-reset'));
  const hangingUp = await rawPeer(t, (socket) => socket.once('data', () => socket.end()));
  await assert.rejects(transport.push(post(hangingUp, 10)), failure('http/connection-reset'));
});

test('what is not HTTP is said so', async (t) => {
  const address = await rawPeer(t, (socket) => socket.once('data', () => socket.end('220 smtp ready\r\n')));
  await assert.rejects(open(t).push(post(address, 10)), failure('http/not-http'));
});

test('timeouts name their phase', async (t) => {
  const transport = open(t, { stallTimeoutMs: 200, replyTimeoutMs: 200 });
  const phase = (word: string) => (error: unknown) =>
    failure('http/timeout')(error) && new RegExp(word).test((error as QuoinError).finding?.found ?? '');
  const deaf = await rawPeer(t, (socket) => void socket.pause());
  await assert.rejects(transport.push(post(deaf, 50_000_000)), phase('send'));
  const mute = await rawPeer(t, (socket) => void socket.resume());
  await assert.rejects(transport.push(post(mute, 10, { responseTimeout: 100 })), phase('response'));
  const dripping = await rawPeer(t, (socket) => {
    socket.once('data', () => {
      socket.write('HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n');
      const timer = setInterval(() => socket.write('x'), 20);
      socket.on('close', () => clearInterval(timer));
    });
  });
  const answer = await transport.push(post(dripping, 10));
  await assert.rejects(textOf(answer), phase('reply'));
});

test('connecting is bounded in time', async (t) => {
  // Accepts TCP and never answers the TLS handshake.
  const mute = await rawPeer(t, (socket) => void socket.resume());
  const transport = open(t, { connectTimeoutMs: 150 });
  await assert.rejects(transport.push(post(mute.replace('http:', 'https:'), 10)), failure('http/timeout'));
});

test('a source slower than the stall limit is not the partner being slow', async (t) => {
  const door = await openDoor(t);
  const body = (async function* () {
    yield Buffer.from('a');
    await new Promise((resolve) => setTimeout(resolve, 300));
    yield Buffer.from('b');
  })();
  const transport = open(t, { stallTimeoutMs: 100 });
  assert.equal(await textOf(await transport.push(post(door.as4, 2, { body }))), '2');
});

test('a source that fails passes its own error, and the partner sees an aborted message', async (t) => {
  let partnerSaw: string | undefined;
  const door = await openDoor(t, {
    receive: async (request) => {
      try {
        return await countBytes(request);
      } catch (error) {
        partnerSaw = (error as { code?: string }).code;
        return reply(200);
      }
    },
  });
  const broken = new QuoinError('payloads/not-found', 'gone');
  const body = (async function* () {
    yield Buffer.alloc(100_000);
    throw broken;
  })();
  await assert.rejects(open(t).push(post(door.as4, 200_000, { body })), (error) => error === broken);
  await eventually(() => partnerSaw === 'http/connection-dropped', 'abort at the partner');
});

test('a source longer or shorter than announced fails and never completes at the partner', async (t) => {
  let completed = 0;
  const door = await openDoor(t, {
    receive: async (request) => {
      const answer = await countBytes(request);
      completed += 1;
      return answer;
    },
  });
  const transport = open(t);
  for (const [announced, found] of [
    [1_000, 999],
    [1_000, 1_001],
    [1_000, 0],
    [1_000, 200_000],
    [200_000, 199_999],
    [200_000, 200_001],
  ] as const) {
    const push = transport.push(post(door.as4, announced, { body: pieces(found, 700) }));
    await assert.rejects(push, { code: 'http/body-length-mismatch' });
  }
  await eventually(() => door.observer.named('http/connection-dropped').length >= 2, 'aborts at the partner');
  assert.equal(completed, 0);
});

test('a push can be stopped, before and while it runs', async (t) => {
  const transport = open(t);
  let contacts = 0;
  const mute = await rawPeer(t, (socket) => {
    contacts += 1;
    socket.resume();
  });
  const before = transport.push(post(mute, 10, { signal: AbortSignal.abort() }));
  await assert.rejects(before, { code: 'http/aborted' });
  assert.equal(contacts, 0);
  const stop = new AbortController();
  const running = transport.push(post(mute, 10, { signal: stop.signal }));
  await eventually(() => contacts === 1, 'contact');
  stop.abort();
  await assert.rejects(running, { code: 'http/aborted' });
});

test('addresses a message cannot go to are refused', async (t) => {
  const transport = open(t);
  for (const address of ['ftp://x/', 'not a url', 'http://user:secret@127.0.0.1/', 'file:///etc/passwd']) {
    await assert.rejects(transport.push(post(address, 1)), (error) => {
      assert.doesNotMatch(JSON.stringify(error), /secret/);
      return failure('http/address-invalid')(error);
    });
  }
});

test('a message larger than memory would like flows with back-pressure', async (t) => {
  const door = await openDoor(t);
  const before = process.memoryUsage().rss;
  let peak = 0;
  const body = (async function* () {
    for (let i = 0; i < 300; i += 1) {
      peak = Math.max(peak, process.memoryUsage().rss);
      yield Buffer.alloc(1_000_000);
    }
  })();
  const answer = await open(t).push(post(door.as4, 300_000_000, { body }));
  assert.equal(await textOf(answer), '300000000');
  assert.ok(peak - before < 150_000_000, `memory grew by ${peak - before}`);
});

test('a transport that is closed pushes no more, whether or not it ever did', async (t) => {
  let pushed = 0;
  const address = await peer(t, (request, response) => {
    pushed += 1;
    request.resume().on('end', () => response.end());
  });
  for (const used of [true, false]) {
    const transport = createTransport();
    if (used) await textOf(await transport.push(post(address, 10)));
    await Promise.all([transport.close(), transport.close()]);
    await assert.rejects(transport.push(post(address, 10)), QuoinError);
  }
  assert.equal(pushed, 1);
});
