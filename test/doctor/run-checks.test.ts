import assert from 'node:assert/strict';
import { setTimeout as sleep } from 'node:timers/promises';
import { test } from 'node:test';
import { runChecks } from '../../src/doctor/run-checks.ts';
import type { Check, Finished } from '../../src/doctor/types.ts';
import { QuoinError } from '../../src/protocol/errors/index.ts';

const ok = { outcome: 'ok', found: 'as it should be' } as const;

async function run(checks: readonly Check<string>[]): Promise<readonly Finished[]> {
  const told: Finished[] = [];
  const ended = await runChecks(checks, { subject: 'AP_X', on: 'it', report: (one) => told.push(one) });
  assert.deepEqual(told, ended, 'each is reported, in the order of the table');
  return ended;
}

const outcomes = (ended: readonly Finished[]): Record<string, string> =>
  Object.fromEntries(ended.map(({ check, outcome }) => [check, outcome]));

test('checks run side by side and are told in the order of the table', async () => {
  let slowRuns = false;
  const ended = await run([
    {
      name: 'slow',
      asks: '',
      run: async () => {
        slowRuns = true;
        await sleep(20);
        slowRuns = false;
        return ok;
      },
    },
    { name: 'quick', asks: '', run: (on) => ({ ...ok, found: `${on} while slow runs: ${slowRuns}` }) },
  ]);
  assert.deepEqual(
    ended.map(({ check, found, subject }) => [subject, check, found]),
    [
      ['AP_X', 'slow', 'as it should be'],
      ['AP_X', 'quick', 'it while slow runs: true'],
    ],
  );
});

test('what needs a failed or skipped check is skipped and says for which; a warning is no hindrance', async () => {
  const ended = await run([
    { name: 'a', asks: '', run: () => ({ outcome: 'failed', found: 'broken' }) },
    { name: 'b', asks: '', needs: ['a'], run: () => assert.fail('it must not run') },
    { name: 'c', asks: '', needs: ['b'], run: () => assert.fail('it must not run') },
    { name: 'd', asks: '', run: () => ({ outcome: 'warning', found: 'odd' }) },
    { name: 'e', asks: '', needs: ['d'], run: () => ok },
  ]);
  assert.deepEqual(outcomes(ended), { a: 'failed', b: 'skipped', c: 'skipped', d: 'warning', e: 'ok' });
  assert.match(ended[1]!.found, /a failed/);
  assert.match(ended[2]!.found, /b skipped/);
});

test('an error is a verdict with its advice, a defect one in its own words', async () => {
  const [known, defect] = await run([
    {
      name: 'known',
      asks: '',
      run: () => {
        throw new QuoinError('http/dns-failed', 'No such host.', {
          finding: { check: 'host', expected: 'a host', found: 'ENOTFOUND', advice: 'Correct it.' },
        });
      },
    },
    { name: 'defect', asks: '', run: () => Promise.reject(new TypeError('oops')) },
  ]);
  assert.deepEqual(
    [known!.outcome, known!.found, known!.expected, known!.advice],
    ['failed', 'No such host. (ENOTFOUND)', 'a host', 'Correct it.'],
  );
  assert.deepEqual([defect!.outcome, defect!.found], ['failed', 'TypeError: oops']);
});

test('a check that does not end is given up and told to stop', async () => {
  let stopped = false;
  const [ended] = await run([
    {
      name: 'hangs',
      asks: '',
      limitMs: 30,
      run: (_on, signal) =>
        new Promise(() => {
          signal.addEventListener('abort', () => (stopped = true));
        }),
    },
  ]);
  assert.equal(ended!.outcome, 'failed');
  assert.match(ended!.found, /no end within 0\.03 s/);
  assert.ok(stopped);
});
