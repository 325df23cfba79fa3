import assert from 'node:assert/strict';
import { connect } from 'node:tls';
import type { ConnectionOptions } from 'node:tls';
import { test } from 'node:test';
import { Agent, request } from 'undici';
import { eventually, openDoor, rawConnection } from './doors.ts';
import { makeAuthority, makeSelfSigned } from './tls-material.ts';

/** Posts over TLS with a connection of its own. */
async function post(url: string, tls: ConnectionOptions): Promise<{ status: number; text: string }> {
  const agent = new Agent({ connect: tls as object });
  try {
    const { statusCode, body } = await request(url, { method: 'POST', body: 'hello', dispatcher: agent });
    return { status: statusCode, text: await body.text() };
  } finally {
    await agent.close();
  }
}

/** The protocol a handshake ends with, or the error code. */
function handshake(port: number, options: ConnectionOptions): Promise<string> {
  return new Promise((resolve) => {
    const socket = connect({ port, host: '127.0.0.1', ...options });
    socket.once('secureConnect', () => {
      resolve(socket.getProtocol() ?? 'none');
      socket.destroy();
    });
    socket.once('error', (error: NodeJS.ErrnoException) => resolve(error.code ?? error.message));
  });
}

test('TLS 1.2 and 1.3 are spoken, 1.1 and suites without forward secrecy are not', async (t) => {
  const ca = await makeAuthority();
  const door = await openDoor(t, { tls: await ca.issue() });
  assert.match(door.as4, /^https:/);
  assert.deepEqual(await post(door.as4, { ca: ca.certificate }), { status: 200, text: '5' });
  const { port } = door.address;
  const trust = { ca: ca.certificate };
  assert.equal(await handshake(port, { ...trust, maxVersion: 'TLSv1.2' }), 'TLSv1.2');
  assert.equal(await handshake(port, { ...trust, minVersion: 'TLSv1.3' }), 'TLSv1.3');
  const old = { ...trust, minVersion: 'TLSv1', maxVersion: 'TLSv1.1', ciphers: 'ALL@SECLEVEL=0' } as const;
  assert.match(await handshake(port, old), /PROTOCOL_VERSION/);
  const weak = { ...trust, maxVersion: 'TLSv1.2', ciphers: 'ECDHE-ECDSA-AES128-SHA' } as const;
  assert.match(await handshake(port, weak), /HANDSHAKE_FAILURE/);
  const reasons = (): string =>
    door.observer
      .named('http/handshake-failed')
      .map((e) => e.reason)
      .join();
  await eventually(
    () => /UNSUPPORTED_PROTOCOL/.test(reasons()) && /NO_SHARED_CIPHER/.test(reasons()),
    'events',
  );
});

test('minVersion TLSv1.3 refuses 1.2', async (t) => {
  const ca = await makeAuthority();
  const door = await openDoor(t, { tls: { ...(await ca.issue()), minVersion: 'TLSv1.3' } });
  const refused = await handshake(door.address.port, { ca: ca.certificate, maxVersion: 'TLSv1.2' });
  assert.match(refused, /PROTOCOL_VERSION/);
});

test('required client certificates: ours is let in, none and a foreign one are not', async (t) => {
  const ca = await makeAuthority();
  const tls = { ...(await ca.issue()), clientCertificates: 'required', ca: [ca.certificate] } as const;
  const door = await openDoor(t, { tls });
  const client = await ca.issue({ host: 'client.example' });
  const foreign = await makeSelfSigned('client.example');
  const trust = { ca: ca.certificate };
  assert.equal((await post(door.as4, { ...trust, key: client.key, cert: client.certificate })).status, 200);
  await assert.rejects(post(door.as4, trust));
  await assert.rejects(post(door.as4, { ...trust, key: foreign.key, cert: foreign.certificate }));
});

test('optional client certificates: none is fine, a foreign one is not', async (t) => {
  const ca = await makeAuthority();
  const tls = { ...(await ca.issue()), clientCertificates: 'optional', ca: [ca.certificate] } as const;
  const door = await openDoor(t, { tls });
  const client = await ca.issue({ host: 'client.example' });
  const foreign = await makeSelfSigned('client.example');
  const trust = { ca: ca.certificate };
  assert.equal((await post(door.as4, trust)).status, 200);
  assert.equal((await post(door.as4, { ...trust, key: client.key, cert: client.certificate })).status, 200);
  await assert.rejects(post(door.as4, { ...trust, key: foreign.key, cert: foreign.certificate }));
});

test('plain HTTP at a TLS door is dropped and noted', async (t) => {
  const ca = await makeAuthority();
  const door = await openDoor(t, { tls: await ca.issue() });
  const { socket, ended } = await rawConnection(t, door.address.port);
  socket.write('POST /as4 HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\n\r\nx');
  await ended;
  await eventually(() => door.observer.named('http/handshake-failed').length === 1, 'event');
});

test('an early answer reaches the sender over TLS', async (t) => {
  const ca = await makeAuthority();
  const door = await openDoor(t, { tls: await ca.issue(), limits: { messageBytes: 1_000 } });
  const agent = new Agent({ connect: { ca: ca.certificate } });
  t.after(() => agent.close());
  const body = Buffer.alloc(8_000_000);
  const { statusCode } = await request(door.as4, { method: 'POST', body, dispatcher: agent });
  assert.equal(statusCode, 413);
});

test('TLS settings that cannot work are refused at the start, with the cure', async (t) => {
  const ca = await makeAuthority();
  const [one, two] = [await ca.issue(), await ca.issue()];
  const wrong = [
    { key: one.key, certificate: two.certificate },
    { key: 'not a key', certificate: one.certificate },
    { ...one, ciphers: 'NO-SUCH-SUITE' },
    { ...one, clientCertificates: 'required' },
  ] as const;
  for (const tls of wrong) {
    await assert.rejects(openDoor(t, { tls }), (error: { code?: string; finding?: { advice?: string } }) => {
      assert.equal(error.code, 'http/tls-configuration');
      assert.ok(error.finding?.advice);
      return true;
    });
  }
});
