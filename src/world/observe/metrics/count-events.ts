import type { MshEvent } from '../../../msh/ports/index.ts';
import type { EventMetric } from './table.ts';

/** Where events are counted. Durations are in seconds. */
export interface Recorder {
  count(metric: EventMetric, labels?: Readonly<Record<string, string>>, by?: number): void;
  time(metric: EventMetric, seconds: number, labels?: Readonly<Record<string, string>>): void;
  /** A partner as a label: a name of the P-Modes, or `unknown`. */
  partner(name: unknown): string;
}

type Counting = (event: MshEvent, recorder: Recorder) => void;

/** What each event adds to the metrics; any event is counted by its name. */
const COUNTINGS: Readonly<Record<string, Counting>> = {
  'submit/kept': (event, to) => {
    to.count('quoin_submissions_total', { partner: to.partner(event['partner']) });
    to.count('quoin_payload_bytes_total', { direction: 'out' }, bytesOf(event['parts']));
    steps(event, to);
  },
  'send/receipt-verified': (event, to) => {
    const partner = to.partner(event['partner']);
    to.count('quoin_receipts_verified_total', { partner });
    to.time('quoin_submission_to_receipt_seconds', secondsOf(event['sinceSubmissionMs']), { partner });
    sent(event, to, 'acknowledged');
  },
  'send/waiting-for-retry': (event, to) => attempt(event, to),
  'send/failed': (event, to) => {
    sent(event, to, 'failed');
    refusal(event, to, 'out');
  },
  'receive/kept': (event, to) => {
    received(event, to, 'received');
    to.count('quoin_payload_bytes_total', { direction: 'in' }, numberOf(event['bytes']));
  },
  'receive/duplicate': (event, to) => {
    to.count('quoin_duplicates_total', { partner: to.partner(event['partner']) });
    to.time('quoin_receive_duration_seconds', secondsOf(event.tookMs), { outcome: 'duplicate' });
    steps(event, to);
  },
  'receive/refused': refusedMessage,
  'receive/defect': refusedMessage,
  'receive/signal-ignored': (event, to) => refusal(event, to, 'in'),
  'http/message-refused': (event, to) => {
    if (event['code'] !== undefined) refusal(event, to, 'in');
  },
  'rest/refused': (event, to) => refusal(event, to, 'api'),
  'rest/answered': (event, to) => {
    const status = `${String(event['status']).charAt(0)}xx`;
    to.time('quoin_api_request_duration_seconds', secondsOf(event.tookMs), { status });
  },
  'gateway/reloaded': (_event, to) => to.count('quoin_reloads_total', { outcome: 'changed' }),
  'gateway/reload-unchanged': (_event, to) => to.count('quoin_reloads_total', { outcome: 'unchanged' }),
  'gateway/reload-refused': (_event, to) => to.count('quoin_reloads_total', { outcome: 'refused' }),
  'documents/valid': checkedDocument,
  'documents/invalid': checkedDocument,
  'deliver/acknowledged': (_event, to) => to.count('quoin_delivered_total'),
};

/** Counts one event. */
export function countEvent(event: MshEvent, recorder: Recorder): void {
  recorder.count('quoin_events_total', { event: event.event, level: event.level });
  if (Object.hasOwn(COUNTINGS, event.event)) COUNTINGS[event.event]!(event, recorder);
}

function sent(event: MshEvent, to: Recorder, outcome: 'acknowledged' | 'failed'): void {
  const partner = to.partner(event['partner']);
  to.count('quoin_exchanges_total', { direction: 'out', partner, outcome });
  attempt(event, to);
}

function attempt(event: MshEvent, to: Recorder): void {
  const outcome = String(event['outcome']);
  to.count('quoin_attempts_total', { partner: to.partner(event['partner']), outcome });
  to.time('quoin_attempt_duration_seconds', secondsOf(event.tookMs), { outcome });
  steps(event, to);
}

function received(event: MshEvent, to: Recorder, outcome: 'received' | 'refused'): void {
  const partner = to.partner(event['partner']);
  to.count('quoin_exchanges_total', { direction: 'in', partner, outcome });
  to.time('quoin_receive_duration_seconds', secondsOf(event.tookMs), { outcome });
  steps(event, to);
}

function refusedMessage(event: MshEvent, to: Recorder): void {
  received(event, to, 'refused');
  refusal(event, to, 'in');
}

function refusal(event: MshEvent, to: Recorder, direction: 'in' | 'out' | 'api'): void {
  const { code } = event['failure'] === undefined ? event : (event['failure'] as { readonly code?: unknown });
  to.count('quoin_refusals_total', { direction, code: codeLabel(code) });
}

function checkedDocument(event: MshEvent, to: Recorder): void {
  const { direction, verdict } = event;
  to.count('quoin_documents_checked_total', { direction: String(direction), verdict: String(verdict) });
}

function steps(event: MshEvent, to: Recorder): void {
  const times = event['steps'] as Readonly<Record<string, number>> | undefined;
  for (const [step, ms] of Object.entries(times ?? {}))
    to.time('quoin_step_duration_seconds', secondsOf(ms), { step });
}

/** Our codes are a bounded set; whatever does not look like one must not become a label. */
function codeLabel(code: unknown): string {
  return typeof code === 'string' && /^[a-z0-9]{1,20}\/[a-z0-9-]{1,60}$/.test(code) ? code : 'unknown';
}

function bytesOf(parts: unknown): number {
  if (!Array.isArray(parts)) return 0;
  return (parts as readonly { readonly bytes?: unknown }[]).reduce(
    (sum, { bytes }) => sum + numberOf(bytes),
    0,
  );
}

function numberOf(value: unknown): number {
  return typeof value === 'number' && value >= 0 ? value : 0;
}

function secondsOf(ms: unknown): number {
  return numberOf(ms) / 1000;
}
