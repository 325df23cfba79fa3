import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Readable } from 'node:stream';
import { request as httpRequest } from 'node:http';
import { Client } from 'undici';
import type { As4Request } from '../../../src/msh/index.ts';
import { startAs4Listener } from '../../../src/world/http/index.ts';
import { eventually, openDoor, rawConnection, remembering, reply } from './doors.ts';

const HEAD = (length: number | string, more = ''): string =>
  `POST /as4 HTTP/1.1\r\nHost: x\r\nContent-Type: multipart/related\r\n${
    typeof length === 'number' ? `Content-Length: ${length}` : 'Transfer-Encoding: chunked'
  }\r\n${more}\r\n`;

test('a POST reaches receive with type, length, address and bytes; the reply goes back as it is', async (t) => {
  let seen: As4Request | undefined;
  const door = await openDoor(t, {
    receive: async (request) => {
      seen = request;
      const chunks: Uint8Array[] = [];
      for await (const chunk of request.body) chunks.push(chunk);
      return {
        status: 200,
        headers: { 'Content-Type': 'application/soap+xml; charset=utf-8', 'X-Own': 'yes' },
        body: Buffer.concat(chunks),
      };
    },
  });
  const response = await fetch(door.as4, {
    method: 'POST',
    headers: { 'content-type': 'multipart/related; boundary="b"' },
    body: 'Grüße',
  });
  assert.equal(response.status, 200);
  assert.equal(response.headers.get('content-type'), 'application/soap+xml; charset=utf-8');
  assert.equal(response.headers.get('x-own'), 'yes');
  assert.equal(response.headers.get('content-length'), '7');
  assert.equal(await response.text(), 'Grüße');
  assert.equal(seen?.contentType, 'multipart/related; boundary="b"');
  assert.equal(seen?.contentLength, 7);
  assert.equal(seen?.remote, '127.0.0.1');
  await eventually(() => door.observer.named('http/message-answered').length === 1, 'answer event');
});

test('a chunked body has no length and is read to its end', async (t) => {
  let length: number | undefined = 1;
  const door = await openDoor(t, {
    receive: async (request) => {
      length = request.contentLength;
      let bytes = 0;
      for await (const chunk of request.body) bytes += chunk.byteLength;
      return reply(200, String(bytes));
    },
  });
  const body = Readable.from([Buffer.alloc(70_000), Buffer.alloc(5)]);
  const response = await fetch(door.as4, { method: 'POST', body, duplex: 'half' });
  assert.equal(await response.text(), '70005');
  assert.equal(length, undefined);
});

test('other methods get 405 with Allow and a text a person can read; other paths 404', async (t) => {
  const door = await openDoor(t);
  for (const method of ['GET', 'PUT', 'DELETE', 'OPTIONS']) {
    const response = await fetch(door.as4, { method });
    assert.equal(response.status, 405, method);
    assert.equal(response.headers.get('allow'), 'POST');
    assert.match(await response.text(), /AS4 endpoint/);
  }
  const elsewhere = await fetch(`${door.address.url}/other`, { method: 'POST', body: 'x' });
  assert.equal(elsewhere.status, 404);
  assert.match(await elsewhere.text(), /\/as4/);
  assert.equal((await fetch(`${door.as4}?x=1`, { method: 'POST', body: 'x' })).status, 200);
});

test('a compressed HTTP body is refused', async (t) => {
  const door = await openDoor(t);
  const refused = await fetch(door.as4, {
    method: 'POST',
    headers: { 'content-encoding': 'gzip' },
    body: 'x',
  });
  assert.equal(refused.status, 415);
  const identity = await fetch(door.as4, {
    method: 'POST',
    headers: { 'content-encoding': 'Identity' },
    body: 'x',
  });
  assert.equal(identity.status, 200);
});

test('a message announced too large is refused without calling receive, and the sender gets the answer', async (t) => {
  let calls = 0;
  const door = await openDoor(t, {
    limits: { messageBytes: 1_000 },
    receive: async () => {
      calls += 1;
      return reply(200);
    },
  });
  const response = await fetch(door.as4, { method: 'POST', body: Buffer.alloc(3_000_000) });
  assert.equal(response.status, 413);
  assert.match(await response.text(), /1000 bytes/);
  assert.equal(calls, 0);
});

test('a message that turns out too large while streaming is cut off with 413, whatever receive answers', async (t) => {
  let error: unknown;
  const door = await openDoor(t, {
    limits: { messageBytes: 100_000 },
    receive: async (request) => {
      try {
        for await (const _ of request.body);
      } catch (e) {
        error = e;
      }
      return reply(200, 'took it');
    },
  });
  const { socket, until } = await rawConnection(t, door.address.port);
  socket.write(HEAD('chunked'));
  socket.write(`${(200_000).toString(16)}\r\n`);
  socket.write(Buffer.alloc(200_000));
  const text = await until(/\r\n\r\n.*\n/);
  assert.match(text, /^HTTP\/1\.1 413 /);
  assert.equal((error as { code?: string }).code, 'http/message-too-large');
});

test('more messages at once than allowed get 503 with Retry-After, and places come free again', async (t) => {
  const gate: (() => void)[] = [];
  const door = await openDoor(t, {
    limits: { concurrentMessages: 1 },
    receive: async () => {
      await new Promise<void>((resolve) => gate.push(resolve));
      return reply(200);
    },
  });
  const first = fetch(door.as4, { method: 'POST', body: 'x' });
  await eventually(() => gate.length === 1, 'first message');
  const second = await fetch(door.as4, { method: 'POST', body: 'x' });
  assert.equal(second.status, 503);
  assert.match(second.headers.get('retry-after') ?? '', /^\d+$/);
  gate.pop()?.();
  assert.equal((await first).status, 200);
  const third = fetch(door.as4, { method: 'POST', body: 'x' });
  await eventually(() => gate.length === 1, 'third message');
  gate.pop()?.();
  assert.equal((await third).status, 200);
});

test(
  'an expectation nobody knows is no way around the gate and the bound on what is drained',
  { timeout: 30_000 },
  async (t) => {
    const door = await openDoor(t, { limits: { drainBytes: 1_000, drainMs: 200 } });
    const { socket, ended } = await rawConnection(t, door.address.port);
    socket.write(
      'POST /elsewhere HTTP/1.1\r\nHost: x\r\nExpect: something\r\nContent-Length: 1000000\r\n\r\nbegun',
    );
    await ended;
    assert.equal(door.observer.named('http/message-refused')[0]?.status, 404);
  },
);

test('Expect: 100-continue: the body is asked for only when it is wanted', async (t) => {
  const door = await openDoor(t, { limits: { messageBytes: 10 } });
  const wanted = await rawConnection(t, door.address.port);
  wanted.socket.write(HEAD(4, 'Expect: 100-continue\r\n'));
  await wanted.until(/^HTTP\/1\.1 100 Continue\r\n\r\n/);
  wanted.socket.write('abcd');
  await wanted.until(/HTTP\/1\.1 200 OK[^]*\r\n\r\n4$/);

  const unwanted = await rawConnection(t, door.address.port);
  unwanted.socket.write(HEAD(11, 'Expect: 100-continue\r\n'));
  const text = await unwanted.until(/HTTP\/1\.1 413 [^]*\r\n\r\n.+\n/);
  assert.doesNotMatch(text, /100 Continue/);
  assert.match(text, /Connection: close/i);
  await unwanted.ended;
});

test('an early answer reaches a sender that goes on sending, and one that reads only at its end', async (t) => {
  const door = await openDoor(t, { receive: async () => reply(200, 'early') });
  const { socket, until, ended } = await rawConnection(t, door.address.port);
  const half = Buffer.alloc(2_000_000);
  socket.write(HEAD(half.length * 2));
  socket.write(half);
  await until(/HTTP\/1\.1 200 OK[^]*early$/);
  // The rest is taken, and the connection serves the next request.
  socket.write(half);
  socket.write(HEAD(1));
  socket.write('x');
  await until(/early[^]*HTTP\/1\.1 200 OK[^]*early$/);
  socket.end();
  await ended;
});

test('an early answer is followed by a bounded drain only', async (t) => {
  const door = await openDoor(t, {
    limits: { drainBytes: 1_000_000, drainMs: 60_000 },
    receive: async () => reply(200, 'early'),
  });
  const { socket, until, ended } = await rawConnection(t, door.address.port);
  socket.write(HEAD(1_000_000_000));
  const pump = (): void => {
    while (!socket.destroyed && socket.write(Buffer.alloc(64 * 1024)));
  };
  socket.on('drain', pump);
  pump();
  await until(/early$/);
  await ended;
  assert.ok(socket.bytesWritten < 500_000_000, `${socket.bytesWritten} bytes went in`);
});

test('receive reading part of the body and leaving does not break the connection before the answer', async (t) => {
  const door = await openDoor(t, {
    receive: async (request) => {
      for await (const _ of request.body) break;
      return reply(400, 'seen enough');
    },
  });
  // Often, because the next request comes on the same connection.
  for (let i = 0; i < 40; i += 1) {
    const response = await fetch(door.as4, { method: 'POST', body: Buffer.alloc(4_000_000) });
    assert.equal(response.status, 400);
    assert.equal(await response.text(), 'seen enough');
  }
});

test('a connection that drops surfaces in the body as an error', async (t) => {
  let error: { code?: string } | undefined;
  let started = false;
  const door = await openDoor(t, {
    receive: async (request) => {
      try {
        for await (const _ of request.body) started = true;
      } catch (e) {
        error = e as { code?: string };
      }
      return reply(200);
    },
  });
  const { socket } = await rawConnection(t, door.address.port);
  socket.write(HEAD(1_000));
  socket.write('abc');
  await eventually(() => started, 'first bytes');
  socket.destroy();
  await eventually(() => error !== undefined, 'abort');
  assert.equal(error?.code, 'http/connection-dropped');
  await eventually(() => door.observer.named('http/connection-dropped').length === 1, 'event');
});

test('a sender that closes its half before the end is a dropped connection too', async (t) => {
  let code: string | undefined;
  const door = await openDoor(t, {
    receive: async (request) => {
      try {
        for await (const _ of request.body);
      } catch (e) {
        code = (e as { code?: string }).code;
      }
      return reply(200);
    },
  });
  const { socket } = await rawConnection(t, door.address.port);
  socket.end(`${HEAD(1_000)}abc`);
  await eventually(() => code !== undefined, 'abort');
  assert.equal(code, 'http/connection-dropped');
});

test('a slow drip and a silent sender are ended with 408', async (t) => {
  const door = await openDoor(t, { limits: { idleMs: 200, minBytesPerSecond: 100_000 } });
  const silent = await rawConnection(t, door.address.port);
  silent.socket.write(HEAD(1_000));
  await silent.until(/^HTTP\/1\.1 408 /);

  const drip = await rawConnection(t, door.address.port);
  drip.socket.write(HEAD(1_000_000));
  const timer = setInterval(() => drip.socket.write('x'), 20);
  t.after(() => clearInterval(timer));
  await drip.until(/^HTTP\/1\.1 408 /);
  assert.equal(door.observer.named('http/message-refused').length, 2);
});

test('a slow reader on our side is not held against the sender', async (t) => {
  const door = await openDoor(t, {
    limits: { idleMs: 150, minBytesPerSecond: 1_000_000_000 },
    receive: async (request) => {
      let bytes = 0;
      for await (const chunk of request.body) {
        if (bytes === 0) await new Promise((resolve) => setTimeout(resolve, 400));
        bytes += chunk.byteLength;
      }
      return reply(200, String(bytes));
    },
  });
  const response = await fetch(door.as4, { method: 'POST', body: Buffer.alloc(200_000) });
  assert.equal(await response.text(), '200000');
});

test('headers that do not come in time, are too large or are not HTTP get their status', async (t) => {
  const door = await openDoor(t, { limits: { headersMs: 200 } });
  const slow = await rawConnection(t, door.address.port);
  slow.socket.write('POST /as4 HTTP/1.1\r\n');
  await slow.until(/^HTTP\/1\.1 408 /);
  const large = await rawConnection(t, door.address.port);
  large.socket.write(`POST /as4 HTTP/1.1\r\nHost: x\r\nX: ${'a'.repeat(40_000)}\r\n\r\n`);
  await large.until(/^HTTP\/1\.1 431 /);
  const garbage = await rawConnection(t, door.address.port);
  garbage.socket.write('\u0016\u0003\u0001 hello\r\n\r\n');
  await garbage.until(/^HTTP\/1\.1 400 /);
  const smuggled = await rawConnection(t, door.address.port);
  smuggled.socket.write(
    'POST /as4 HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n',
  );
  await smuggled.until(/^HTTP\/1\.1 400 /);
  assert.ok(door.observer.named('http/request-malformed').length >= 3);
});

test('back-pressure: what receive does not read stays with the sender', async (t) => {
  let go: () => void = () => undefined;
  const door = await openDoor(t, {
    receive: async (request) => {
      const body = request.body[Symbol.asyncIterator]();
      await body.next();
      await new Promise<void>((resolve) => {
        go = resolve;
      });
      while ((await body.next()).done !== true);
      return reply(200, 'done');
    },
  });
  const { socket, until } = await rawConnection(t, door.address.port);
  const total = 100_000_000;
  socket.write(HEAD(total));
  const chunk = Buffer.alloc(1_000_000);
  for (let i = 0; i < 100; i += 1) socket.write(chunk);
  await new Promise((resolve) => setTimeout(resolve, 300));
  assert.ok(socket.writableLength > 50_000_000, `only ${socket.writableLength} bytes were held back`);
  go();
  await until(/done$/);
});

test('a defect in receive is a 500 without its reason', async (t) => {
  const door = await openDoor(t, {
    receive: async () => {
      throw new Error('secret reason');
    },
  });
  const response = await fetch(door.as4, { method: 'POST', body: 'x' });
  assert.equal(response.status, 500);
  assert.doesNotMatch(await response.text(), /secret/);
  assert.equal(door.observer.named('http/receive-failed').length, 1);
});

test('an answer to a sender that has gone is told apart', async (t) => {
  let go: (() => void) | undefined;
  const door = await openDoor(t, {
    receive: async (request) => {
      for await (const _ of request.body);
      await new Promise<void>((resolve) => {
        go = resolve;
      });
      return reply(200);
    },
  });
  const request = httpRequest(door.as4, { method: 'POST' });
  request.on('error', () => {
    // The point of the test.
  });
  request.end('x');
  await eventually(() => go !== undefined, 'message');
  const gone = new Promise((resolve) => request.once('close', resolve));
  request.destroy();
  await gone;
  await new Promise((resolve) => setTimeout(resolve, 50));
  go?.();
  await eventually(() => door.observer.named('http/answer-undelivered').length === 1, 'undelivered');
});

test('closing lets a running message finish, refuses new ones and drops idle connections', async (t) => {
  let go: () => void = () => undefined;
  let running = false;
  const door = await openDoor(t, {
    limits: { closeMs: 20_000, keepAliveMs: 60_000 },
    receive: async (request) => {
      for await (const _ of request.body);
      running = true;
      await new Promise<void>((resolve) => {
        go = resolve;
      });
      return reply(200, 'finished');
    },
  });
  const idle = await rawConnection(t, door.address.port);
  const fresh = await rawConnection(t, door.address.port);
  idle.socket.write('GET /as4 HTTP/1.1\r\nHost: x\r\n\r\n');
  await idle.until(/405/);
  const client = new Client(door.address.url);
  t.after(() => client.close());
  const answer = client.request({ path: '/as4', method: 'POST', body: 'x' });
  await eventually(() => running, 'message');
  let closed = false;
  const closing = door.close().then(() => {
    closed = true;
  });
  await Promise.all([idle.ended, fresh.ended]);
  await assert.rejects(fetch(door.as4, { method: 'POST', body: 'x' }));
  assert.equal(closed, false);
  go();
  assert.equal(await (await answer).body.text(), 'finished');
  await closing;
});

test('closing cuts what does not finish in time', async (t) => {
  let running = false;
  const door = await openDoor(t, {
    limits: { closeMs: 100 },
    receive: () => {
      running = true;
      return new Promise(() => undefined);
    },
  });
  const answer = fetch(door.as4, { method: 'POST', body: 'x' });
  answer.catch(() => undefined);
  await eventually(() => running, 'message');
  await door.close();
  await assert.rejects(answer);
});

test('a port that is taken, and an address that is not ours, are named with the cure', async (t) => {
  const door = await openDoor(t);
  const start = (host: string, port: number) =>
    startAs4Listener({
      host,
      port,
      path: '/as4',
      receive: async () => reply(200),
      limits: { messageBytes: 1 },
      observer: remembering(),
    });
  await assert.rejects(start('127.0.0.1', door.address.port), {
    code: 'http/port-taken',
    message: new RegExp(String(door.address.port)),
  });
  await assert.rejects(start('192.0.2.1', 0), { code: 'http/address-not-available' });
});

test('it listens on IPv6 too', async (t) => {
  const observer = remembering();
  const door = await startAs4Listener({
    host: '::1',
    port: 0,
    path: '/as4',
    receive: async () => reply(200, 'six'),
    limits: { messageBytes: 10 },
    observer,
  }).catch((error: { code?: string }) => {
    if (error.code === 'http/address-not-available') return undefined;
    throw error;
  });
  if (!door) return t.skip('this machine has no IPv6');
  t.after(() => door.close());
  assert.match(door.address.url, /^http:\/\/\[::1\]:\d+$/);
  assert.equal(await (await fetch(`${door.address.url}/as4`, { method: 'POST', body: 'x' })).text(), 'six');
});
