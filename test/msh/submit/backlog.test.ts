import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createBacklog } from '../../../src/msh/index.ts';
import type { WaitingLane } from '../../../src/msh/index.ts';
import { pairGateways } from '../../support/test-pair.ts';

/** A backlog of ten over the agreements of a real gateway, with as many messages waiting as the test says. */
async function tenWaiting(t: Parameters<typeof pairGateways>[0]) {
  const { a } = await pairGateways(t);
  const { pmode, leg } = a.pmodes.flatMap((one) => one.legs.map((each) => ({ pmode: one, leg: each })))[0]!;
  const world = { waiting: 0, others: 1, now: 1_000_000, looks: 0, fails: false };
  const lanes = (): readonly WaitingLane[] => [
    { pmodeId: pmode.id, leg: leg.name, messages: world.waiting, dueAt: 0 },
    { pmodeId: 'gone', leg: 'request', messages: world.others, dueAt: 0 },
  ];
  const store = {
    ...a.world.store,
    waitingLanes: () => {
      world.looks += 1;
      return world.fails ? Promise.reject(new Error('no store')) : Promise.resolve(lanes());
    },
  };
  const nature = { now: () => world.now, uuid: () => '' };
  const backlog = createBacklog({ store, nature, agreements: a.context.agreements }, 10);
  const partner = pmode.selfIs === 'initiator' ? pmode.responder : pmode.initiator;
  const { name } = partner.party;
  return { world, backlog, check: () => backlog.mayTakeFor(name), partner: name };
}

test('from the limit on new messages are refused, until a tenth of it is gone', async (t) => {
  const { world, check, partner } = await tenWaiting(t);
  const rows: readonly (readonly [number, boolean])[] = [
    [8, true],
    [9, false],
    [20, false],
    [9, false],
    [8, true],
    [8, true],
    [9, false],
  ];
  for (const [waiting, taken] of rows) {
    world.waiting = waiting;
    world.now += 2_000;
    if (taken) await check();
    else
      await assert.rejects(check(), (error: Error & { code?: string }) => {
        assert.equal(error.code, 'submit/backlog-full');
        assert.match(
          error.message,
          new RegExp(`^${waiting + 1} messages .*, ${waiting} of them for ${partner}\\.`),
        );
        return true;
      });
  }
});

/** Whether something was taken: true, or how it was refused. */
const taken = (asked: Promise<void>): Promise<true | string> =>
  asked.then(
    () => true as const,
    ({ code }: { code: string }) => code,
  );

test('a partner that fills the backlog is refused, the others are not, until twice the limit waits', async (t) => {
  const { world, backlog, partner } = await tenWaiting(t);
  const FULL = 'submit/backlog-full';
  const rows = [
    { waiting: 9, others: 0, own: true, other: true, any: true },
    { waiting: 10, others: 0, own: FULL, other: true, any: true },
    { waiting: 5, others: 14, own: FULL, other: true, any: true },
    { waiting: 4, others: 15, own: true, other: true, any: true },
    { waiting: 19, others: 1, own: FULL, other: true, any: FULL },
    { waiting: 18, others: 1, own: FULL, other: true, any: FULL },
    { waiting: 17, others: 1, own: FULL, other: true, any: true },
    { waiting: 9, others: 0, own: true, other: true, any: true },
  ];
  for (const { waiting, others, ...expected } of rows) {
    Object.assign(world, { waiting, others });
    world.now += 2_000;
    const seen = {
      own: await taken(backlog.mayTakeFor(partner)),
      other: await taken(backlog.mayTakeFor('another')),
      any: await taken(backlog.mayTake()),
    };
    assert.deepEqual(seen, expected, `${waiting} and ${others}`);
  }
});

test('one look serves all who ask within its time, whatever the clock does; one that failed serves nobody later', async (t) => {
  const { world, check } = await tenWaiting(t);
  await Promise.all([check(), check(), check()]);
  world.now += 1_999;
  await check();
  assert.equal(world.looks, 1);
  world.now -= 3_600_000;
  await check();
  assert.equal(world.looks, 2);
  world.now += 2_000;
  world.fails = true;
  await assert.rejects(check(), /no store/);
  world.fails = false;
  await check();
  assert.equal(world.looks, 4);
});
