import assert from 'node:assert/strict';
import test from 'node:test';
import fc from 'fast-check';
import {
  attemptAfterFailure,
  attemptTimes,
  decideAttempt,
  latenessAllowed,
  nextAttempt,
  parseRetryString,
  windowEnd,
} from '../../../src/protocol/as4/index.ts';
import type { RetryPolicy } from '../../../src/protocol/as4/index.ts';
import { QuoinError } from '../../../src/protocol/errors/index.ts';

const minute = 60_000;
const start = Date.UTC(2026, 2, 2, 15, 23, 21);
const minutesAfter = (policy: RetryPolicy): number[] =>
  attemptTimes(policy, start).map((at) => (at - start) / minute);

test('12;4;CONSTANT is the first attempt and four retries, one every three minutes', () => {
  const policy = parseRetryString('12;4;CONSTANT');
  assert.deepEqual(policy, { retries: 4, window: 12 * minute, strategy: 'constant' });
  assert.deepEqual(minutesAfter(policy), [0, 3, 6, 9, 12]);
});

test('the grammar of the field', () => {
  const once = { retries: 0, window: 0, strategy: 'once' };
  const rows: readonly (readonly [string | undefined, object, readonly number[]])[] = [
    ['60;4;CONSTANT', { retries: 4, window: 60 * minute, strategy: 'constant' }, [0, 15, 30, 45, 60]],
    [' 12 ; 4 ; constant ', { retries: 4, window: 12 * minute, strategy: 'constant' }, [0, 3, 6, 9, 12]],
    ['1;1;CONSTANT', { retries: 1, window: minute, strategy: 'constant' }, [0, 1]],
    ['0;0;SEND_ONCE', once, [0]],
    ['0;0;CONSTANT', once, [0]],
    ['', once, [0]],
    [undefined, once, [0]],
    // Domibus tries at +1, +3, +7; a fourth interval of 8 would leave the window.
    ['14;2;2;PROGRESSIVE', { retries: 3, window: 14 * minute, strategy: 'progressive' }, [0, 2, 6, 14]],
    ['9;1;2;PROGRESSIVE', { retries: 3, window: 9 * minute, strategy: 'progressive' }, []],
  ];
  for (const [text, expected, times] of rows) {
    const policy = parseRetryString(text);
    assert.deepEqual(policy, expected, text);
    if (times.length > 0) assert.deepEqual(minutesAfter(policy), times, text);
  }
});

test('what is not a retry string is refused', () => {
  const wrong = [
    '12',
    '12;4',
    '12;4;SOMETIMES',
    '12;-4;CONSTANT',
    '12;4.5;CONSTANT',
    '0;4;CONSTANT',
    'a;b;CONSTANT',
    '12;4;5;CONSTANT',
    '12;1001;CONSTANT',
    '99999;4;CONSTANT',
    '12;13;2;PROGRESSIVE',
    '12;1;1;PROGRESSIVE',
    '12;0;2;PROGRESSIVE',
    '12;;CONSTANT',
    '1e3;4;CONSTANT',
    '12;4;__proto__',
    '12;4;CONSTRUCTOR',
  ];
  for (const text of wrong) {
    assert.throws(
      () => parseRetryString(text),
      (error: unknown) => error instanceof QuoinError && error.code === 'as4/retry-string',
      text,
    );
  }
});

const policies = fc.record({
  retries: fc.integer({ min: 0, max: 60 }),
  window: fc.integer({ min: 0, max: 7 * 24 * 60 * minute }),
  strategy: fc.constantFrom('constant' as const, 'progressive' as const, 'once' as const),
});

test('never more than retries + 1 attempts, none after the window, never backwards', () => {
  fc.assert(
    fc.property(policies, fc.integer({ min: 0, max: 2 ** 42 }), (policy, first) => {
      const times = attemptTimes(policy, first);
      assert.equal(times.length, policy.strategy === 'once' ? 1 : policy.retries + 1);
      assert.equal(times[0], first);
      times.reduce((before, at) => {
        assert.ok(at >= before && Number.isInteger(at));
        return at;
      });
      const last = times.at(-1) ?? Number.NaN;
      assert.ok(last <= windowEnd(policy, first));
      if (times.length > 1) assert.equal(last, windowEnd(policy, first));
      assert.equal(nextAttempt(policy, { firstAttemptAt: first, attempts: times.length }), undefined);
    }),
  );
});

test('constant intervals differ by no more than rounding, progressive ones grow', () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 2, max: 20 }),
      fc.integer({ min: 2 ** 21, max: 2 ** 32 }),
      (retries, window) => {
        const intervals = (strategy: RetryPolicy['strategy']): number[] => {
          const times = attemptTimes({ retries, window, strategy }, 0);
          return times.slice(1).map((at, index) => at - (times[index] ?? 0));
        };
        const even = intervals('constant');
        assert.ok(Math.max(...even) - Math.min(...even) <= 1);
        const growing = intervals('progressive');
        growing.reduce((before, interval) => {
          assert.ok(interval > before, `${interval} after ${before}`);
          return interval;
        });
      },
    ),
  );
});

test('driven by a clock that is late, a message ends after at most retries + 1 attempts and in its window', () => {
  fc.assert(
    fc.property(
      policies,
      fc.array(fc.integer({ min: 1, max: 3 * 60 * minute }), { maxLength: 80 }),
      (policy, steps) => {
        let now = start;
        let attempts = 0;
        for (const step of [0, ...steps]) {
          now += step;
          const decision = decideAttempt(policy, { firstAttemptAt: start, attempts }, now);
          if (decision.kind === 'wait') assert.ok(decision.until > now);
          if (decision.kind === 'attempt') {
            attempts += 1;
            assert.ok(attempts === 1 || now <= windowEnd(policy, start) + latenessAllowed);
          }
          if (decision.kind === 'give-up') {
            const usedUp = attempts === policy.retries + 1 || policy.strategy === 'once';
            assert.ok(usedUp || now > windowEnd(policy, start) + latenessAllowed);
          }
        }
        assert.ok(attempts <= policy.retries + 1);
      },
    ),
  );
});

test('after a failure the next attempt is the next of the plan that lies ahead, never one that was missed', () => {
  const policy = parseRetryString('12;4;CONSTANT');
  const after = (attempts: number, minutes: number): number | undefined => {
    const at = attemptAfterFailure(policy, { firstAttemptAt: start, attempts }, start + minutes * minute);
    return at === undefined ? undefined : (at - start) / minute;
  };
  assert.equal(after(1, 0), 3);
  assert.equal(after(1, 3), 6);
  assert.equal(after(2, 10), 12);
  assert.equal(after(1, 11.9), 12);
  assert.equal(after(1, 12), undefined);
  assert.equal(after(5, 1), undefined);
  fc.assert(
    fc.property(policies, fc.nat(20), fc.integer({ min: 0, max: 3 * 60 * minute }), (one, attempts, late) => {
      const now = start + late;
      const next = attemptAfterFailure(one, { firstAttemptAt: start, attempts: attempts + 1 }, now);
      if (next === undefined) return;
      assert.ok(next > now && next <= windowEnd(one, start));
      assert.ok(attemptTimes(one, start).includes(next));
    }),
  );
});

test('the decision at the edges of the window', () => {
  const policy = parseRetryString('12;4;CONSTANT');
  const at = (attempts: number, minutes: number): string =>
    decideAttempt(policy, { firstAttemptAt: start, attempts }, start + minutes * minute).kind;
  assert.equal(at(0, 0), 'attempt');
  assert.equal(at(0, -1), 'wait');
  assert.equal(at(1, 2.9), 'wait');
  assert.equal(at(1, 3), 'attempt');
  assert.equal(at(1, 11), 'attempt');
  assert.equal(at(4, 12), 'attempt');
  assert.equal(at(4, 12.4), 'attempt');
  assert.equal(at(4, 12.6), 'give-up');
  assert.equal(at(5, 5), 'give-up');
});

test('numbers that are none plan nothing', () => {
  for (const retries of [Number.NaN, -1]) {
    assert.deepEqual(attemptTimes({ retries, window: minute, strategy: 'constant' }, start), [start]);
  }
});
