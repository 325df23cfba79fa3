import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { test } from 'node:test';
import type { TestContext } from 'node:test';
import { HealthWatch, operationsHandler, up } from '../../../src/faces/operations/index.ts';
import type { ComponentHealth, OperationsOptions, Phase } from '../../../src/faces/operations/index.ts';

const silent = { emit: () => undefined };
const degraded: ComponentHealth = {
  status: 'degraded',
  code: 'queue/unavailable',
  message: 'The queue cannot be reached.',
};
const down: ComponentHealth = {
  status: 'down',
  code: 'store/unavailable',
  message: 'The message store cannot serve.',
};

interface Door {
  readonly get: (path: string, init?: RequestInit) => Promise<Response>;
}

async function openDoor(
  test: TestContext,
  parts: Readonly<Record<string, ComponentHealth>> = {},
  options: Partial<OperationsOptions> = {},
): Promise<Door> {
  const watch = new HealthWatch(silent);
  for (const [name, health] of Object.entries(parts)) watch.add(name, () => Promise.resolve(health));
  const handler = operationsHandler({
    phase: () => 'running',
    watch,
    metrics: () => Promise.resolve({ contentType: 'text/plain; version=0.0.4', text: 'quoin_ready 1\n' }),
    observer: silent,
    ...options,
  });
  const server = createServer(handler).listen(0, '127.0.0.1');
  await new Promise((resolve) => server.once('listening', resolve));
  test.after(() => new Promise((resolve) => server.close(resolve)));
  const { port } = server.address() as AddressInfo;
  return { get: (path, init) => fetch(`http://127.0.0.1:${port}${path}`, init) };
}

async function ready(door: Door): Promise<readonly [number, Record<string, unknown>]> {
  const response = await door.get('/health/ready');
  assert.equal(response.headers.get('content-type'), 'application/json');
  assert.equal(response.headers.get('cache-control'), 'no-store');
  return [response.status, (await response.json()) as Record<string, unknown>];
}

test('alive answers 200 in every phase', async (t) => {
  for (const phase of ['starting', 'running', 'stopping'] as const) {
    const door = await openDoor(t, { store: down }, { phase: () => phase });
    const response = await door.get('/health/live');
    assert.deepEqual([response.status, await response.json()], [200, { status: 'up' }]);
  }
});

test('ready is 200 when every part is up, and names each', async (t) => {
  const [status, report] = await ready(
    await openDoor(t, { store: up('It can write.', { engine: 'sqlite' }) }),
  );
  assert.equal(status, 200);
  assert.equal(report['status'], 'ready');
  const { store } = report['components'] as Record<string, Record<string, unknown>>;
  assert.deepEqual(
    [store?.['status'], store?.['code'], store?.['facts']],
    ['up', 'ok', { engine: 'sqlite' }],
  );
  assert.equal(new Date(store?.['checkedAt'] as string).toISOString(), store?.['checkedAt']);
});

test('a degraded part leaves it able to serve, and is the cause', async (t) => {
  const [status, report] = await ready(await openDoor(t, { store: up('It can write.'), queue: degraded }));
  assert.deepEqual(
    [status, report['status'], report['code'], report['message']],
    [200, 'degraded', 'queue/unavailable', 'The queue cannot be reached.'],
  );
});

test('a part that is down makes it unready; it is the cause, whatever is degraded beside it', async (t) => {
  const [status, report] = await ready(await openDoor(t, { queue: degraded, store: down }));
  assert.deepEqual([status, report['status'], report['code']], [503, 'unready', 'store/unavailable']);
});

test('before and after, ready is 503 and says which, without looking at any part', async (t) => {
  let phase: Phase = 'starting';
  let looks = 0;
  const watch = new HealthWatch(silent).add('store', () => Promise.resolve((looks++, up('It can write.'))));
  const door = await openDoor(t, {}, { watch, phase: () => phase });
  const codes = [];
  for (phase of ['starting', 'stopping'] as const) {
    const [status, report] = await ready(door);
    codes.push([status, report['status'], report['code']]);
  }
  assert.deepEqual(codes, [
    [503, 'starting', 'operations/starting'],
    [503, 'stopping', 'operations/stopping'],
  ]);
  assert.equal(looks, 0);
});

test('metrics are served in their own media type', async (t) => {
  const response = await (await openDoor(t)).get('/metrics?name=x');
  assert.equal(response.headers.get('content-type'), 'text/plain; version=0.0.4');
  assert.equal(await response.text(), 'quoin_ready 1\n');
});

test('the index names every page, and each answers', async (t) => {
  const door = await openDoor(t);
  const pages = [...(await (await door.get('/')).text()).matchAll(/^(\/\S+)/gm)].map(([, path]) => path!);
  assert.deepEqual(pages, ['/health/live', '/health/ready', '/metrics']);
  for (const page of pages) assert.equal((await door.get(page)).status, 200, page);
});

test('other methods and pages are refused in words', async (t) => {
  const door = await openDoor(t);
  const posted = await door.get('/metrics', { method: 'POST', body: 'x' });
  assert.deepEqual([posted.status, posted.headers.get('allow')], [405, 'GET, HEAD']);
  const answers = [posted, await door.get('/constructor'), await door.get('/health')];
  const codes = await Promise.all(answers.map(async (one) => ((await one.json()) as { code: string }).code));
  assert.deepEqual(codes, [
    'operations/method-not-allowed',
    'operations/no-such-page',
    'operations/no-such-page',
  ]);
});

test('HEAD answers without a body', async (t) => {
  const response = await (await openDoor(t)).get('/health/ready', { method: 'HEAD' });
  assert.equal(response.status, 200);
  assert.ok(Number(response.headers.get('content-length')) > 0);
  assert.equal(await response.text(), '');
});

test('a page that fails is 500 with a fixed sentence, and the log has the reason', async (t) => {
  const heard: unknown[] = [];
  const door = await openDoor(
    t,
    {},
    {
      metrics: () => Promise.reject(new Error('secret reason')),
      observer: { emit: (event) => void heard.push(event['error']) },
    },
  );
  const response = await door.get('/metrics');
  assert.equal(response.status, 500);
  assert.doesNotMatch(await response.text(), /secret/);
  assert.deepEqual(heard, ['Error: secret reason']);
});
