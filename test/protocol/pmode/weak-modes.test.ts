import assert from 'node:assert/strict';
import { test } from 'node:test';
import { isLoopback, isPlainHttp, weakModes } from '../../../src/protocol/pmode/index.ts';
import { ootsSample, party, pmodeOf } from './samples.ts';

test('the profiles switch no weaker mode on', () => {
  assert.deepEqual(weakModes(pmodeOf(ootsSample())), []);
});

test('weaker modes are named with P-Mode, legs and switch', () => {
  const pmode = pmodeOf(
    ootsSample({
      omitLegs: ['lcm-request', 'lcm-response', 'lcm-error'],
      parties: {
        AP_A: party('A'),
        AP_B: party('B', { address: 'http://ap-b.example/', allowPlainHttp: true }),
      },
      legDefaults: { receptionAwareness: { duplicateDetection: false } },
      legs: [
        { name: 'query-request', security: { acceptUnsignedBody: true, acceptLegacyKeyTransport: true } },
        { name: 'test', security: { sign: false, encrypt: false } },
      ],
    }),
  );
  assert.deepEqual(weakModes(pmode), [
    'P-Mode sample, leg query-request: signatures that leave the SOAP Body out are accepted (security.acceptUnsignedBody)',
    'P-Mode sample, leg query-request: key transport with SHA-1 is accepted (security.acceptLegacyKeyTransport)',
    'P-Mode sample, leg query-request, query-response, query-error, test: messages that arrive twice are delivered twice (receptionAwareness.duplicateDetection)',
    'P-Mode sample, leg test: messages are neither signed nor required to be signed (security.sign)',
    'P-Mode sample, leg test: payloads are neither encrypted nor required to be encrypted (security.encrypt)',
    'P-Mode sample, party AP_B: the address is plain http to another machine (allowPlainHttp)',
  ]);
});

test('only this machine itself is loopback', () => {
  for (const host of ['localhost', '127.0.0.1', '127.1.2.3', '::1', '[::1]'])
    assert.ok(isLoopback(host), host);
  for (const host of ['localhost.example', '127.0.0.1.example', '0.0.0.0', '10.0.0.1', '::2', ''])
    assert.ok(!isLoopback(host), host);
  assert.ok(isPlainHttp('http://10.0.0.1/as4'));
  assert.ok(!isPlainHttp('http://[::1]:8080/as4'));
  assert.ok(!isPlainHttp('https://10.0.0.1/as4'));
});
