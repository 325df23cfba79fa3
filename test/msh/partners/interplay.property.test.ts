import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { closedBreaker, nextBreaker } from '../../../src/msh/partners/breaker.ts';
import type { Breaker, BreakerPolicy } from '../../../src/msh/partners/breaker.ts';
import { clockStart, judge } from '../../../src/msh/partners/judge.ts';
import { attemptAfterFailure, latenessAllowed, windowEnd } from '../../../src/protocol/as4/index.ts';
import type { RetryPolicy } from '../../../src/protocol/as4/index.ts';
import '../../support/property-seed.ts';

const SECOND = 1000;
const PLACES = 8;

interface Message {
  state: 'waiting' | 'running' | 'acknowledged' | 'failed';
  dueAt: number;
  attempts: number;
  firstAttemptAt?: number;
  probe: boolean;
  endsAt: number;
  /** Starts of its attempts, each with how much of its window had passed by then. */
  readonly starts: { readonly at: number; readonly begun: number }[];
}

interface World {
  readonly policy: RetryPolicy;
  readonly breaker: BreakerPolicy;
  readonly perPartner: number;
  /** Seconds a push takes to find out that nobody is there. */
  readonly hangs: number;
  readonly submitted: readonly number[];
  /** Seconds at which the partner goes down, comes back, goes down and so on. */
  readonly turns: readonly number[];
  readonly pauses: readonly { readonly from: number; readonly until: number }[];
}

const policies: fc.Arbitrary<RetryPolicy> = fc
  .record({
    retries: fc.integer({ min: 0, max: 6 }),
    window: fc.integer({ min: 1, max: 300 }).map((seconds) => seconds * SECOND),
    strategy: fc.constantFrom('constant', 'progressive', 'once'),
  })
  .map(({ retries, window, strategy }) => ({
    window,
    strategy: retries === 0 ? 'once' : strategy,
    retries: strategy === 'once' ? 0 : retries,
  }));

const seconds = (max: number): fc.Arbitrary<number> => fc.integer({ min: 0, max });

const worlds: fc.Arbitrary<World> = fc.record({
  policy: policies,
  breaker: fc.record({
    failures: fc.integer({ min: 1, max: 5 }),
    waitMs: fc.integer({ min: 1, max: 120 }).map((s) => s * SECOND),
    longestWaitMs: fc.integer({ min: 1, max: 600 }).map((s) => s * SECOND),
  }),
  perPartner: fc.integer({ min: 1, max: 4 }),
  hangs: fc.integer({ min: 0, max: 40 }),
  submitted: fc.array(seconds(400), { minLength: 1, maxLength: 8 }),
  turns: fc.array(seconds(600), { maxLength: 5 }).map((all) => [...all].sort((a, b) => a - b)),
  pauses: fc.array(
    fc.tuple(seconds(500), seconds(200)).map(([from, length]) => ({
      from: from * SECOND,
      until: (from + length) * SECOND,
    })),
    { maxLength: 2 },
  ),
});

/** Lives through a world second by second, as the worker, the sweeper and the desk would. */
function live(world: World, until: number): readonly Message[] {
  const { policy, pauses } = world;
  let breaker: Breaker = closedBreaker(0);
  const messages = world.submitted.map((second): Message => ({
    state: 'waiting',
    dueAt: second * SECOND,
    attempts: 0,
    probe: false,
    endsAt: 0,
    starts: [],
  }));
  const isUp = (now: number): boolean => world.turns.filter((turn) => turn * SECOND <= now).length % 2 === 0;

  const end = (message: Message, now: number): void => {
    if (isUp(now)) {
      message.state = 'acknowledged';
      breaker = nextBreaker(breaker, { kind: 'answered', at: now }, world.breaker);
      return;
    }
    const { probe } = message;
    breaker = nextBreaker(breaker, { kind: 'unreachable', at: now, probe, reason: 'down' }, world.breaker);
    const firstAttemptAt = clockStart(pauses, message.firstAttemptAt!, now);
    const next = attemptAfterFailure(policy, { firstAttemptAt, attempts: message.attempts }, now);
    message.state = next === undefined ? 'failed' : 'waiting';
    message.dueAt = next ?? 0;
  };

  const begin = (message: Message, now: number): void => {
    const running = messages.filter(({ state }) => state === 'running').length;
    const occupancy = { running, perPartner: world.perPartner, total: running, places: PLACES };
    const judgement = judge(policy, message, { pauses, breaker, occupancy, now });
    if (judgement.kind === 'give-up') message.state = 'failed';
    if (judgement.kind !== 'go') return;
    message.probe = judgement.as === 'probe';
    if (message.probe) breaker = nextBreaker(breaker, { kind: 'probe-sent', at: now }, world.breaker);
    message.state = 'running';
    message.attempts += 1;
    message.firstAttemptAt ??= now;
    message.starts.push({ at: now, begun: now - clockStart(pauses, message.firstAttemptAt, now) });
    message.endsAt = isUp(now) ? now : now + world.hangs * SECOND;
  };

  for (let now = 0; now <= until; now += SECOND) {
    for (const message of messages)
      if (message.state === 'running' && message.endsAt <= now) end(message, now);
    for (const message of messages)
      if (message.state === 'waiting' && message.dueAt <= now) begin(message, now);
  }
  return messages;
}

/** Long after the last message was submitted, the last pause ended and the partner last came or went. */
function longAfter({ policy, hangs, breaker, submitted }: World): number {
  const life = 2 * policy.window + (policy.retries + 2) * hangs * SECOND;
  return 800 * SECOND + submitted.length * (life + breaker.longestWaitMs + latenessAllowed);
}

test('whatever a partner does, with breaker, pauses and places: attempts, window and last chance are as agreed', () => {
  fc.assert(
    fc.property(worlds, (world) => {
      const { policy, pauses } = world;
      for (const message of live(world, longAfter(world))) {
        assert.ok(['acknowledged', 'failed'].includes(message.state), 'every message learns its fate');
        assert.ok(message.attempts <= policy.retries + 1, 'never more attempts than the P-Mode says');
        assert.ok(message.attempts >= 1, 'never given up untried');
        for (const { at, begun } of message.starts) {
          assert.ok(begun <= windowEnd(policy, 0) + latenessAllowed, 'never after the window');
          assert.ok(!pauses.some(({ from, until }) => from <= at && at < until), 'never in a pause');
        }
      }
    }),
    { numRuns: 150 },
  );
});

test('a message waits for an open breaker one window at most before its first attempt, if there is a place', () => {
  fc.assert(
    fc.property(worlds, (drawn) => {
      const world = { ...drawn, pauses: [], perPartner: PLACES };
      const messages = live(world, longAfter(world));
      messages.forEach((message, index) => {
        const submitted = world.submitted[index]! * SECOND;
        assert.ok(message.starts[0]!.at - submitted <= world.policy.window);
      });
    }),
    { numRuns: 150 },
  );
});
