import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { closedBreaker, mayProbe, nextBreaker } from '../../../src/msh/partners/breaker.ts';
import type { Breaker, BreakerEvent, BreakerPolicy } from '../../../src/msh/partners/breaker.ts';
import '../../support/property-seed.ts';

const POLICY: BreakerPolicy = { failures: 3, waitMs: 10_000, longestWaitMs: 60_000 };
const down = (at: number, probe = false): BreakerEvent => ({
  kind: 'unreachable',
  at,
  probe,
  reason: 'no route',
});

function after(events: readonly BreakerEvent[], policy = POLICY): Breaker {
  return events.reduce((breaker, event) => nextBreaker(breaker, event, policy), closedBreaker(0));
}

test('a breaker opens after so many failures in a row, and not before', () => {
  assert.equal(after([down(1), down(2)]).state, 'closed');
  assert.equal(after([down(1), down(2), { kind: 'answered', at: 3 }, down(4), down(5)]).state, 'closed');
  const open = after([down(1), down(2), down(3)]);
  assert.deepEqual(open, {
    state: 'open',
    since: 3,
    openedAt: 3,
    failures: 3,
    waitMs: 10_000,
    until: 10_003,
    lastFailureAt: 3,
    reason: 'no route',
  });
});

test('the wait doubles with each probe that fails, up to its cap, and begins anew once the partner answered', () => {
  let breaker = after([down(1), down(2), down(3)]);
  const waits: number[] = [];
  for (let round = 0; round < 5; round += 1) {
    const at = breaker.until!;
    waits.push(breaker.waitMs);
    breaker = nextBreaker(breaker, { kind: 'probe-sent', at }, POLICY);
    assert.equal(breaker.state, 'half-open');
    breaker = nextBreaker(breaker, down(at + 5, true), POLICY);
    assert.equal(breaker.until, at + 5 + breaker.waitMs);
  }
  assert.deepEqual(waits, [10_000, 20_000, 40_000, 60_000, 60_000]);
  assert.equal(breaker.openedAt, 3);
  breaker = nextBreaker(breaker, { kind: 'answered', at: 500_000 }, POLICY);
  assert.equal(breaker.state, 'closed');
  assert.equal(breaker.openedAt, undefined);
  const again = [down(500_001), down(500_002), down(500_003)].reduce(
    (state, event) => nextBreaker(state, event, POLICY),
    breaker,
  );
  assert.equal(again.waitMs, 10_000);
});

test('a push that was on its way when the breaker opened does not prolong the wait', () => {
  const open = after([down(1), down(2), down(3)]);
  const later = nextBreaker(open, down(9000), POLICY);
  assert.equal(later.until, open.until);
  assert.equal(later.failures, 4);
});

test('a probe that found out nothing lets the next one try at once', () => {
  const probing = after([down(1), down(2), down(3), { kind: 'probe-sent', at: 10_003 }]);
  const open = nextBreaker(probing, { kind: 'nothing', at: 10_010, probe: true }, POLICY);
  assert.equal(open.state, 'open');
  assert.equal(mayProbe(open, 10_010), true);
  assert.equal(open.waitMs, 10_000);
});

const policies = fc.record({
  failures: fc.integer({ min: 1, max: 10 }),
  waitMs: fc.integer({ min: 1, max: 100_000 }),
  longestWaitMs: fc.integer({ min: 1, max: 1_000_000 }),
});
const KINDS = ['answered', 'unreachable', 'stray', 'nothing', 'probe-sent', 'reset'] as const;
type Kind = (typeof KINDS)[number];
const kinds = fc.constantFrom(...KINDS);
const walks = fc.array(fc.tuple(kinds, fc.integer({ min: 0, max: 200_000 })), { maxLength: 200 });

/** `stray`: a failure of a push that was no probe. */
function eventOf(kind: Kind, at: number): BreakerEvent {
  if (kind === 'unreachable' || kind === 'stray') return down(at, kind === 'unreachable');
  return kind === 'nothing' ? { kind, at, probe: true } : { kind, at };
}

test('in any order of events: it opens only after enough failures in a row, and every open breaker may be probed in time', () => {
  fc.assert(
    fc.property(policies, walks, (policy, walk) => {
      let at = 0;
      let inRow = 0;
      let breaker = closedBreaker(0);
      for (const [kind, step] of walk) {
        at += step;
        const before = breaker;
        breaker = nextBreaker(before, eventOf(kind, at), policy);
        if (kind === 'answered' || kind === 'reset') inRow = 0;
        if (kind === 'unreachable' || kind === 'stray') inRow += 1;
        assert.equal(breaker.failures, inRow);
        if (breaker.state === 'closed') assert.ok(inRow < policy.failures);
        else assert.ok(inRow >= policy.failures);
        if (breaker.state === 'open') {
          assert.ok(breaker.until! >= breaker.since);
          assert.ok(breaker.until! - at <= policy.longestWaitMs);
          assert.equal(mayProbe(breaker, at + policy.longestWaitMs), true);
        }
        // One probe at a time: there is no second one before the first has come back.
        if (before.state === 'half-open' && kind === 'probe-sent') assert.equal(breaker, before);
        if (kind === 'answered') assert.equal(breaker.state, 'closed');
      }
    }),
  );
});
