import assert from 'node:assert/strict';
import { once } from 'node:events';
import { request as httpRequest } from 'node:http';
import type { IncomingMessage } from 'node:http';
import { setTimeout as delay } from 'node:timers/promises';
import { test } from 'node:test';
import { payloadHealth } from '../../src/gateway/open-payloads.ts';
import { createSpaceGuard } from '../../src/gateway/space-guard.ts';
import { startRealGateways } from '../support/real-gateways.ts';
import type { RealGateway } from '../support/real-gateways.ts';

interface Problem {
  readonly code: string;
  readonly detail: string;
}

/** What fits no agreement, for an action that is known: nothing of it is ever kept. */
async function submit(gateway: RealGateway): Promise<readonly [number, Problem, Headers]> {
  const response = await fetch(`${gateway.api}/v1/messages`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ pmode: 'oots.a-b', action: 'ExecuteQueryRequest', parts: [] }),
  });
  return [response.status, (await response.json()) as Problem, response.headers];
}

/** Submits until the answer is this one; what it refuses for reasons of its own shows that it is taken in again. */
async function submitUntil(gateway: RealGateway, code: string): Promise<readonly [number, Problem, Headers]> {
  for (;;) {
    const answer = await submit(gateway);
    if (answer[1].code === code) return answer;
    await delay(50);
  }
}

test('with too little space on the disk both doors refuse before they read, and everything else goes on', async (t) => {
  const { a } = await startRealGateways(t, { more: 'limits: { freeSpace: 8000000GiB }' });
  const [status, problem, headers] = await submit(a);
  assert.deepEqual([status, problem.code], [503, 'submit/low-space']);
  assert.match(JSON.stringify(problem), /at least 8000000GiB free.*"found":"\d+[MG]iB"/);
  assert.match(headers.get('retry-after') ?? '', /^\d+$/);
  const pushed = await fetch(`${a.as4}/as4`, { method: 'POST', body: 'no AS4 at all' });
  assert.equal(pushed.status, 503);
  assert.match(pushed.headers.get('retry-after') ?? '', /^\d+$/);
  assert.equal((await a.msh.journal({}, { limit: 10 })).items.length, 0, 'nothing was read or written');
  assert.equal((await fetch(`${a.api}/v1/inbox`)).status, 200);
  const ready = await fetch(`${a.operations}/health/ready`);
  const { code } = (await ready.json()) as Problem;
  assert.deepEqual([ready.status, code], [503, 'submit/low-space'], 'nobody is sent here meanwhile');
  assert.equal(a.events.filter(({ event }) => event === 'gateway/low-space').length, 1);
});

test('an upload that stops at the door of the backends is given up after timeouts.idle', async (t) => {
  const { a } = await startRealGateways(t, { more: 'timeouts: { idle: 1s }' });
  const upload = httpRequest(`${a.api}/v1/messages`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
  });
  upload.on('error', () => undefined);
  upload.write('{');
  const [{ statusCode }] = (await once(upload, 'response')) as [IncomingMessage];
  upload.destroy();
  assert.equal(statusCode, 408);
});

test('the payloads are down while messages are refused for space, and degraded before', async () => {
  const GIB = 1024 ** 3;
  const rows = [
    [3 * GIB - 1, 3 * GIB, 'down', 'submit/low-space'],
    [3 * GIB, 3 * GIB, 'degraded', 'payloads/little-space'],
    [6 * GIB - 1, 3 * GIB, 'degraded', 'payloads/little-space'],
    [6 * GIB, 3 * GIB, 'up', 'ok'],
    [0, 0, 'degraded', 'payloads/little-space'],
    [GIB, 0, 'up', 'ok'],
  ] as const;
  for (const [free, keptFree, status, code] of rows) {
    const disk = { check: () => Promise.resolve(), space: () => Promise.resolve({ free, size: 9 * GIB }) };
    const seen = await payloadHealth(disk, keptFree);
    assert.deepEqual([seen.status, seen.code], [status, code], `${free} of ${keptFree}`);
  }
});

test('each change of the space is told once; a disk that cannot be asked changes nothing', async () => {
  const events: string[] = [];
  const disk = { free: 10, now: 0, looks: 0 };
  const guard = createSpaceGuard(
    {
      space: () => {
        disk.looks += 1;
        return disk.free < 0
          ? Promise.reject(new Error('gone'))
          : Promise.resolve({ free: disk.free, size: 100 });
      },
    },
    10,
    {
      nature: { now: () => disk.now },
      observer: { emit: ({ event }) => void events.push(event) },
    },
  );
  const rows = [
    [10, undefined],
    [9, 9],
    [8, 8],
    [-1, 8],
    [10, undefined],
    [-1, undefined],
  ] as const;
  for (const [free, lacking] of rows) {
    disk.free = free;
    disk.now += 5_000;
    assert.deepEqual(await Promise.all([guard.lacking(), guard.lacking()]), [lacking, lacking]);
  }
  assert.equal(disk.looks, rows.length);
  assert.deepEqual(events, ['gateway/low-space', 'gateway/space-again']);
});

test('a backlog for a partner that is held back closes the way in, and its end opens it', async (t) => {
  const { a } = await startRealGateways(t, { more: 'limits: { backlog: 3 }' });
  assert.equal((await submit(a))[1].code, 'submit/against-agreement');
  await a.msh.partners.pause('AP_XB_01', 'test');
  for (const _ of [1, 2, 3]) await a.msh.ping({ pmode: 'oots.a-b' });
  const [status, problem, headers] = await submitUntil(a, 'submit/backlog-full');
  assert.equal(status, 503);
  assert.match(headers.get('retry-after') ?? '', /^\d+$/);
  assert.match(problem.detail, /3 messages wait to be sent, 3 of them for AP_XB_01/);
  await a.msh.partners.resume('AP_XB_01');
  await submitUntil(a, 'submit/against-agreement');
});
