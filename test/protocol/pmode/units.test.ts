import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as fc from 'fast-check';
import {
  formatDuration,
  formatSize,
  nearestName,
  parseDuration,
  parseSize,
  suggest,
} from '../../../src/protocol/pmode/index.ts';

test('durations have units', () => {
  assert.equal(parseDuration('12m'), 720_000);
  assert.equal(parseDuration('90s'), 90_000);
  assert.equal(parseDuration('250ms'), 250);
  assert.equal(parseDuration('2h'), 7_200_000);
  assert.equal(parseDuration('30d'), 2_592_000_000);
  for (const text of ['12', '1.5h', '-1s', '1 m', '01s', 'm', '12M', '99999999999s', ''])
    assert.throws(() => parseDuration(text), { code: 'pmode/bad-duration' }, text);
});

test('sizes are decimal or binary, as their unit says', () => {
  assert.equal(parseSize('40MB'), 40_000_000);
  assert.equal(parseSize('1GiB'), 1_073_741_824);
  assert.equal(parseSize('512 kB'), 512_000);
  assert.equal(parseSize(17), 17);
  for (const text of ['1.5GB', '40', 'MB', '-1B', '1TB', '9999999999999GB'])
    assert.throws(() => parseSize(text), { code: 'pmode/bad-size' }, text);
});

test('what is written is read again', () => {
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 9_000_000_000 }), (amount) => {
      assert.equal(parseDuration(formatDuration(amount)), amount);
      assert.equal(parseSize(formatSize(amount)), amount);
    }),
  );
  assert.equal(formatDuration(720_000), '12m');
  assert.equal(formatSize(2 ** 31), '2GiB');
  assert.equal(formatSize(40_000_000), '40MB');
});

test('the nearest name is the one that was meant', () => {
  assert.equal(nearestName('adress', ['address', 'ids']), 'address');
  assert.equal(nearestName('Address', ['address']), 'address');
  assert.equal(nearestName('colour', ['address', 'ids']), undefined);
  assert.equal(nearestName('x'.repeat(5000), ['x'.repeat(4999)]), undefined);
  assert.equal(suggest('zzz', [], 'party'), 'There is no party to choose from.');
  assert.match(
    suggest(
      'zzz',
      Array.from({ length: 12 }, (_, i) => `name${i}`),
      'party',
    ),
    /and 2 more/,
  );
});

test('one edit in a name is always forgiven', () => {
  const names = ['originalSender', 'finalRecipient', 'trackingIdentifier'];
  fc.assert(
    fc.property(fc.constantFrom(...names), fc.nat(), fc.constantFrom('x', ''), (name, at, put) => {
      const index = at % name.length;
      const mistyped = `${name.slice(0, index)}${put}${name.slice(index + 1)}`;
      assert.equal(nearestName(mistyped, names), name);
    }),
  );
});
