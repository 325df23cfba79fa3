import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { ANSWER_CLASSES, answerClass } from '../../../src/msh/notify/answer-classes.ts';
import { nextAttemptAt } from '../../../src/msh/notify/retry.ts';

const schedule = { firstMs: 5_000, longestMs: 3_600_000 };

const attempt = fc.record({
  attempts: fc.integer({ min: 1, max: 1_000_000 }),
  now: fc.integer({ min: 0, max: 2e12 }),
  left: fc.integer({ min: 1, max: 1e9 }),
  retryAfterMs: fc.option(fc.integer({ min: 0, max: 1e12 }), { nil: undefined }),
  key: fc.string(),
});

test('the next attempt is later, within the window, and no further than the longest pause and its spread', () => {
  fc.assert(
    fc.property(attempt, ({ left, ...one }) => {
      const giveUpAt = one.now + left;
      const next = nextAttemptAt(schedule, { ...one, giveUpAt })!;
      assert.ok(next > one.now && next <= giveUpAt);
      assert.ok(next - one.now <= schedule.longestMs * 1.2);
      assert.equal(nextAttemptAt(schedule, { ...one, giveUpAt }), next, 'the same whenever it is asked');
    }),
  );
});

test('pauses double from the first to the longest, spread by a fifth', () => {
  const giveUpAt = Number.MAX_SAFE_INTEGER;
  for (const [attempts, pause] of [
    [1, 5_000],
    [2, 10_000],
    [5, 80_000],
    [11, 3_600_000],
    [400, 3_600_000],
  ] as const) {
    const nexts = Array.from({ length: 200 }, (_, key) =>
      nextAttemptAt(schedule, { attempts, now: 0, giveUpAt, key: String(key) }),
    ) as number[];
    assert.ok(Math.min(...nexts) >= pause * 0.8 && Math.max(...nexts) <= pause * 1.2, `attempt ${attempts}`);
    assert.ok(Math.max(...nexts) - Math.min(...nexts) > pause * 0.3, 'they are spread');
  }
});

test('the endpoint may ask for a longer pause, never for a shorter one', () => {
  const one = { attempts: 1, now: 0, giveUpAt: 1e12, key: 'k' };
  assert.equal(nextAttemptAt(schedule, { ...one, retryAfterMs: 60_000 }), 60_000);
  assert.equal(nextAttemptAt(schedule, { ...one, retryAfterMs: 1e11 }), 3_600_000);
  assert.equal(nextAttemptAt(schedule, { ...one, retryAfterMs: 1 }), nextAttemptAt(schedule, one));
});

test('there is one last attempt at the end of the window, and none after it', () => {
  const one = { attempts: 20, giveUpAt: 1_000_000, key: 'k' };
  assert.equal(nextAttemptAt(schedule, { ...one, now: 999_000 }), 1_000_000);
  assert.equal(nextAttemptAt(schedule, { ...one, now: 1_000_000 }), undefined);
});

test('every answer has a class; only 2xx delivers', () => {
  for (let status = 0; status < 1000; status += 1) {
    const found = answerClass(status);
    assert.ok(ANSWER_CLASSES.includes(found));
    assert.equal(found.outcome === 'delivered', status >= 200 && status <= 299, String(status));
    assert.equal(found.code === undefined, found.outcome === 'delivered');
  }
  assert.equal(answerClass(410).outcome, 'given-up');
  for (const [status, code] of [
    [302, 'notify/redirected'],
    [400, 'notify/endpoint-refused'],
    [408, 'notify/endpoint-failed'],
    [429, 'notify/endpoint-failed'],
    [503, 'notify/endpoint-failed'],
    [103, 'notify/odd-answer'],
    [999, 'notify/odd-answer'],
  ] as const)
    assert.equal(answerClass(status).code, code);
});
