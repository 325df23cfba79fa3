import assert from 'node:assert/strict';
import test from 'node:test';
import fc from 'fast-check';
import { checkReceipt, compareNonRepudiation, nonRepudiation } from '../../../src/protocol/as4/index.ts';
import { QuoinError } from '../../../src/protocol/errors/index.ts';
import type { SignedReference } from '../../../src/protocol/wss/index.ts';

const sha256 = 'http://www.w3.org/2001/04/xmlenc#sha256';
const reference = (uri: string, digestValue: string): SignedReference => ({
  uri,
  transforms: [],
  digestAlgorithm: sha256,
  digestValue,
});
const sent = [reference('#m', 'AAAA'), reference('#b', 'BBBB'), reference('cid:a%2Bb@x', 'CCCC')];
const checks = (received: readonly SignedReference[] | undefined): string[] =>
  compareNonRepudiation(sent, received).map(({ check }) => check);

test('the same references in any order, with any transforms, are agreed', () => {
  fc.assert(
    fc.property(fc.shuffledSubarray([...sent], { minLength: sent.length }), (shuffled) => {
      const rewritten = shuffled.map((one) => ({
        ...one,
        transforms: [{ algorithm: 'urn:t', prefixes: [] }],
      }));
      assert.deepEqual(compareNonRepudiation(sent, rewritten), []);
    }),
  );
});

test('any difference is found and named', () => {
  const [m, b, c] = sent as [SignedReference, SignedReference, SignedReference];
  assert.deepEqual(checks(undefined), ['receipt-has-non-repudiation']);
  assert.deepEqual(checks([]), Array(3).fill('receipt-names-every-part'));
  assert.deepEqual(checks([m, b]), ['receipt-names-every-part']);
  assert.deepEqual(checks([m, b, c, c]), ['receipt-names-each-part-once']);
  assert.deepEqual(checks([m, b, { ...c, digestValue: 'DDDD' }]), ['receipt-digest-agrees']);
  assert.deepEqual(checks([m, b, { ...c, digestAlgorithm: 'urn:sha1' }]), ['receipt-digest-agrees']);
  assert.deepEqual(checks([m, b, c, reference('cid:d', 'DDDD')]), ['receipt-names-only-what-was-sent']);
  assert.deepEqual(checks([m, b, { ...c, uri: 'cid:a+b@x' }]), [
    'receipt-names-only-what-was-sent',
    'receipt-names-every-part',
  ]);
});

test('a repeated part cannot hide a missing or differing one', () => {
  const [m, b, c] = sent as [SignedReference, SignedReference, SignedReference];
  assert.deepEqual(checks([m, b, b]), ['receipt-names-each-part-once', 'receipt-names-every-part']);
  assert.deepEqual(checks([m, b, c, { ...c, digestValue: 'DDDD' }]), [
    'receipt-names-each-part-once',
    'receipt-digest-agrees',
  ]);
});

test('a receipt is for one message', () => {
  const messageInfo = { timestamp: '2026-01-01T00:00:00Z', messageId: 'r', refToMessageId: 'm-1' };
  const receipt = { kind: 'receipt', messageInfo, nonRepudiationInformation: sent } as const;
  assert.deepEqual(checkReceipt(receipt, { messageId: 'm-1', references: sent }), []);
  assert.deepEqual(
    checkReceipt(receipt, { messageId: 'm-2', references: sent }).map(({ check }) => check),
    ['receipt-names-the-message'],
  );
});

test('what a receipt repeats is what was signed, once each', () => {
  assert.deepEqual(nonRepudiation(sent), sent);
  assert.throws(
    () => nonRepudiation([...sent, reference('#m', 'ZZZZ')]),
    (error: unknown) => error instanceof QuoinError && error.code === 'as4/duplicate-reference',
  );
});
