import type {
  Attempt,
  Failure,
  InboundMessage,
  InboundState,
  JournalEntry,
  KeptEnvelope,
  KeptReceipt,
  NewInboundMessage,
  NewOutboundMessage,
  OutboundMessage,
  OutboundState,
  RowId,
} from './records.ts';
import type { PayloadHandle } from './payload-store.ts';

/** How an attempt changes its message, applied with the attempt row in one commit. */
export interface Settlement {
  readonly state: Extract<OutboundState, 'ACKNOWLEDGED' | 'WAITING_FOR_RETRY' | 'SEND_FAILURE'>;
  readonly nextAttemptAt?: number | undefined;
  readonly receipt?: KeptReceipt | undefined;
  readonly failure?: Failure | undefined;
  readonly at: number;
}

/** A page request: newest first unless `order` says otherwise; `cursor` is opaque and comes from the page before. */
export interface PageRequest {
  readonly limit: number;
  readonly cursor?: string | undefined;
}

/** One page and the cursor of the next; no cursor means the end. */
export interface Page<T> {
  readonly items: readonly T[];
  readonly cursor?: string | undefined;
}

/**
 * The truth about every message. Each method is one transaction: when it resolves, what it says is durable
 * (synced to disk); when it rejects with `store/unavailable`, nothing has changed.
 */
export interface MessageStore {
  /** Keeps a submission in SEND_ENQUEUED, due at once; or, MessageId known, tells the row that is there. */
  insertOutbound(
    message: NewOutboundMessage,
  ): Promise<{ readonly outcome: 'kept' | 'exists'; readonly message: OutboundMessage }>;
  findOutbound(messageId: string): Promise<OutboundMessage | undefined>;
  getOutbound(rowId: RowId): Promise<OutboundMessage | undefined>;
  /**
   * Takes a due row for one attempt: state SEND_ENQUEUED, WAITING_FOR_RETRY, or WAITING_FOR_RECEIPT whose lease ran
   * out (its worker died), with nextAttemptAt <= now. Moves it to WAITING_FOR_RECEIPT, leases it until now + leaseMs,
   * counts the attempt and sets firstAttemptAt. Resolves undefined when someone else has it or it is not due.
   */
  claimOutbound(rowId: RowId, now: number, leaseMs: number): Promise<OutboundMessage | undefined>;
  /** Prolongs a lease this worker holds (long uploads); false when it no longer holds it. */
  extendLease(rowId: RowId, attempt: number, until: number): Promise<boolean>;
  /** Keeps the signed envelope once; a second call leaves the first and resolves to it. */
  keepEnvelope(rowId: RowId, envelope: KeptEnvelope): Promise<KeptEnvelope>;
  /** Writes the attempt row and moves the message; refused (false) when the row is not WAITING_FOR_RECEIPT with this attempt number. */
  settleAttempt(rowId: RowId, attempt: Attempt, settlement: Settlement): Promise<boolean>;
  attemptsOf(rowId: RowId): Promise<readonly Attempt[]>;
  /** Rows due at or before `now`, expired leases included, oldest first. */
  dueOutbound(now: number, limit: number): Promise<readonly RowId[]>;
  listOutbound(
    filter: { readonly state?: OutboundState | undefined; readonly conversationId?: string | undefined },
    page: PageRequest,
  ): Promise<Page<OutboundMessage>>;

  /** Keeps a received message with its receipt, or tells the copy kept first (same sender and MessageId) and counts the duplicate. */
  insertInbound(
    message: NewInboundMessage,
  ): Promise<{ readonly outcome: 'fresh' | 'duplicate'; readonly message: InboundMessage }>;
  findInbound(messageId: string): Promise<readonly InboundMessage[]>;
  /** The copy kept for this sender and MessageId, if any. */
  findDuplicate(sender: string, messageId: string): Promise<InboundMessage | undefined>;
  getInbound(rowId: RowId): Promise<InboundMessage | undefined>;
  /** Deliverable messages oldest first. */
  listInbound(
    filter: {
      readonly state?: InboundState | undefined;
      readonly conversationId?: string | undefined;
      readonly action?: string | undefined;
    },
    page: PageRequest,
  ): Promise<Page<InboundMessage>>;
  /** Moves a message along the inbound state table; false when it is not in `from`. */
  moveInbound(rowId: RowId, from: InboundState, to: InboundState, at: number): Promise<boolean>;

  appendJournal(entry: JournalEntry): Promise<void>;
  listJournal(
    filter: { readonly messageId?: string | undefined },
    page: PageRequest,
  ): Promise<Page<JournalEntry>>;

  /** Which of these payloads a row still names. */
  referencedPayloads(handles: readonly PayloadHandle[]): Promise<ReadonlySet<PayloadHandle>>;
  /** Answers when the store can write; rejects with `store/unavailable` otherwise. */
  check(): Promise<void>;
  close(): Promise<void>;
}
