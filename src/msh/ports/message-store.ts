import type {
  Attempt,
  Failure,
  FirstClaim,
  InboundMessage,
  InboundState,
  JournalEntry,
  KeptEnvelope,
  KeptReceipt,
  NewInboundMessage,
  NewOutboundMessage,
  OutboundMessage,
  OutboundState,
  ReceivedEnvelope,
  RowId,
} from './records.ts';
import type { InboxStore } from './inbox-store.ts';
import type { PayloadHandle } from './payload-store.ts';
import type { InboundFilter, OutboundFilter } from './search.ts';

/**
 * How an attempt changes its message, applied with the attempt row in one commit. A message that waits without
 * `nextAttemptAt` is due at once; the failure it names replaces the one before, none clears it.
 */
export interface Settlement {
  readonly state: Extract<OutboundState, 'ACKNOWLEDGED' | 'WAITING_FOR_RETRY' | 'SEND_FAILURE'>;
  readonly nextAttemptAt?: number | undefined;
  readonly receipt?: KeptReceipt | undefined;
  readonly failure?: Failure | undefined;
  readonly at: number;
}

/** A page request: 1 to 1 000 rows; `cursor` is opaque and comes from the page before. */
export interface PageRequest {
  readonly limit: number;
  readonly cursor?: string | undefined;
}

/** One page and the cursor of the next; no cursor means the end. */
export interface Page<T> {
  readonly items: readonly T[];
  readonly cursor?: string | undefined;
}

/** Which messages are over for long enough; a bound that is not given holds nothing. Times are ms since the epoch. */
export interface PurgeBounds {
  /** Received messages that the backend took at or before. */
  readonly takenBefore?: number | undefined;
  /** Sent messages that were acknowledged at or before. */
  readonly sentBefore?: number | undefined;
  /** Of this service only messages whose document is recorded. */
  readonly recordedService?: string | undefined;
}

/**
 * The truth about every message. Each method is one transaction: when it resolves, what it says is durable
 * (synced to disk); when it rejects with `store/unavailable`, nothing has changed, unless the database was lost while it
 * committed: what belongs to the row must then be left in place. Lists reject with `store/bad-page`
 * for a limit or cursor that cannot be. Records leave out the names that have no value.
 */
export interface MessageStore extends InboxStore {
  /**
   * Keeps a submission in SEND_ENQUEUED, due at `submittedAt`; or, MessageId known, tells the row that is there. With
   * `first` it is claimed in the same commit, as `claimFresh` would.
   */
  insertOutbound(
    message: NewOutboundMessage,
    first?: FirstClaim,
  ): Promise<{ readonly outcome: 'kept' | 'exists'; readonly message: OutboundMessage }>;
  findOutbound(messageId: string): Promise<OutboundMessage | undefined>;
  getOutbound(rowId: RowId): Promise<OutboundMessage | undefined>;
  /**
   * Takes a due row for one attempt: state SEND_ENQUEUED, WAITING_FOR_RETRY, or WAITING_FOR_RECEIPT whose lease ran
   * out (its worker died), with nextAttemptAt <= now. Moves it to WAITING_FOR_RECEIPT, leases it until now + leaseMs
   * (nextAttemptAt too: that is when it is due again should the worker die), counts the attempt and sets
   * firstAttemptAt, if not set. Resolves undefined when someone else has it or it is not due.
   */
  claimOutbound(rowId: RowId, now: number, leaseMs: number): Promise<OutboundMessage | undefined>;
  /**
   * `claimOutbound` and `keepEnvelope` in one commit, for a row that is due and that nobody has ever tried; false, and
   * nothing kept, for any other.
   */
  claimFresh(rowId: RowId, first: FirstClaim): Promise<boolean>;
  /** Prolongs a lease this worker holds (long uploads); false when it no longer holds it. */
  extendLease(rowId: RowId, attempt: number, until: number): Promise<boolean>;
  /** Keeps the signed envelope once; a second call leaves the first and resolves to it. Rejects with `store/no-such-row`. */
  keepEnvelope(rowId: RowId, envelope: KeptEnvelope): Promise<KeptEnvelope>;
  /** Writes the attempt row and moves the message; refused (false) when the row is not WAITING_FOR_RECEIPT with this attempt number. */
  settleAttempt(rowId: RowId, attempt: Attempt, settlement: Settlement): Promise<boolean>;
  /** The attempts that were settled, by number; one whose worker died has no row. */
  attemptsOf(rowId: RowId): Promise<readonly Attempt[]>;
  /** Rows due at or before `now`, expired leases included, longest due first. */
  dueOutbound(now: number, limit: number): Promise<readonly RowId[]>;
  /** The last kept first. */
  listOutbound(filter: OutboundFilter, page: PageRequest): Promise<Page<OutboundMessage>>;
  /**
   * An operator's act: SEND_FAILURE -> SEND_ENQUEUED, due at `at`, with a retry window of its own. Envelope, attempts and
   * their numbers stay. False when the message is not in SEND_FAILURE.
   */
  resendOutbound(rowId: RowId, resend: { readonly at: number; readonly by: string }): Promise<boolean>;

  /** Keeps a received message with its receipt, or tells the copy kept first (same sender and MessageId); counting is `countDuplicate`. */
  insertInbound(
    message: NewInboundMessage,
  ): Promise<{ readonly outcome: 'fresh' | 'duplicate'; readonly message: InboundMessage }>;
  /** All messages with this MessageId, one a sender at most, the first kept first. */
  findInbound(messageId: string): Promise<readonly InboundMessage[]>;
  /** The copy kept for this sender and MessageId, if any. */
  findDuplicate(sender: string, messageId: string): Promise<InboundMessage | undefined>;
  /** Counts one more copy of a message that was answered from its first receipt. */
  countDuplicate(rowId: RowId): Promise<void>;
  getInbound(rowId: RowId): Promise<InboundMessage | undefined>;
  /** The SOAP part as it came; undefined where none was kept. */
  inboundEnvelope(rowId: RowId): Promise<ReceivedEnvelope | undefined>;
  /** Deliverable messages, the first kept first. */
  listInbound(filter: InboundFilter, page: PageRequest): Promise<Page<InboundMessage>>;
  /**
   * Moves a message along the state table and ends its lease; false when it is not in `from`. DOWNLOADED sets
   * downloadedAt to `at`, RECEIVED (delivered again) takes it away.
   * Rejects with `store/no-such-move` for a move the table has not.
   */
  moveInbound(rowId: RowId, from: InboundState, to: InboundState, at: number): Promise<boolean>;

  /** Rows of received messages whose answer is due (`answer`), the first kept first. */
  dueAnswers(limit: number): Promise<readonly RowId[]>;
  /** Notes what became of an answer that was due; false when that is noted already. */
  settleAnswer(rowId: RowId, outcome: 'given' | 'given-up'): Promise<boolean>;

  /** Appends an entry. Anybody may cause one, so the store cuts overlong values and keeps a bounded number of entries. */
  appendJournal(entry: JournalEntry): Promise<void>;
  /** The last appended first. */
  listJournal(
    filter: { readonly messageId?: string | undefined },
    page: PageRequest,
  ): Promise<Page<JournalEntry>>;

  /** Messages whose payloads may go; at most `limit`. */
  purgeable(
    bounds: PurgeBounds,
    limit: number,
  ): Promise<readonly { readonly direction: 'in' | 'out'; readonly rowId: RowId }[]>;
  /**
   * ACKNOWLEDGED or DOWNLOADED -> DELETED: the message stays and names its payloads no more; inline ones go with it, the
   * others are resolved to. Undefined when the message is in another state.
   */
  purge(direction: 'in' | 'out', rowId: RowId): Promise<readonly PayloadHandle[] | undefined>;

  /** Which of these payloads a row still names; a row in DELETED names none. */
  referencedPayloads(handles: readonly PayloadHandle[]): Promise<ReadonlySet<PayloadHandle>>;
  /** The bytes of a part that were kept with its row; undefined when there are none under this handle. */
  inlinePayload(handle: PayloadHandle): Promise<Buffer | undefined>;
  /** Answers when the store can write; rejects with `store/unavailable` otherwise. */
  check(): Promise<void>;
  /** Resolves when what runs has finished and the database is free for another process; later calls reject. */
  close(): Promise<void>;
}
