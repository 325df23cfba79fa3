import assert from 'node:assert/strict';
import { createRequire } from 'node:module';
import { test } from 'node:test';
import { startRealGateways } from '../support/real-gateways.ts';

/** Libraries that an access point on the embedded adapters has no use for before its doors are open, or ever. */
const HEAVY = ['express', 'undici', 'bullmq', 'ioredis', 'pg', '@opentelemetry/sdk-trace-base'];

test('an access point that starts loads no library that only others need', async (t) => {
  const { cache } = createRequire(import.meta.url);
  const { b } = await startRealGateways(t);
  const loaded = (name: string): boolean =>
    Object.keys(cache).some((file) => file.includes(`/node_modules/${name}/`));
  assert.ok(loaded('pino'), 'what is loaded can be told');
  assert.deepEqual(HEAVY.filter(loaded), []);
  assert.equal((await fetch(`${b.operations}/metrics`)).status, 200);
  assert.ok(loaded('prom-client'), 'and what is loaded later');
});
