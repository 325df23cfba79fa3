import assert from 'node:assert/strict';
import { test } from 'node:test';
import { METRICS, cached, createMetrics, createObserver } from '../../../src/world/observe/index.ts';
import type { GaugeSource, Metrics } from '../../../src/world/observe/index.ts';

function measured(sources: readonly GaugeSource[] = []) {
  const log = createObserver({ level: 'silent' });
  const metrics = createMetrics({ log, partners: () => new Set(['AP_B']), sources });
  const emit = (event: string, fields: Record<string, unknown> = {}): void =>
    log.emit({ event, level: 'info', ...fields });
  return { metrics, emit };
}

/** The value of one line of the text, labels as they stand there; undefined when there is none. */
async function valueOf(metrics: Metrics, line: string): Promise<number | undefined> {
  const { text } = await metrics.text();
  const found = text.split('\n').find((one) => one.startsWith(`${line} `));
  return found === undefined ? undefined : Number(found.slice(line.length + 1));
}

test('an exchange out is counted with its attempts, receipt and times, events before the library came included', async () => {
  const { metrics, emit } = measured();
  emit('submit/kept', { partner: 'AP_B', parts: [{ bytes: 40 }, { bytes: 2 }], steps: {} });
  emit('send/waiting-for-retry', { partner: 'AP_B', outcome: 'retry', tookMs: 30, steps: {} });
  await metrics.begin();
  emit('send/receipt-verified', {
    partner: 'AP_B',
    outcome: 'acknowledged',
    tookMs: 20,
    sinceSubmissionMs: 4000,
    steps: { 'send/sign': 3, 'send/push': 17 },
  });
  const value = (line: string) => valueOf(metrics, line);
  assert.equal(await value('quoin_submissions_total{partner="AP_B"}'), 1);
  assert.equal(await value('quoin_payload_bytes_total{direction="out"}'), 42);
  assert.equal(await value('quoin_attempts_total{partner="AP_B",outcome="retry"}'), 1);
  assert.equal(await value('quoin_attempts_total{partner="AP_B",outcome="acknowledged"}'), 1);
  assert.equal(
    await value('quoin_exchanges_total{direction="out",partner="AP_B",outcome="acknowledged"}'),
    1,
  );
  assert.equal(await value('quoin_receipts_verified_total{partner="AP_B"}'), 1);
  assert.equal(await value('quoin_submission_to_receipt_seconds_sum{partner="AP_B"}'), 4);
  assert.equal(await value('quoin_step_duration_seconds_count{step="send/push"}'), 1);
  assert.equal(await value('quoin_events_total{event="submit/kept",level="info"}'), 1);
});

test('refusals are counted by direction and code; a failed message is an exchange too', async () => {
  const { metrics, emit } = measured();
  const failure = (code: string) => ({ failure: { code } });
  emit('receive/refused', { partner: 'AP_B', ...failure('wss/digest-differs'), tookMs: 5 });
  emit('receive/refused', failure('soap/not-an-envelope'));
  emit('send/failed', {
    partner: 'AP_B',
    outcome: 'retry',
    tookMs: 5,
    ...failure('send/missing-receipt'),
  });
  emit('rest/refused', { code: 'rest/malformed-json' });
  emit('http/message-refused', { status: 405 });
  const value = (line: string) => valueOf(metrics, line);
  assert.equal(await value('quoin_refusals_total{direction="in",code="wss/digest-differs"}'), 1);
  assert.equal(await value('quoin_refusals_total{direction="out",code="send/missing-receipt"}'), 1);
  assert.equal(await value('quoin_refusals_total{direction="api",code="rest/malformed-json"}'), 1);
  assert.equal(await value('quoin_exchanges_total{direction="in",partner="unknown",outcome="refused"}'), 1);
  assert.equal(await value('quoin_exchanges_total{direction="out",partner="AP_B",outcome="failed"}'), 1);
});

test('nobody outside can make labels: unknown partners and what is no code are one label each', async () => {
  const { metrics, emit } = measured();
  for (let i = 0; i < 50; i += 1)
    emit('receive/refused', { partner: `AP_${i}`, failure: { code: `x"} 1\nevil ${i}` } });
  const { text } = await metrics.text();
  const series = text.split('\n').filter((line) => line.startsWith('quoin_exchanges_total{'));
  assert.deepEqual(series, ['quoin_exchanges_total{direction="in",partner="unknown",outcome="refused"} 50']);
  const refusals = text.split('\n').filter((line) => line.startsWith('quoin_refusals_total{'));
  assert.deepEqual(refusals, ['quoin_refusals_total{direction="in",code="unknown"} 50']);
});

test('a gauge whose source fails is left out and counted, not shown with its old value', async () => {
  let fails = false;
  const source: GaugeSource = {
    name: 'journal',
    metrics: ['quoin_journal_entries'],
    collect: () => {
      if (fails) throw new Error('the store is gone');
      return [{ metric: 'quoin_journal_entries', value: 7 }];
    },
  };
  const { metrics } = measured([source]);
  assert.equal(await valueOf(metrics, 'quoin_journal_entries'), 7);
  fails = true;
  assert.equal(await valueOf(metrics, 'quoin_journal_entries'), undefined);
  assert.equal(await valueOf(metrics, 'quoin_collect_failures_total{source="journal"}'), 2);
});

test('a labelled value that is no longer there goes', async () => {
  let partners = ['AP_B', 'AP_C'];
  const { metrics } = measured([
    {
      name: 'due',
      metrics: ['quoin_outbound_due'],
      collect: () =>
        partners.map((partner) => ({ metric: 'quoin_outbound_due' as const, value: 3, labels: { partner } })),
    },
  ]);
  assert.equal(await valueOf(metrics, 'quoin_outbound_due{partner="AP_C"}'), 3);
  partners = ['AP_B'];
  assert.equal(await valueOf(metrics, 'quoin_outbound_due{partner="AP_C"}'), undefined);
  assert.equal(await valueOf(metrics, 'quoin_outbound_due{partner="AP_B"}'), 3);
});

test('a cached source is asked once however many scrape at once, and again when its answer is old', async () => {
  let asked = 0;
  const source = (ms: number): GaugeSource =>
    cached(
      {
        name: 'journal',
        metrics: ['quoin_journal_entries'],
        collect: async () => {
          await Promise.resolve();
          asked += 1;
          return [{ metric: 'quoin_journal_entries', value: asked }];
        },
      },
      ms,
    );
  const lasting = source(3_600_000);
  await Promise.all([lasting.collect(), lasting.collect(), lasting.collect()]);
  await lasting.collect();
  assert.equal(asked, 1);
  const fleeting = source(-1);
  await Promise.all([fleeting.collect(), fleeting.collect()]);
  await fleeting.collect();
  assert.equal(asked, 3);
});

test('the text is the format of Prometheus: each metric has HELP and TYPE, and names keep its conventions', async () => {
  const { metrics } = measured();
  const { text, contentType } = await metrics.text();
  assert.match(contentType, /^text\/plain; version=0\.0\.4/);
  for (const [name, { kind, labels }] of Object.entries(METRICS)) {
    assert.match(text, new RegExp(`^# HELP ${name} .+\\.$`, 'm'));
    assert.match(text, new RegExp(`^# TYPE ${name} ${kind}$`, 'm'));
    assert.equal(name.endsWith('_total'), kind === 'counter', name);
    assert.match(name, /^quoin_[a-z0-9_]+$/);
    for (const label of labels) assert.match(label, /^[a-z]+$/);
  }
  assert.match(text, /^process_cpu_seconds_total /m);
  assert.match(text, /^nodejs_eventloop_lag_p99_seconds /m);
});

test('a closed meter counts no more', async () => {
  const { metrics, emit } = measured();
  await metrics.begin();
  metrics.close();
  emit('deliver/acknowledged');
  assert.equal(await valueOf(metrics, 'quoin_delivered_total'), 0);
});
