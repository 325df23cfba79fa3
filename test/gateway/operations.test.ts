import assert from 'node:assert/strict';
import { once } from 'node:events';
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { request } from 'node:http';
import type { ClientRequest, IncomingMessage } from 'node:http';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { test } from 'node:test';
import { addCareSignals } from '../../src/gateway/care-signals.ts';
import type { Msh, WebhookStatus } from '../../src/msh/index.ts';
import type { GaugeSource } from '../../src/world/observe/index.ts';
import { startRealGateways } from '../support/real-gateways.ts';
import type { RealGateway } from '../support/real-gateways.ts';
import { startEndpoint } from '../support/webhook-endpoint.ts';

interface Report {
  readonly status: string;
  readonly code: string;
  readonly components: Readonly<Record<string, { readonly status: string; readonly code: string }>>;
}

async function readiness(gateway: RealGateway): Promise<readonly [number, Report]> {
  const response = await fetch(`${gateway.operations}/health/ready`);
  return [response.status, (await response.json()) as Report];
}

async function metricsOf(gateway: RealGateway): Promise<ReadonlyMap<string, number>> {
  const text = await (await fetch(`${gateway.operations}/metrics`)).text();
  const lines = text.split('\n').filter((line) => line !== '' && !line.startsWith('#'));
  return new Map(
    lines.map((line) => [
      line.slice(0, line.lastIndexOf(' ')),
      Number(line.slice(line.lastIndexOf(' ') + 1)),
    ]),
  );
}

async function ping(a: RealGateway): Promise<void> {
  const { messageId } = await a.msh.ping({ pmode: 'oots.a-b' });
  while ((await a.msh.status(messageId))?.message.state !== 'ACKNOWLEDGED') await delay(10);
}

test('two whole gateways: ready with every part, an exchange in the metrics of both', async (t) => {
  const { a, b } = await startRealGateways(t);
  const [status, report] = await readiness(a);
  assert.equal(status, 200, JSON.stringify(report));
  assert.equal(report.components['store']?.code, 'ok');
  assert.deepEqual(Object.keys(report.components).sort(), [
    'configuration',
    'keys',
    'payloads',
    'queue',
    'store',
  ]);

  await ping(a);
  const [sent, received] = [await metricsOf(a), await metricsOf(b)];
  const out = 'direction="out",partner="AP_XB_01",outcome="acknowledged"';
  assert.equal(sent.get(`quoin_exchanges_total{${out}}`), 1);
  assert.equal(sent.get('quoin_submission_to_receipt_seconds_count{partner="AP_XB_01"}'), 1);
  assert.equal(sent.get('quoin_step_duration_seconds_count{step="send/push"}'), 1);
  assert.equal(sent.get('quoin_in_flight{direction="out"}'), 0);
  const taken = 'direction="in",partner="AP_XA_01",outcome="received"';
  assert.equal(received.get(`quoin_exchanges_total{${taken}}`), 1);
  assert.equal(received.get('quoin_step_duration_seconds_count{step="receive/verify-signature"}'), 1);

  for (const use of ['sign', 'decrypt'])
    assert.ok(
      [...sent].some(
        ([line, days]) =>
          line.startsWith(`quoin_certificate_days_left{use="${use}",party="AP_XA_01"`) && days > 20,
      ),
      use,
    );
  assert.equal(sent.get('quoin_ready'), 1);
  assert.equal(sent.get('quoin_component_up{component="store"}'), 1);
  assert.equal(sent.get('quoin_queue_connected'), 1);
  assert.ok((sent.get('quoin_payload_disk_size_bytes') ?? 0) > 0);
});

test('a refused reload degrades readiness without ending it, and is counted; webhooks and breakers are measured', async (t) => {
  const endpoint = await startEndpoint(t);
  const { a, folder } = await startRealGateways(t, {
    more: `webhooks: [{ name: portal, url: "${endpoint.url}", secret: ${'x'.repeat(40)}, allowPrivate: true }]\n`,
  });
  const file = join(folder, 'AP_XA_01', 'pmodes', 'oots.yaml');
  const text = readFileSync(file, 'utf8');
  writeFileSync(file, `${text}profil: x\n`);
  await a.reload('signal');
  const [status, report] = await readiness(a);
  assert.deepEqual([status, report.status], [200, 'degraded']);
  assert.equal(report.components['configuration']?.code, 'config/reload-refused');
  assert.ok(!JSON.stringify(report).includes(folder), 'nothing of this installation is shown');
  const metrics = await metricsOf(a);
  assert.equal(metrics.get('quoin_component_up{component="configuration"}'), 0.5);
  assert.equal(metrics.get('quoin_ready'), 1);
  assert.equal(metrics.get('quoin_reloads_total{outcome="refused"}'), 1);
  assert.equal(metrics.get('quoin_webhook_waiting{webhook="portal"}'), 0);
  assert.equal(metrics.get('quoin_webhook_oldest_waiting_seconds{webhook="portal"}'), 0);
  assert.equal(metrics.get('quoin_webhook_failing{webhook="portal"}'), 0);
  assert.equal(metrics.get('quoin_partner_breaker{partner="AP_XB_01"}'), 0);
  assert.equal(metrics.get('quoin_partner_paused{partner="AP_XB_01"}'), 0);

  writeFileSync(file, text);
  await a.reload('signal');
  assert.equal((await metricsOf(a)).get('quoin_reloads_total{outcome="unchanged"}'), 1);
});

test('values of partners and webhooks say how they stand', async () => {
  const gauges: GaugeSource[] = [];
  const now = Date.now();
  const breaker = (state: string): object => ({ state, since: 0, failures: 0, waitMs: 0 });
  const partners = [
    { name: 'down', breaker: breaker('open') },
    { name: 'tried', breaker: breaker('half-open'), pause: { at: 0, by: 'ops' } },
  ];
  const webhooks = [{ name: 'portal', waiting: 3, oldestWaitingAt: now - 60_000, failingSince: 1 }];
  addCareSignals(
    { gauges },
    { partners: { list: () => Promise.resolve(partners) } as unknown as Msh['partners'] },
    { webhooks: () => Promise.resolve(webhooks as unknown as WebhookStatus[]) },
  );
  const samples = (await Promise.all(gauges.map(async ({ collect }) => await collect()))).flat();
  const valueOf = (metric: string, name: string) =>
    samples.find((one) => one.metric === metric && Object.values(one.labels ?? {}).includes(name))?.value;
  assert.deepEqual(
    ['down', 'tried'].map((name) => [
      valueOf('quoin_partner_breaker', name),
      valueOf('quoin_partner_paused', name),
    ]),
    [
      [1, 0],
      [0.5, 1],
    ],
  );
  assert.deepEqual(
    [valueOf('quoin_webhook_waiting', 'portal'), valueOf('quoin_webhook_failing', 'portal')],
    [3, 1],
  );
  assert.ok(valueOf('quoin_webhook_oldest_waiting_seconds', 'portal')! >= 60);
});

test('a payload folder that is gone: unready, and the cause says so; partners are told to come again', async (t) => {
  const { b, folder } = await startRealGateways(t);
  rmSync(join(folder, 'AP_XB_01', 'data', 'payloads'), { recursive: true });
  const [status, report] = await readiness(b);
  assert.deepEqual([status, report.status, report.code], [503, 'unready', 'payloads/unavailable']);
  assert.equal(report.components['store']?.status, 'up');
  assert.ok(
    b.events.some(
      ({ event, component }) => event === 'operations/health-changed' && component === 'payloads',
    ),
  );
  assert.equal((await fetch(`${b.operations}/health/live`)).status, 200);
  assert.equal((await metricsOf(b)).get('quoin_ready'), 0);
});

test('stopping: readiness is 503 while what runs finishes; the doors close after the drain, that of operators last', async (t) => {
  const { b } = await startRealGateways(t, { more: 'timeouts: { drain: 300ms }\n' });
  const seen: { event: string; at: number; listener: unknown }[] = [];
  b.observer.observe(({ event, listener }) => seen.push({ event, at: performance.now(), listener }));
  const upload = await halfAnUpload(b);
  const stopped = b.stop();
  const [status, report] = await readiness(b);
  assert.deepEqual([status, report.status, report.code], [503, 'stopping', 'operations/stopping']);
  upload.end('rest');
  const [answer] = (await once(upload, 'response')) as [IncomingMessage];
  assert.equal(answer.statusCode, 200, 'the request that ran is answered: with an ebMS error');
  await stopped;
  const closed = seen.filter(({ event }) => event === 'http/closed');
  assert.deepEqual(closed.at(-1)?.listener, 'operations');
  assert.equal(closed.length, 3);
  const stopping = seen.find(({ event }) => event === 'gateway/stopping');
  assert.ok(closed[0]!.at - stopping!.at >= 290, 'no door closes before the drain has passed');
  await assert.rejects(fetch(`${b.operations}/health/live`));
});

/** A push at the AS4 door whose body has begun. */
async function halfAnUpload(gateway: RealGateway): Promise<ClientRequest> {
  const upload = request(`${gateway.as4}/as4`, {
    method: 'POST',
    headers: { 'content-type': 'multipart/related; boundary=x; type="application/soap+xml"' },
  });
  upload.write('--x\r\n');
  const inFlight = async (): Promise<unknown> =>
    (await metricsOf(gateway)).get('quoin_in_flight{direction="in"}');
  while ((await inFlight()) !== 1) await delay(10);
  return upload;
}
