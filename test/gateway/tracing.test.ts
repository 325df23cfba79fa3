import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { test } from 'node:test';
import { createObserver, createTracing, identityOf } from '../../src/world/observe/index.ts';
import { startCollector } from '../support/otlp-collector.ts';
import type { Collector, ReceivedSpan } from '../support/otlp-collector.ts';
import { startRealGateways } from '../support/real-gateways.ts';
import type { RealGateway } from '../support/real-gateways.ts';
import { scratchFolder } from '../support/scratch.ts';

function tracingTo(collector: Collector, more = ''): string {
  return `tracing: { endpoint: '${collector.url}/', service: access-point${more} }\n`;
}

async function ping(a: RealGateway): Promise<{ messageId: string; conversationId: string }> {
  const sent = await a.msh.ping({ pmode: 'oots.a-b' });
  while ((await a.msh.status(sent.messageId))?.message.state !== 'ACKNOWLEDGED') await delay(10);
  return sent;
}

const ns = (time: string): bigint => BigInt(time);

test('an exchange is one trace at both access points, and links to its conversation', async (t) => {
  const collector = await startCollector(t);
  const headers = join(scratchFolder(), 'headers');
  writeFileSync(headers, 'X-Tenant: once-only\nAuthorization: Bearer of-the-collector\n');
  const { a, b } = await startRealGateways(t, { more: tracingTo(collector, `, headersFile: ${headers}`) });
  const { messageId, conversationId } = await ping(a);
  await Promise.all([a.stop(), b.stop()]);

  const { traceId, spanId } = identityOf(messageId);
  const named = (name: string): ReceivedSpan => {
    const found = collector.spans.filter((span) => span.name === name);
    assert.equal(found.length, 1, `${name}: ${collector.spans.map((span) => span.name).join(', ')}`);
    return found[0]!;
  };
  const submit = named('submit AP_XB_01');
  const push = named('push AP_XB_01');
  const receive = named('receive AP_XA_01');
  assert.deepEqual([submit.traceId, submit.spanId, submit.parentSpanId ?? ''], [traceId, spanId, '']);
  for (const span of [push, receive])
    assert.deepEqual([span.traceId, span.parentSpanId], [traceId, spanId], span.name);
  for (const span of [submit, push, receive]) {
    const conversation = identityOf(conversationId);
    assert.deepEqual(
      span.links.map((link) => [link.traceId, link.spanId]),
      [[conversation.traceId, conversation.spanId]],
      span.name,
    );
    assert.equal(span.attributes['messaging.message.id'], messageId);
    assert.equal(span.attributes['messaging.message.conversation_id'], conversationId);
    assert.equal(span.attributes['quoin.pmode'], 'oots.a-b');
    assert.ok(ns(span.endTimeUnixNano) >= ns(span.startTimeUnixNano));
  }
  assert.deepEqual([submit.kind, push.kind, receive.kind], [4, 3, 2]);
  assert.equal(push.attributes['http.response.status_code'], 200);
  assert.equal(push.attributes['server.address'], '127.0.0.1');
  assert.deepEqual(
    [
      submit.resource['service.name'],
      push.resource['service.instance.id'],
      receive.resource['service.instance.id'],
    ],
    ['access-point', 'AP_XA_01', 'AP_XB_01'],
  );

  const steps = (of: ReceivedSpan): readonly ReceivedSpan[] =>
    collector.spans.filter(({ parentSpanId }) => parentSpanId === of.spanId && of !== submit);
  assert.deepEqual(
    steps(push).map(({ name }) => name),
    ['send/sign', 'send/seal', 'send/push', 'send/read-reply'],
  );
  assert.ok(steps(receive).some(({ name }) => name === 'receive/verify-signature'));
  for (const step of [...steps(push), ...steps(receive)]) {
    assert.equal(step.traceId, traceId);
    const whole = step.parentSpanId === push.spanId ? push : receive;
    assert.ok(ns(step.startTimeUnixNano) >= ns(whole.startTimeUnixNano), step.name);
  }
  assert.deepEqual(
    [collector.headers[0]?.['x-tenant'], collector.headers[0]?.authorization],
    ['once-only', 'Bearer of-the-collector'],
  );
});

test('what is refused is in no message’s trace, and says why by its code', async (t) => {
  const collector = await startCollector(t);
  const { b } = await startRealGateways(t, { more: tracingTo(collector) });
  const type = 'multipart/related; boundary=x; type="application/soap+xml"';
  await fetch(`${b.as4}/as4`, {
    method: 'POST',
    headers: { 'content-type': type },
    body: '--x\r\nno message',
  });
  await b.stop();
  const [span] = collector.spans.filter(({ name }) => name === 'receive');
  assert.ok(span, collector.spans.map(({ name }) => name).join(', '));
  assert.match(String(span.attributes['error.type']), /^mime\//);
  assert.equal(span.status.code, 2);
  assert.deepEqual(span.links, []);
  assert.equal(span.attributes['messaging.message.id'], undefined);
});

test('a share of the messages is the same share at every access point', async (t) => {
  const collector = await startCollector(t);
  const log = createObserver({ level: 'silent' });
  const options = { url: `${collector.url}/v1/traces`, headers: {}, resource: {} };
  const both = [
    createTracing(log, { ...options, ratio: 0.5 }),
    createTracing(log, { ...options, ratio: 0.5 }),
  ];
  await Promise.all(both.map((one) => one.begin()));
  for (let count = 0; count < 200; count += 1)
    log.emit({ event: 'submit/kept', level: 'info', messageId: `message-${count}@a.test`, tookMs: 1 });
  await Promise.all(both.map((one) => one.close()));
  const times = new Map<string, number>();
  for (const { traceId } of collector.spans) times.set(traceId, (times.get(traceId) ?? 0) + 1);
  assert.ok(times.size > 50 && times.size < 150, `${times.size} of 200`);
  assert.ok([...times.values()].every((count) => count === 2));
});

test('a collector that refuses costs a line of the log, and stops nothing', async (t) => {
  const collector = await startCollector(t, 400);
  const { a, b } = await startRealGateways(t, { more: tracingTo(collector) });
  await ping(a);
  await Promise.all([a.stop(), b.stop()]);
  assert.equal(collector.spans.length, 0);
  for (const gateway of [a, b])
    assert.equal(
      gateway.events.filter(({ event }) => event === 'observe/traces-not-taken').length,
      1,
      gateway.events.map(({ event }) => event).join(', '),
    );
});
