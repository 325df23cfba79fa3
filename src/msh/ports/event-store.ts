import type { RowId } from './records.ts';

/** What backends are told of a message, or of the exchange it belongs to; the type of the CloudEvent. */
export const EVENT_TYPES = [
  'eu.quoin.message.received',
  'eu.quoin.message.acknowledged',
  'eu.quoin.message.failed',
  'eu.quoin.message.delivered',
  'eu.quoin.exchange.requested',
  'eu.quoin.exchange.preview-required',
  'eu.quoin.exchange.answered',
  'eu.quoin.exchange.expired',
  'eu.quoin.exchange.failed',
] as const;

/** One of them. */
export type EventType = (typeof EVENT_TYPES)[number];

const PREFIX = 'eu.quoin.';

/** What people call a type: `received` for `eu.quoin.message.received`, `exchange.answered` for `eu.quoin.exchange.answered`. */
export function shortNameOf(type: EventType): string {
  return type.slice(PREFIX.length).replace(/^message\./, '');
}

/** The type with this name, short or whole. */
export function eventTypeOf(name: string): EventType | undefined {
  return EVENT_TYPES.find((type) => name === type || name === shortNameOf(type));
}

/** Place of an event in the order of all events: 12 digits or more, so that text order is the order of events. */
export type EventCursor = string;

/** What went wrong, as far as a backend is told: enough to act on, nothing of the message. */
export interface FailureSummary {
  readonly code: string;
  readonly step: string;
  readonly message: string;
  readonly advice?: string | undefined;
}

/** What a check said of a document: the rules it breaks, the warnings among them. */
export interface DocumentSummary {
  readonly verdict: 'valid' | 'invalid';
  readonly version: string;
  readonly rules: readonly string[];
}

/** Where an exchange stands after what is told of it. */
export interface ExchangeSummary {
  readonly id: string;
  readonly role: string;
  readonly state: string;
  readonly exchangeId?: string | undefined;
  readonly requestId: string;
  readonly outcome?: string | undefined;
  /** Code of the exception. */
  readonly exception?: string | undefined;
}

/** What an event says besides which message it is about. */
export interface EventData {
  /** The exchange, where the event is about one. */
  readonly exchange?: ExchangeSummary | undefined;
  /** Attempts made, of a message we sent. */
  readonly attempts?: number | undefined;
  /** MessageId of the receipt that proves delivery. */
  readonly receiptId?: string | undefined;
  readonly failure?: FailureSummary | undefined;
  /** What a check said of the document of a received message, where the P-Mode has that told. */
  readonly document?: DocumentSummary | undefined;
  /** The message was told before, and an operator has it delivered again. */
  readonly redelivered?: boolean | undefined;
}

/** One thing that happened to a message: ids and parties only, nothing of its content. */
export interface MessageEvent {
  readonly cursor: EventCursor;
  /** UUID, the same whenever and however often the event is told. */
  readonly id: string;
  readonly type: EventType;
  /** ms since the epoch. */
  readonly at: number;
  readonly direction: 'in' | 'out';
  readonly rowId: RowId;
  readonly messageId: string;
  readonly conversationId: string;
  readonly refToMessageId?: string | undefined;
  readonly service: string;
  readonly action: string;
  /** Local name of the partner in the P-Modes. */
  readonly partner?: string | undefined;
  readonly pmodeId: string;
  /** Message property of that name: the party behind the sending access point. */
  readonly originalSender?: string | undefined;
  /** Message property of that name: the party behind the receiving access point. */
  readonly finalRecipient?: string | undefined;
  readonly data: EventData;
}

/** Which events are wanted; what is left out does not restrict. */
export interface EventFilter {
  readonly types?: readonly EventType[] | undefined;
  readonly conversationId?: string | undefined;
  readonly messageId?: string | undefined;
  /** ms since the epoch: events of this time or later. */
  readonly since?: number | undefined;
  /** Only messages of these parties: sent for them (originalSender) or received for them (finalRecipient). */
  readonly parties?: readonly string[] | undefined;
}

/** Where to read on: after an event, or from the oldest that is kept. */
export interface EventRequest {
  readonly after?: EventCursor | undefined;
  /** 1 to 1 000. */
  readonly limit: number;
}

/** Events in their order. `cursor` is where to read on, also when there is nothing yet. */
export interface EventPage {
  readonly items: readonly MessageEvent[];
  readonly cursor: EventCursor;
  /** There are more already. */
  readonly more: boolean;
}

/** What `trimEvents` may take away. */
export interface EventBounds {
  /** ms since the epoch: older events may go. */
  readonly before: number;
  /** Events beyond this number may go, the oldest first. */
  readonly keep: number;
  /** ms since the epoch: what a webhook still needs is kept if a gateway has had it configured since then. */
  readonly webhooksSeenSince: number;
}

/**
 * What happened to messages, in order. Each event is written in the transaction of the change it tells, so neither is there
 * without the other. A reader with a cursor meets every event once: none becomes visible behind a cursor it may hold.
 */
export interface EventStore {
  /**
   * Rejects with `store/bad-page` for a limit or cursor that cannot be, and with `store/events-gone` when events after the
   * cursor are no longer kept.
   */
  listEvents(filter: EventFilter, request: EventRequest): Promise<EventPage>;
  /** The place of the last event; the one before the first when there is none. */
  lastEvent(): Promise<EventCursor>;
  /** Removes old events with their deliveries; resolves to how many, at most 1 000 at once. */
  trimEvents(bounds: EventBounds): Promise<number>;
  /** Calls when this process has committed an event; the result ends that. Events of other processes are not told. */
  onEvent(listener: () => void): () => void;
}
