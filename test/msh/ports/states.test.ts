import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import {
  CLAIMABLE_STATES,
  FINAL_STATES,
  MOVES,
  OPERATOR_MOVES,
  mayMove,
} from '../../../src/msh/ports/index.ts';
import type { MessageState } from '../../../src/msh/ports/index.ts';

const STATES = Object.keys(MOVES) as MessageState[];

const isOperators = (from: MessageState, to: MessageState): boolean =>
  OPERATOR_MOVES.some(([a, b]) => a === from && b === to);

/** Every walk the table allows: a start and choices among the moves from wherever one is. */
const walksBy = (allowed: (from: MessageState, to: MessageState) => boolean) =>
  fc.tuple(fc.constantFrom(...STATES), fc.array(fc.nat(), { maxLength: 40 })).map(([start, choices]) => {
    const walk = [start];
    for (const choice of choices) {
      const from = walk.at(-1)!;
      const moves = MOVES[from].filter((to) => allowed(from, to));
      if (moves.length > 0) walk.push(moves[choice % moves.length]!);
    }
    return walk;
  });

const walks = walksBy(() => true);
/** What the exchange does by itself. */
const exchangeWalks = walksBy((from, to) => !isOperators(from, to));

test('an operator moves only along the table', () => {
  for (const [from, to] of OPERATOR_MOVES) assert.ok(mayMove(from, to), `${from} > ${to}`);
});

test('no path of the exchange leaves a final state', () => {
  fc.assert(
    fc.property(exchangeWalks, (walk) => {
      const final = walk.findIndex((state) => FINAL_STATES.includes(state));
      if (final < 0) return;
      const after = walk.slice(final);
      assert.ok(
        after.every((state) => state === walk[final] || state === 'DELETED'),
        walk.join(' > '),
      );
    }),
  );
});

test('a message that was acknowledged or deleted is never sent or delivered again, whoever acts', () => {
  for (const state of ['ACKNOWLEDGED', 'DELETED'] as const)
    assert.deepEqual([...reachable(state)], state === 'DELETED' ? [] : ['DELETED']);
});

test('no path crosses between sending and receiving, and nothing comes back from the dead', () => {
  const received: readonly MessageState[] = ['RECEIVED', 'DOWNLOADED'];
  fc.assert(
    fc.property(walks, (walk) => {
      const living = walk.filter((state) => state !== 'DELETED');
      assert.equal(new Set(living.map((state) => received.includes(state))).size <= 1, true);
      if (walk.includes('DELETED')) assert.equal(walk.at(-1), 'DELETED');
    }),
  );
  fc.assert(
    fc.property(exchangeWalks, (walk) => {
      assert.ok(!walk.slice(1).includes('RECEIVED') && !walk.slice(1).includes('SEND_ENQUEUED'));
    }),
  );
});

test('from every state of sending both fates can be reached', () => {
  for (const state of CLAIMABLE_STATES) {
    const reached = reachable(state);
    assert.ok(reached.has('ACKNOWLEDGED') && reached.has('SEND_FAILURE'), state);
  }
});

test('claimable are exactly the states that lead straight to an attempt', () => {
  const leading = STATES.filter((state) => mayMove(state, 'WAITING_FOR_RECEIPT'));
  assert.deepEqual(leading.toSorted(), CLAIMABLE_STATES.toSorted());
});

function reachable(from: MessageState, seen = new Set<MessageState>()): ReadonlySet<MessageState> {
  for (const next of MOVES[from]) {
    if (seen.has(next)) continue;
    seen.add(next);
    reachable(next, seen);
  }
  return seen;
}
