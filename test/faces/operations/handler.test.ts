import assert from 'node:assert/strict';
import { test } from 'node:test';
import { operationsHandler } from '../../../src/faces/operations/index.ts';
import { startHttpListener } from '../../../src/world/http/index.ts';

test('the operators’ door says that the process lives, and has nothing else', async (context) => {
  const listener = await startHttpListener({
    name: 'operations',
    host: '127.0.0.1',
    port: 0,
    observer: { emit: () => undefined },
    handle: operationsHandler(),
  });
  context.after(() => listener.close());
  const { url } = listener.address;
  const live = await fetch(`${url}/health/live`);
  assert.equal(live.status, 200);
  assert.deepEqual(await live.json(), { status: 'up' });
  assert.equal((await fetch(`${url}/elsewhere`)).status, 404);
  const posted = await fetch(`${url}/health/live`, { method: 'POST' });
  assert.equal(posted.status, 405);
  assert.equal(posted.headers.get('allow'), 'GET, HEAD');
});
