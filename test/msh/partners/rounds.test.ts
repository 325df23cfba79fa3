import assert from 'node:assert/strict';
import { test } from 'node:test';
import { startRounds } from '../../../src/msh/partners/rounds.ts';
import type { MshEvent } from '../../../src/msh/ports/index.ts';

test('of rounds that fail one after the other the first is told, and again after one that did not', async () => {
  const outcomes = ['fails', 'fails', 'fails', 'works', 'fails', 'fails', 'works'];
  const told: string[] = [];
  let round = 0;
  let end: () => void;
  const ended = new Promise<void>((resolve) => (end = resolve));
  type Context = Parameters<typeof startRounds>[0];
  type Desk = Parameters<typeof startRounds>[1];
  const observer = { emit: ({ event }: MshEvent) => told.push(`${event} in round ${round}`) };
  const desk = {
    followControls: () => {
      const outcome = outcomes[round];
      round += 1;
      if (round === outcomes.length) end();
      return outcome === 'fails' ? Promise.reject(new Error('the store is away')) : Promise.resolve();
    },
    accounts: () => [],
    ringParked: () => undefined,
  };
  const rounds = startRounds({ observer } as unknown as Context, desk as unknown as Desk, 1);
  // The rounds keep no process alive; this does while they are made.
  const alive = setInterval(() => undefined, 1000);
  await ended;
  clearInterval(alive);
  await rounds.stop();
  assert.deepEqual(told, ['partner/round-failed in round 1', 'partner/round-failed in round 5']);
});
