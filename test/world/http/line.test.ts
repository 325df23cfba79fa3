import assert from 'node:assert/strict';
import { createServer as createHttpServer } from 'node:http';
import { createServer } from 'node:https';
import { createServer as createTcpServer } from 'node:net';
import type { AddressInfo, Server } from 'node:net';
import { test } from 'node:test';
import type { TestContext } from 'node:test';
import { isQuoinError } from '../../../src/protocol/errors/index.ts';
import type { QuoinError } from '../../../src/protocol/errors/index.ts';
import { lineTo, tryListening } from '../../../src/world/http/index.ts';
import { makeAuthority, makeSelfSigned } from './tls-material.ts';
import type { TlsMaterial } from './tls-material.ts';

const DAY = 86_400_000;
const calm = (): AbortSignal => new AbortController().signal;

async function listening(t: TestContext, server: Server): Promise<number> {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  t.after(() => new Promise((resolve) => server.close(resolve)));
  return (server.address() as AddressInfo).port;
}

/** An HTTPS server that answers a GET with 405, and its address. */
async function partner(t: TestContext, { key, certificate }: TlsMaterial, issuers = ''): Promise<string> {
  const server = createServer({ key, cert: `${certificate}\n${issuers}` }, (_request, response) => {
    response.writeHead(405, { Server: 'peer/1' }).end();
  });
  server.on('tlsClientError', () => undefined);
  return `https://127.0.0.1:${await listening(t, server)}/as4`;
}

async function refusalOf(promise: Promise<unknown>): Promise<QuoinError> {
  const error: unknown = await promise.then(
    () => assert.fail('it went through'),
    (thrown: unknown) => thrown,
  );
  assert.ok(isQuoinError(error), String(error));
  assert.ok(error.finding?.advice, error.message);
  return error;
}

test('a sound partner is walked to step by step', async (t) => {
  const ca = await makeAuthority();
  const line = lineTo(await partner(t, await ca.issue(), ca.certificate), { ca: [ca.certificate] });
  assert.deepEqual(await line.resolve(), ['127.0.0.1']);
  const [reached, ...others] = await line.connect(calm());
  assert.deepEqual([reached?.address, reached?.failed, others], ['127.0.0.1', undefined, []]);
  const { protocol, cipher, certificate, issuers } = await line.handshake(calm());
  assert.equal(protocol, 'TLSv1.3');
  assert.match(cipher, /^TLS_/);
  assert.match(certificate.subject, /CN=127\.0\.0\.1/);
  assert.deepEqual(
    issuers.map(({ subject }) => subject),
    ['CN=Test CA'],
  );
  const { status, server, aheadMs } = await line.greet(calm());
  assert.deepEqual([status, server, aheadMs], [405, 'peer/1', 0]);
});

test('certificates that a push would refuse are refused, and shown', async (t) => {
  const ca = await makeAuthority();
  const now = Date.now();
  const cases: readonly (readonly [TlsMaterial, string])[] = [
    [
      await ca.issue({ notBefore: new Date(now - 5 * DAY), notAfter: new Date(now - 3 * DAY) }),
      'tls-certificate-valid-now',
    ],
    [await ca.issue({ host: 'other.example' }), 'tls-certificate-names-host'],
    [await makeSelfSigned(), 'tls-certificate-trusted'],
    [await (await makeAuthority('CN=Nobody')).issue(), 'tls-certificate-trusted'],
  ];
  for (const [material, check] of cases) {
    const line = lineTo(await partner(t, material), { ca: [ca.certificate] });
    const { code, finding } = await refusalOf(line.handshake(calm()));
    assert.equal(code, 'http/tls-failed');
    assert.equal(finding?.check, check);
    assert.match(finding?.certificate?.subject ?? '', /CN=/);
  }
});

test('a partner that asks for a certificate of ours says so when it is asked something', async (t) => {
  const ca = await makeAuthority();
  const { key, certificate: cert } = await ca.issue();
  const server = createServer(
    { key, cert, ca: [ca.certificate], requestCert: true, rejectUnauthorized: true },
    (_request, response) => response.writeHead(405).end(),
  );
  server.on('tlsClientError', () => undefined);
  const address = `https://127.0.0.1:${await listening(t, server)}/as4`;
  const refused = await refusalOf(lineTo(address, { ca: [ca.certificate] }).greet(calm()));
  assert.equal(refused.finding?.check, 'tls-client-certificate', refused.message);
  const ours = await ca.issue();
  const shown = lineTo(address, { ca: [ca.certificate], key: ours.key, certificate: ours.certificate });
  assert.equal((await shown.greet(calm())).status, 405);
});

test('what keeps from a partner is told by its cause', async (t) => {
  const closed = createTcpServer();
  const port = await listening(t, closed);
  await new Promise((resolve) => closed.close(resolve));
  const refused = await refusalOf(lineTo(`http://127.0.0.1:${port}/`, {}).connect(calm()));
  assert.equal(refused.code, 'http/connection-refused');
  assert.match(
    refused.message,
    /^Reaching 127\.0\.0\.1:\d+ failed while connecting: nothing listens there\.$/,
  );

  const unknown = await refusalOf(lineTo('https://ap.partner.invalid/as4', {}).resolve());
  assert.equal(unknown.code, 'http/dns-failed');

  const silent = createTcpServer((socket) => void socket.resume());
  const mute = `http://127.0.0.1:${await listening(t, silent)}/`;
  const slow = await refusalOf(lineTo(mute, {}).greet(AbortSignal.timeout(50)));
  assert.equal(slow.code, 'http/timeout');
  const noTls = await refusalOf(
    lineTo(mute.replace('http:', 'https:'), {}).handshake(AbortSignal.timeout(50)),
  );
  assert.equal(noTls.code, 'http/timeout');
});

test('the clock of a partner is read from its answer', async (t) => {
  const server = createHttpServer((_request, response) => {
    response.sendDate = false;
    response.writeHead(405, { Date: new Date(Date.now() - 3_600_000).toUTCString() }).end();
  });
  const { aheadMs } = await lineTo(`http://127.0.0.1:${await listening(t, server)}/`, {}).greet(calm());
  assert.ok(Math.abs(aheadMs! + 3_600_000) < 60_000, String(aheadMs));
});

test('a place is tried and left free again', async (t) => {
  const server = createTcpServer();
  const port = await listening(t, server);
  const { code } = await refusalOf(tryListening('as4', '127.0.0.1', port));
  assert.equal(code, 'http/port-taken');
  await new Promise((resolve) => server.close(resolve));
  await tryListening('as4', '127.0.0.1', port);
  await tryListening('as4', '127.0.0.1', port);
});
