import assert from 'node:assert/strict';
import test from 'node:test';
import fc from 'fast-check';
import { isUri, partyKey, samePartyId } from '../../../src/protocol/ebms/index.ts';

const partyId = fc.record({
  value: fc.string({ minLength: 1 }),
  type: fc.option(fc.string(), { nil: undefined }),
});
const few = fc.record({
  value: fc.constantFrom('A', 'a', 'B', 'A","B'),
  type: fc.constantFrom('t', 'T', '', undefined),
});

test('the same identifier: value and type to the letter, no type like an empty one', () => {
  assert.ok(samePartyId({ value: 'A', type: 't' }, { value: 'A', type: 't' }));
  assert.ok(samePartyId({ value: 'A' }, { value: 'A', type: '' }));
  assert.ok(!samePartyId({ value: 'A', type: 't' }, { value: 'A' }));
  assert.ok(!samePartyId({ value: 'A', type: 't' }, { value: 'a', type: 't' }));
  assert.ok(!samePartyId({ value: 'A', type: 't' }, { value: 'A', type: 'T' }));
  assert.ok(!samePartyId({ value: 'A', type: 't' }, { value: 'A ', type: 't' }));
});

test('keys agree exactly when the sets of identifiers do', () => {
  fc.assert(
    fc.property(fc.array(fc.oneof(few, partyId)), fc.array(fc.oneof(few, partyId)), (a, b) => {
      const within = (x: typeof a, y: typeof a): boolean =>
        x.every((one) => y.some((two) => samePartyId(one, two)));
      assert.equal(partyKey(a) === partyKey(b), within(a, b) && within(b, a));
    }),
    { numRuns: 500 },
  );
});

test('the key does not depend on order or repetition', () => {
  fc.assert(
    fc.property(fc.array(few, { minLength: 1 }), (ids) => {
      assert.equal(partyKey([...ids].reverse()), partyKey(ids));
      assert.equal(partyKey([...ids, ...ids]), partyKey(ids));
    }),
  );
});

test('what counts as a URI', () => {
  for (const text of [
    'urn:a',
    'http://x',
    'urn:oasis:names:tc:ebcore:partyid-type:unregistered:C1',
    'x+y-1.2:z',
  ]) {
    assert.ok(isUri(text), text);
  }
  for (const text of ['AP_FR_01', 'urn:', ':x', '1a:b', 'urn:a b', '/path', '0088:123', '']) {
    assert.ok(!isUri(text), text);
  }
});
