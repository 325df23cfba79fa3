/** One metric as it is exposed; its documentation is docs/metrics.md. */
export interface MetricRow {
  readonly kind: 'counter' | 'gauge' | 'histogram';
  readonly help: string;
  readonly labels: readonly string[];
  /** Upper bounds, histograms only. */
  readonly buckets?: readonly number[];
}

const row = (kind: MetricRow['kind'], help: string, labels: readonly string[] = []): MetricRow => ({
  kind,
  help,
  labels,
});

const seconds = (help: string, labels: readonly string[], buckets: readonly number[]): MetricRow => ({
  ...row('histogram', help, labels),
  buckets,
});

/** From one exchange on a fast network to the end of a window of a day. */
const TO_RECEIPT = [0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 180, 360, 720, 3600, 86_400];
const EXCHANGE = [0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 120];
const STEP = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 5, 30];

/** Counted from events as they happen. */
export const EVENT_METRICS = {
  quoin_events_total: row('counter', 'Events, by name and level', ['event', 'level']),
  quoin_submissions_total: row('counter', 'Messages taken from backends', ['partner']),
  quoin_exchanges_total: row('counter', 'Messages whose exchange has ended', [
    'direction',
    'partner',
    'outcome',
  ]),
  quoin_attempts_total: row('counter', 'Pushes to partners that have ended', ['partner', 'outcome']),
  quoin_receipts_verified_total: row('counter', 'Receipts of partners that were verified', ['partner']),
  quoin_duplicates_total: row('counter', 'Copies answered with the first receipt', ['partner']),
  quoin_refusals_total: row('counter', 'Refusals and failures, by code', ['direction', 'code']),
  quoin_payload_bytes_total: row('counter', 'Bytes of business documents that were kept', ['direction']),
  quoin_documents_checked_total: row('counter', 'Documents of the evidence exchange that were checked', [
    'direction',
    'verdict',
  ]),
  quoin_reloads_total: row('counter', 'Reloads of P-Modes, keys, trust and webhooks', ['outcome']),
  quoin_delivered_total: row('counter', 'Received messages that a backend has acknowledged'),
  quoin_submission_to_receipt_seconds: seconds(
    'From the submission to the verified receipt',
    ['partner'],
    TO_RECEIPT,
  ),
  quoin_attempt_duration_seconds: seconds('One push, from claim to outcome', ['outcome'], EXCHANGE),
  quoin_receive_duration_seconds: seconds('One message in, from request to answer', ['outcome'], EXCHANGE),
  quoin_step_duration_seconds: seconds('One step of a pipeline', ['step'], STEP),
  quoin_api_request_duration_seconds: seconds('One request at the backend API', ['status'], EXCHANGE),
} as const satisfies Readonly<Record<string, MetricRow>>;

/** Looked up when they are asked for; one that cannot be had now is left out. */
export const GAUGE_METRICS = {
  quoin_build_info: row('gauge', 'Always 1; the labels say what runs', ['version', 'node']),
  quoin_ready: row('gauge', 'Whether /health/ready answers 200'),
  quoin_component_up: row('gauge', '1 up, 0.5 degraded, 0 down', ['component']),
  quoin_in_flight: row('gauge', 'Messages under way in this process now', ['direction']),
  quoin_outbound_messages: row('gauge', 'Messages to be sent whose fate is open', ['partner', 'state']),
  quoin_outbound_due: row('gauge', 'Messages whose next attempt is due and has not begun', ['partner']),
  quoin_outbound_oldest_due_seconds: row('gauge', 'Since when the longest of them has been due', ['partner']),
  quoin_inbox_messages: row('gauge', 'Received messages that no backend has acknowledged'),
  quoin_inbox_oldest_seconds: row('gauge', 'Age of the oldest of them'),
  quoin_partner_breaker: row('gauge', '1 while the partner is left alone, 0.5 while it is tried again', [
    'partner',
  ]),
  quoin_partner_paused: row('gauge', '1 while an operator holds its messages back', ['partner']),
  quoin_webhook_waiting: row('gauge', 'Deliveries that wait for the endpoint', ['webhook']),
  quoin_webhook_oldest_waiting_seconds: row('gauge', 'Age of the oldest of them', ['webhook']),
  quoin_webhook_failing: row('gauge', '1 while the endpoint fails as a whole', ['webhook']),
  quoin_queue_depth: row('gauge', 'Rings that wait for a worker'),
  quoin_queue_connected: row('gauge', 'Whether the server of the queue can be reached'),
  quoin_journal_entries: row('gauge', 'Entries of the journal'),
  quoin_payload_disk_free_bytes: row('gauge', 'Free bytes on the disk of the payloads'),
  quoin_payload_disk_size_bytes: row('gauge', 'Size of the disk of the payloads'),
  quoin_certificate_days_left: row('gauge', 'Whole days until a certificate expires', [
    'use',
    'party',
    'name',
  ]),
} as const satisfies Readonly<Record<string, MetricRow>>;

/** About the metrics themselves. */
export const OWN_METRICS = {
  quoin_collect_failures_total: row('counter', 'Gauges that could not be looked up', ['source']),
} as const satisfies Readonly<Record<string, MetricRow>>;

/** The name of a metric that events move. */
export type EventMetric = keyof typeof EVENT_METRICS;
/** The name of a metric that is looked up. */
export type GaugeMetric = keyof typeof GAUGE_METRICS;

/** Every metric of Quoin; those of the process itself come from prom-client. */
export const METRICS: Readonly<Record<string, MetricRow>> = {
  ...EVENT_METRICS,
  ...GAUGE_METRICS,
  ...OWN_METRICS,
};
