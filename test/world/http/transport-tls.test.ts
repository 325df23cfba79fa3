import assert from 'node:assert/strict';
import { createServer } from 'node:https';
import type { ServerOptions } from 'node:https';
import type { AddressInfo } from 'node:net';
import { test } from 'node:test';
import type { TestContext } from 'node:test';
import type { PushReply } from '../../../src/msh/index.ts';
import { QuoinError } from '../../../src/protocol/errors/index.ts';
import { createTransport } from '../../../src/world/http/index.ts';
import type { TransportTls } from '../../../src/world/http/index.ts';
import { openDoor } from './doors.ts';
import { makeAuthority, makeSelfSigned } from './tls-material.ts';

const DAY = 86_400_000;

async function partner(t: TestContext, options: ServerOptions): Promise<string> {
  const server = createServer(options, (request, response) => {
    request.resume().on('end', () => response.end('ok'));
  });
  server.on('tlsClientError', () => undefined);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  t.after(() => {
    server.closeAllConnections();
    return new Promise((resolve) => server.close(resolve));
  });
  return `https://127.0.0.1:${(server.address() as AddressInfo).port}/as4`;
}

async function push(t: TestContext, address: string, tls: TransportTls): Promise<PushReply> {
  const transport = createTransport({ tls, connectTimeoutMs: 5_000 });
  t.after(() => transport.close());
  const body = (async function* () {
    yield Buffer.from('hello');
  })();
  return transport.push({ address, headers: {}, contentLength: 5, body, responseTimeout: 5_000 });
}

async function failed(t: TestContext, address: string, tls: TransportTls): Promise<QuoinError> {
  const error: unknown = await push(t, address, tls).then(
    () => assert.fail('it went through'),
    (e: unknown) => e,
  );
  assert.ok(error instanceof QuoinError, String(error));
  assert.ok(error.finding?.advice);
  return error;
}

test('a partner with a certificate of a trusted authority is reached', async (t) => {
  const ca = await makeAuthority();
  const { key, certificate: cert } = await ca.issue();
  const answer = await push(t, await partner(t, { key, cert }), { ca: [ca.certificate] });
  assert.equal(answer.status, 200);
});

test('an expired, an early and a wrongly named certificate are named with the certificate', async (t) => {
  const ca = await makeAuthority();
  const now = Date.now();
  const cases = [
    {
      leaf: await ca.issue({ notBefore: new Date(now - 5 * DAY), notAfter: new Date(now - 3 * DAY) }),
      check: 'tls-certificate-valid-now',
      says: /expired/,
    },
    {
      leaf: await ca.issue({ notBefore: new Date(now + 3 * DAY), notAfter: new Date(now + 5 * DAY) }),
      check: 'tls-certificate-valid-now',
      says: /not valid yet/,
    },
    {
      leaf: await ca.issue({ host: 'other.example' }),
      check: 'tls-certificate-names-host',
      says: /another host name/,
    },
  ];
  for (const { leaf, check, says } of cases) {
    const address = await partner(t, { key: leaf.key, cert: leaf.certificate });
    const error = await failed(t, address, { ca: [ca.certificate] });
    assert.equal(error.code, 'http/tls-failed');
    assert.equal(error.finding?.check, check);
    assert.match(error.message, says);
    assert.match(error.finding?.certificate?.subject ?? '', /O=Test/);
    assert.equal(error.finding?.certificate?.issuer, 'CN=Test CA');
    assert.match(error.finding?.certificate?.notAfter ?? '', /^\d{4}-\d\d-\d\dT/);
  }
});

test('a self-signed certificate and one of an unknown authority are not trusted', async (t) => {
  const ca = await makeAuthority();
  const self = await makeSelfSigned();
  const selfAddress = await partner(t, { key: self.key, cert: self.certificate });
  const selfError = await failed(t, selfAddress, { ca: [ca.certificate] });
  assert.equal(selfError.code, 'http/tls-failed');
  assert.match(selfError.message, /self-signed/);
  const unknown = await (await makeAuthority('CN=Unknown CA')).issue();
  const address = await partner(t, { key: unknown.key, cert: unknown.certificate });
  const error = await failed(t, address, { ca: [ca.certificate] });
  assert.equal(error.finding?.check, 'tls-certificate-trusted');
  assert.equal(error.finding?.certificate?.issuer, 'CN=Unknown CA');
  const pinned = await push(t, selfAddress, { ca: [self.certificate] });
  assert.equal(pinned.status, 200, 'a self-signed certificate that is trusted by name works');
});

test('a partner that only speaks TLS 1.1 is not spoken to', async (t) => {
  const ca = await makeAuthority();
  const { key, certificate: cert } = await ca.issue();
  const old = { minVersion: 'TLSv1', maxVersion: 'TLSv1.1', ciphers: 'ALL@SECLEVEL=0' } as const;
  const error = await failed(t, await partner(t, { key, cert, ...old }), { ca: [ca.certificate] });
  assert.equal(error.code, 'http/tls-failed');
  assert.equal(error.finding?.check, 'tls-version');
});

test('a partner with weak suites only is not spoken to', async (t) => {
  const ca = await makeAuthority();
  const { key, certificate: cert } = await ca.issue();
  const weak = { maxVersion: 'TLSv1.2', ciphers: 'ECDHE-ECDSA-AES128-SHA' } as const;
  const error = await failed(t, await partner(t, { key, cert, ...weak }), { ca: [ca.certificate] });
  assert.equal(error.code, 'http/tls-failed');
});

test('the client certificate is shown, and its absence is explained', async (t) => {
  const ca = await makeAuthority();
  for (const maxVersion of ['TLSv1.2', 'TLSv1.3'] as const) {
    const { key, certificate: cert } = await ca.issue();
    const asks = { key, cert, ca: ca.certificate, requestCert: true, rejectUnauthorized: true, maxVersion };
    const address = await partner(t, asks);
    const own = await ca.issue({ host: 'client.example' });
    const trust = { ca: [ca.certificate] };
    const answer = await push(t, address, { ...trust, key: own.key, certificate: own.certificate });
    assert.equal(answer.status, 200, maxVersion);
    const error = await failed(t, address, trust);
    // In TLS 1.3 the refusal may be overtaken by the closing of the connection.
    assert.match(error.code, /^http\/(tls-failed|connection-reset)$/);
  }
});

test('plain HTTP where TLS is expected, and TLS where HTTP is expected, are explained', async (t) => {
  const ca = await makeAuthority();
  const door = await openDoor(t);
  const error = await failed(t, door.as4.replace('http:', 'https:'), { ca: [ca.certificate] });
  assert.equal(error.code, 'http/tls-failed');
  assert.equal(error.finding?.check, 'tls-spoken');
  const secure = await openDoor(t, { tls: await ca.issue() });
  const other = await failed(t, secure.as4.replace('https:', 'http:'), {});
  assert.match(other.code, /^http\/(connection-reset|not-http)$/);
});

test('TLS settings that cannot work are refused when the transport is made', () => {
  assert.throws(() => createTransport({ tls: { ca: ['x'], key: 'y', certificate: 'z' } }), {
    code: 'http/tls-configuration',
  });
});
