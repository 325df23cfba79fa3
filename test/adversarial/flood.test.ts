import assert from 'node:assert/strict';
import { request as httpRequest } from 'node:http';
import { setTimeout as delay } from 'node:timers/promises';
import { test } from 'node:test';
import { startRealGateways } from '../support/real-gateways.ts';
import type { RealGateway } from '../support/real-gateways.ts';

const SOAP = 'http://www.w3.org/2003/05/soap-envelope';
const EBMS = 'http://docs.oasis-open.org/ebxml-msg/ebms/v3.0/ns/core/200704/';

function signal(unit: string): string {
  return `<S:Envelope xmlns:S="${SOAP}" xmlns:eb="${EBMS}"><S:Header><eb:Messaging S:mustUnderstand="true"><eb:SignalMessage>
<eb:MessageInfo><eb:Timestamp>2026-01-15T12:00:00Z</eb:Timestamp><eb:MessageId>flood@attacker.example</eb:MessageId></eb:MessageInfo>
${unit}</eb:SignalMessage></eb:Messaging></S:Header><S:Body/></S:Envelope>`;
}

/** One of each kind of answer: a SOAP fault, a signed ebMS error, and 202. */
const USELESS: readonly (readonly [body: string, status: number])[] = [
  ['<not-soap/>', 400],
  [signal('<eb:PullRequest/>'), 200],
  [signal(`<eb:Error errorCode="EBMS:0004" severity="failure"/>`), 202],
];

function post(url: string, body: string): Promise<number> {
  return new Promise((resolve, reject) => {
    const headers = { 'content-type': 'application/soap+xml; charset=utf-8' };
    const options = { method: 'POST', localAddress: '127.0.0.2', agent: false, headers };
    const request = httpRequest(url, options, (response) => {
      response.resume();
      response.once('end', () => resolve(response.statusCode!));
    });
    request.once('error', reject);
    request.end(body);
  });
}

async function ping(a: RealGateway): Promise<void> {
  const { messageId } = await a.msh.ping({ pmode: 'oots.a-b' });
  while ((await a.msh.status(messageId))?.message.state !== 'ACKNOWLEDGED') await delay(10);
}

test('L02 a flood of useless messages from one address costs no journal entry, and its partner is served', async (t) => {
  const { a, b } = await startRealGateways(t, { more: 'limits: { refusalsPerMinute: 3 }\n' });
  const flood = async (): Promise<readonly number[]> => {
    const statuses: number[] = [];
    for (const [body] of USELESS) statuses.push(await post(`${b.as4}/as4`, body));
    return statuses;
  };
  const first = await flood().catch((error: NodeJS.ErrnoException) => error);
  if (first instanceof Error) {
    assert.equal(first.code, 'EADDRNOTAVAIL');
    return t.skip('this machine has no second loopback address');
  }
  assert.deepEqual(
    first,
    USELESS.map(([, status]) => status),
  );
  const entries = (await b.msh.journal({}, { limit: 100 })).items.length;
  assert.equal(entries, USELESS.length);
  for (let i = 0; i < 10; i += 1) assert.deepEqual(await flood(), [503, 503, 503]);
  await ping(a);
  assert.equal((await b.msh.journal({}, { limit: 100 })).items.length, entries);
  const throttled = b.events.filter(({ event }) => event === 'http/remote-throttled');
  assert.deepEqual(
    throttled.map((event) => [event['remote'], event['limit']]),
    [['127.0.0.2', 'refusalsPerMinute']],
  );
});
