import assert from 'node:assert/strict';
import { test } from 'node:test';
import { HealthWatch, up } from '../../../src/faces/operations/index.ts';
import type { ComponentHealth, Probe } from '../../../src/faces/operations/index.ts';
import { QuoinError } from '../../../src/protocol/errors/index.ts';
import { createSignal } from '../../support/waiting.ts';

const HOUR = 3_600_000;
const silent = { emit: () => undefined };

function watch(probe: Probe, times: { probeMs?: number; freshMs?: number } = {}): HealthWatch {
  return new HealthWatch(silent, { probeMs: HOUR, freshMs: HOUR, ...times }).add('store', probe);
}

test('however many ask, a part is looked at once, and again when the answer is old', async () => {
  let looks = 0;
  const probe = async (): Promise<ComponentHealth> => {
    await Promise.resolve();
    looks += 1;
    return up('The store can write.');
  };
  const lasting = watch(probe);
  await Promise.all(Array.from({ length: 100 }, () => lasting.components()));
  await lasting.components();
  assert.equal(looks, 1);
  const fleeting = watch(probe, { freshMs: -1 });
  await fleeting.components();
  await fleeting.components();
  assert.equal(looks, 3);
});

test('a look that hangs is down after its time, is not begun again, and is up when it ends well', async () => {
  const answered = createSignal();
  let looks = 0;
  const hanging = watch(
    async () => {
      looks += 1;
      await answered.given;
      return up('The store can write.');
    },
    { probeMs: 5 },
  );
  for (let i = 0; i < 3; i += 1) {
    const { store } = await hanging.components();
    assert.deepEqual([store?.status, store?.code], ['down', 'operations/probe-timeout']);
  }
  assert.equal(looks, 1);
  answered.give();
  await new Promise((resolve) => setImmediate(resolve));
  assert.equal((await hanging.components())['store']?.status, 'up');
  assert.equal(looks, 1);
});

test('what a look throws is told by its code; of the finding only a cause that the system names', async () => {
  const failing = (found: string): HealthWatch =>
    watch(() =>
      Promise.reject(
        new QuoinError('store/unavailable', 'The message store cannot serve.', {
          finding: { check: 'store-serves', found },
        }),
      ),
    );
  const { store } = await failing('SQLITE_FULL').components();
  assert.deepEqual(
    [store?.status, store?.code, store?.message, store?.facts],
    ['down', 'store/unavailable', 'The message store cannot serve.', { cause: 'SQLITE_FULL' }],
  );
  const told = JSON.stringify(await failing('password of user quoin at db.internal').components());
  assert.doesNotMatch(told, /password|internal/);
});

test('a defect is down, and its text stays in the log', async () => {
  const defective = watch(() => Promise.reject(new TypeError('cannot read "jane@example.org"')));
  const { store } = await defective.components();
  assert.deepEqual([store?.status, store?.code], ['down', 'quoin/defect']);
  assert.doesNotMatch(JSON.stringify(store), /jane/);
});

test('the log hears of a change, once', async () => {
  const heard: unknown[] = [];
  let health: ComponentHealth = up('The store can write.');
  const noted = new HealthWatch(
    { emit: (event) => void heard.push([event.event, event.level, event['component'], event['status']]) },
    { probeMs: HOUR, freshMs: -1 },
  ).add('store', () => Promise.resolve(health));
  await noted.components();
  await noted.components();
  assert.deepEqual(heard, []);
  health = { status: 'down', code: 'store/unavailable', message: 'The message store cannot serve.' };
  await noted.components();
  await noted.components();
  health = up('The store can write.');
  await noted.components();
  assert.deepEqual(heard, [
    ['operations/health-changed', 'error', 'store', 'down'],
    ['operations/health-changed', 'info', 'store', 'up'],
  ]);
});
