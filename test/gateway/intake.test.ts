import assert from 'node:assert/strict';
import { setTimeout as delay } from 'node:timers/promises';
import { test } from 'node:test';
import { startRealGateways } from '../support/real-gateways.ts';
import type { RealGateway } from '../support/real-gateways.ts';

interface Problem {
  readonly code: string;
  readonly detail: string;
}

async function submit(gateway: RealGateway): Promise<readonly [number, Problem, Headers]> {
  const response = await fetch(`${gateway.api}/v1/messages`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ pmode: 'oots.a-b', action: 'urn:nobody:knows', parts: [] }),
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

test('a backlog for a partner that is held back closes the way in, and its end opens it', async (t) => {
  const { a } = await startRealGateways(t, { more: 'limits: { backlog: 3 }' });
  assert.equal((await submit(a))[1].code, 'submit/unknown-action');
  await a.msh.partners.pause('AP_XB_01', 'test');
  for (const _ of [1, 2, 3]) await a.msh.ping({ pmode: 'oots.a-b' });
  const [status, problem, headers] = await submitUntil(a, 'submit/backlog-full');
  assert.equal(status, 503);
  assert.match(headers.get('retry-after') ?? '', /^\d+$/);
  assert.match(problem.detail, /3 messages wait to be sent, most of them for AP_XB_01 \(3\)/);
  await a.msh.partners.resume('AP_XB_01');
  await submitUntil(a, 'submit/unknown-action');
});
