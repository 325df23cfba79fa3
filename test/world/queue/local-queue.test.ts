import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { test } from 'node:test';
import fc from 'fast-check';
import { createLocalQueue } from '../../../src/world/queue/index.ts';
import { createTimetable } from '../../../src/world/queue/timetable.ts';

test('a timetable gives every appointment once, at its time, in the order of times', () => {
  const entry = fc.record({ at: fc.integer({ min: 0, max: 50 }), row: fc.constantFrom('a', 'b', 'c', 'd') });
  const steps = fc.array(fc.oneof(entry, fc.integer({ min: 0, max: 60 })), { maxLength: 200 });
  fc.assert(
    fc.property(steps, (todo) => {
      const timetable = createTimetable();
      const model = new Map<string, { at: number; row: string }>();
      for (const step of todo) {
        if (typeof step === 'object') {
          timetable.add(step);
          model.set(`${step.at}${step.row}`, step);
        } else {
          const expected = [...model.values()].filter(({ at }) => at <= step);
          for (const { at, row } of expected) model.delete(`${at}${row}`);
          const rows = timetable.due(step);
          assert.deepEqual(rows.toSorted(), expected.map(({ row }) => row).toSorted());
        }
        const times = [...model.values()].map(({ at }) => at);
        assert.equal(timetable.next(), times.length === 0 ? undefined : Math.min(...times));
        assert.equal(timetable.size(), model.size);
      }
      const rest = [...model.values()].toSorted((a, b) => a.at - b.at).map(({ at }) => at);
      const taken = rest.map(() => {
        const at = timetable.next()!;
        timetable.due(at);
        return at;
      });
      assert.deepEqual([...new Set(taken.filter((at) => at !== undefined))], [...new Set(rest)]);
    }),
  );
});

test('times follow the given clock, also one that is set forward', (t) => {
  t.mock.timers.enable({ apis: ['setTimeout', 'setImmediate'] });
  let now = 1000;
  const queue = createLocalQueue({ now: () => now });
  const handled: string[] = [];
  queue.listen((rowId) => Promise.resolve(void handled.push(rowId)), {
    concurrency: 1,
    onError: assert.fail,
  });
  void queue.ring('hour', now + 3_600_000);
  t.mock.timers.tick(60_000);
  assert.deepEqual(handled, [], 'its clock says it is not time');
  now += 3_600_000;
  t.mock.timers.tick(30_001);
  t.mock.timers.tick(1);
  assert.deepEqual(handled, ['hour'], 'noticed within half a minute');
});

test('a handler is taken once, and with a sensible concurrency', () => {
  const queue = createLocalQueue({ now: () => 0 });
  const options = { concurrency: 1, onError: assert.fail };
  for (const concurrency of [0, -1, 1.5, Number.NaN]) {
    assert.throws(() => queue.listen(() => Promise.resolve(), { ...options, concurrency }), {
      code: 'queue/bad-concurrency',
    });
  }
  queue.listen(() => Promise.resolve(), options);
  assert.throws(() => queue.listen(() => Promise.resolve(), options), { code: 'queue/already-listening' });
});

test('rings that wait do not keep the process alive', () => {
  const module = new URL('../../../src/world/queue/index.ts', import.meta.url).href;
  const program = `
    import { createLocalQueue } from '${module}';
    const queue = createLocalQueue({ now: () => Date.now() });
    queue.listen(async () => {}, { concurrency: 1, onError: () => {} });
    await queue.ring('row', Date.now() + 3600000);`;
  const args = ['--import', 'tsx', '--input-type=module', '--eval', program];
  const { status, signal } = spawnSync(process.execPath, args, { timeout: 60_000 });
  assert.deepEqual({ status, signal }, { status: 0, signal: null });
});
