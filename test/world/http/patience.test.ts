import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { createPatience } from '../../../src/world/http/patience.ts';

const LIMITS = { idleMs: 30_000, minBytesPerSecond: 1_000 };

test('silence uses the grant up, and no more is ever granted than agreed', () => {
  const patience = createPatience(LIMITS);
  assert.equal(patience.left(), 30_000);
  patience.waited(10_000);
  assert.equal(patience.left(), 20_000);
  patience.received(1_000_000_000);
  assert.equal(patience.left(), 30_000);
  patience.waited(31_000);
  assert.equal(patience.left(), 0);
});

test('whoever is faster than the minimum is never cut off, whoever is slower always is', () => {
  const bursts = fc.record({
    ms: fc.integer({ min: 1, max: 10_000 }),
    faster: fc.double({ min: 1.01, max: 5, noNaN: true }),
  });
  fc.assert(
    fc.property(fc.array(bursts, { maxLength: 200 }), (arrivals) => {
      const patience = createPatience(LIMITS);
      for (const { ms, faster } of arrivals) {
        patience.waited(ms);
        assert.ok(patience.left() > 0);
        patience.received(ms * faster);
      }
    }),
  );
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 5_000 }),
      fc.double({ min: 0, max: 0.9, noNaN: true }),
      (ms, pace) => {
        const patience = createPatience(LIMITS);
        let waited = 0;
        while (patience.left() > 0 && waited < 1_000_000) {
          patience.waited(ms);
          waited += ms;
          if (patience.left() > 0) patience.received(ms * pace);
        }
        assert.ok(waited <= 30_000 / (1 - pace) + 2 * ms, `${waited} ms`);
      },
    ),
  );
});
