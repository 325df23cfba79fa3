import type { MshEvent } from '../../../msh/ports/index.ts';

/** What kinds of spans there are, as OpenTelemetry names them. */
export type SpanKindName = 'PRODUCER' | 'CLIENT' | 'SERVER' | 'CONSUMER';

/** A value that may stand in a trace: short, and nothing of a message's content. */
export type AttributeValue = string | number | boolean;

/** A span as an event tells it, when it is over. */
export interface SpanFacts {
  readonly name: string;
  readonly kind: SpanKindName;
  readonly tookMs: number;
  /** ms each step took, in their order. */
  readonly steps: Readonly<Record<string, number>>;
  readonly attributes: Readonly<Record<string, AttributeValue>>;
  /** Our code of what went wrong. */
  readonly error?: string | undefined;
  /** The message whose trace it belongs to; none for what nobody has proven. */
  readonly messageId?: string | undefined;
  readonly conversationId?: string | undefined;
  /** The first span of its message, which the others hang on. */
  readonly first: boolean;
}

interface SpanRow {
  readonly operation: string;
  readonly kind: SpanKindName;
  /** `messaging.operation.type` of the semantic conventions. */
  readonly type: 'create' | 'send' | 'receive' | 'process';
  readonly first?: true;
  /** What the ids say is claimed by somebody unproven. */
  readonly unproven?: true;
}

const push = { operation: 'push', kind: 'CLIENT', type: 'send' } as const satisfies SpanRow;
const receive = { operation: 'receive', kind: 'SERVER', type: 'receive' } as const satisfies SpanRow;

/** The events that end a span. */
const SPANS: Readonly<Record<string, SpanRow>> = {
  'submit/kept': { operation: 'submit', kind: 'PRODUCER', type: 'create', first: true },
  'send/receipt-verified': push,
  'send/waiting-for-retry': push,
  'send/failed': push,
  'receive/kept': receive,
  'receive/duplicate': receive,
  'receive/refused': { ...receive, unproven: true },
  'receive/defect': { ...receive, unproven: true },
  'deliver/acknowledged': { operation: 'deliver', kind: 'CONSUMER', type: 'process' },
};

/** Fields of events that stand in a trace under these names, where the event has them. */
const ATTRIBUTES: Readonly<Record<string, string>> = {
  pmode: 'quoin.pmode',
  leg: 'quoin.leg',
  partner: 'quoin.partner',
  service: 'quoin.service',
  action: 'quoin.action',
  attempt: 'quoin.attempt',
  outcome: 'quoin.outcome',
  step: 'quoin.step',
  deliverable: 'quoin.deliverable',
  test: 'quoin.test',
  rowId: 'quoin.row_id',
  receiptId: 'quoin.receipt_id',
  httpStatus: 'http.response.status_code',
  bytes: 'messaging.message.body.size',
};

/** The span that an event ends; undefined for the others. */
export function spanOf(event: MshEvent): SpanFacts | undefined {
  if (!Object.hasOwn(SPANS, event.event)) return undefined;
  const row = SPANS[event.event]!;
  const partner = textOf(event['partner']);
  const ids = row.unproven === true ? {} : proven(event);
  return {
    name: partner === undefined ? row.operation : `${row.operation} ${partner}`,
    kind: row.kind,
    tookMs: event.tookMs ?? 0,
    steps: (event['steps'] ?? {}) as Readonly<Record<string, number>>,
    attributes: { ...attributesOf(event, row), ...addressAttributes(event['address']) },
    error: codeOf(event['failure']),
    ...ids,
    first: row.first === true,
  };
}

function proven({ messageId, conversationId }: MshEvent): Pick<SpanFacts, 'messageId' | 'conversationId'> {
  return { messageId, conversationId };
}

function attributesOf(event: MshEvent, row: SpanRow): Record<string, AttributeValue> {
  const ids =
    row.unproven === true
      ? { 'quoin.claimed_message_id': event.messageId }
      : {
          'messaging.message.id': event.messageId,
          'messaging.message.conversation_id': event.conversationId,
        };
  const named = Object.entries(ATTRIBUTES).map(([field, name]) => [name, event[field]] as const);
  const all = [
    ['messaging.system', 'ebms3'] as const,
    ['messaging.operation.name', row.operation] as const,
    ['messaging.operation.type', row.type] as const,
    ...Object.entries(ids),
    ...named,
  ];
  return Object.fromEntries(all.filter((entry): entry is [string, AttributeValue] => isValue(entry[1])));
}

function addressAttributes(address: unknown): Record<string, AttributeValue> {
  if (typeof address !== 'string' || !URL.canParse(address)) return {};
  const { hostname, port, protocol } = new URL(address);
  return {
    'server.address': hostname,
    'server.port': Number(port === '' ? (protocol === 'https:' ? 443 : 80) : port),
  };
}

function codeOf(failure: unknown): string | undefined {
  return failure === undefined ? undefined : textOf((failure as { readonly code?: unknown }).code);
}

function textOf(value: unknown): string | undefined {
  return typeof value === 'string' && value !== '' ? value : undefined;
}

function isValue(value: unknown): value is AttributeValue {
  return typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean';
}
