import type { NewPart, OutboundMessage, Page, PageRequest, RowId } from '../../msh/index.ts';

/** On which side of an exchange this access point is: it asks for a portal, or answers for a provider. */
export type ExchangeRole = 'requester' | 'provider';

/**
 * Where an exchange stands. `requested`: a request waits for its answer; `preview-required`: the citizen is to look at the
 * evidence first; `preview-requested`: the second request waits for the decision; `answered`: evidence or a reason why there
 * is none; `expired`: nobody answered in time; `failed`: the request could not be delivered.
 */
export type ExchangeState =
  'requested' | 'preview-required' | 'preview-requested' | 'answered' | 'expired' | 'failed';

/** How an exchange was answered. */
export type ExchangeOutcome = 'evidence' | 'no-match' | 'deferred' | 'exception';

/** One exchange: everything that belongs to one wish for evidence, on one side of it. Times are ms since the epoch. */
export interface Exchange {
  /** UUID of ours; it follows from role, partner and exchange, so that every node has the same. */
  readonly id: string;
  readonly role: ExchangeRole;
  /** Local name of the partner in the P-Modes. */
  readonly partner: string;
  /** P-Mode of its last request. */
  readonly pmodeId: string;
  /** The corner we serve: originalSender of what we ask, finalRecipient of what we are asked. */
  readonly party?: string | undefined;
  /** The corner behind the partner. */
  readonly counterparty?: string | undefined;
  /** UUID that both sides know it by; only since EDM 2.0. */
  readonly exchangeId?: string | undefined;
  readonly conversationId: string;
  /** Version of the EDM, for example `2.0`. */
  readonly version: string;
  /** Code of the procedure. */
  readonly procedure?: string | undefined;
  /** Classification of the evidence type that is asked for. */
  readonly evidenceType?: string | undefined;
  readonly state: ExchangeState;
  /** Of an answered one. */
  readonly outcome?: ExchangeOutcome | undefined;
  /** Code of the exception, `EDM:ERR:0004` for example. */
  readonly exception?: string | undefined;
  /** Link to send the citizen to, or the one they were sent to. */
  readonly previewLocation?: string | undefined;
  /** ISO 8601, of a deferred answer: when to ask again. */
  readonly availableAt?: string | undefined;
  /** Id of the last request, `urn:uuid:…`, and the row of its message. */
  readonly requestId: string;
  readonly requestRowId: RowId;
  readonly createdAt: number;
  readonly changedAt: number;
  /** When what is waited for comes too late. */
  readonly dueAt?: number | undefined;
  /** When the backend said that it has the answer. */
  readonly takenAt?: number | undefined;
}

/** What a document of an exchange is; `unreadable` is one that cannot be told. */
export type RecordedKind = 'request' | 'response' | 'error' | 'unreadable';

/** Why a document does not move its exchange, though it is kept. */
export type DocumentFlaw =
  /** It cannot be read, or is of another kind than the action of its message. */
  | 'unreadable'
  /** A request whose id came before (TDD 4.4: such requests must be refused). */
  | 'repeated-request'
  /** A second request with a preview location that was not given, or is used already. */
  | 'unknown-preview'
  /** An answer to a request that nobody made. */
  | 'unknown-request'
  /** A second request that asks for something else than the first, or about somebody else (TDD 4.9). */
  | 'changed-request'
  /** Another answer to a request that is answered. */
  | 'answered-before'
  /** An answer to a request after which another one was made. */
  | 'superseded';

/** What is said of the evidence in a response, for the log: never the evidence itself (IR 2022/1463 art. 17). */
export interface RecordedEvidence {
  /** Identifier of the evidence. */
  readonly identifier?: string | undefined;
  readonly role: 'MainEvidence' | 'Annex' | 'HumanReadableVersion' | 'Translation';
  /** Content-ID of its part. */
  readonly contentId?: string | undefined;
  readonly title?: string | undefined;
  /** Media type. */
  readonly format?: string | undefined;
}

/** What one document says, as far as an exchange needs it. */
export interface DocumentFacts {
  readonly kind: RecordedKind;
  /** `2.0` for example. */
  readonly version: string;
  /** Id of a request, identifier of an answer. */
  readonly documentId?: string | undefined;
  /** Of a request its own id, of an answer that of the request. */
  readonly requestId?: string | undefined;
  /** ISO 8601, as it stands in the document. */
  readonly issuedAt?: string | undefined;
  readonly procedure?: string | undefined;
  readonly evidenceType?: string | undefined;
  readonly previewLocation?: string | undefined;
  readonly returnLocation?: string | undefined;
  /** SHA-256 (hex) of who asks which evidence about whom. */
  readonly question?: string | undefined;
  /** Of an answer; a preview that is required is none yet. */
  readonly outcome?: ExchangeOutcome | undefined;
  readonly exception?: string | undefined;
  readonly availableAt?: string | undefined;
  readonly evidence?: readonly RecordedEvidence[] | undefined;
}

/** A document of an exchange that was sent or received; its bytes are kept beside it. Times are ms since the epoch. */
export interface RecordedDocument {
  /** Of its message. */
  readonly rowId: RowId;
  readonly direction: 'in' | 'out';
  readonly messageId: string;
  /** Undefined when it belongs to none that is known. */
  readonly exchange?: string | undefined;
  readonly at: number;
  readonly facts: DocumentFacts;
  readonly flaw?: DocumentFlaw | undefined;
  /** What is still to be done about the flaw: the sender is told, or has been. */
  readonly refusal?: 'due' | 'given' | undefined;
}

/** What is told of an exchange that moved. */
export type ExchangeEventName = 'requested' | 'preview-required' | 'answered' | 'expired' | 'failed';

/** What a document does to its exchange; without `exchange` it only is kept. */
export interface ExchangeMove {
  readonly exchange?: Exchange | undefined;
  readonly flaw?: DocumentFlaw | undefined;
  readonly refusal?: 'due' | undefined;
  readonly event?: ExchangeEventName | undefined;
}

/** Where to look for the exchange of a document, in this order. */
export interface ExchangePlace {
  readonly role: ExchangeRole;
  readonly partner: string;
  /** The request that is answered. */
  readonly answers?: string | undefined;
  /** The link a second request carries, and its conversation. */
  readonly preview?: { readonly conversationId: string; readonly location: string } | undefined;
  /** The id it has, or will have; undefined for what belongs to none. */
  readonly id?: string | undefined;
}

/** What is known when a document is recorded. */
export interface ExchangeBefore {
  readonly exchange: Exchange | undefined;
  /** Of a second request: what the one before it asked, as far as that is still known. */
  readonly question?: string | undefined;
  /** The request with the id of this one was recorded before. */
  readonly isRepeated: boolean;
}

/** A document to be recorded: `move` is pure, and asked again when another node was faster. */
export interface Recording {
  readonly document: Omit<RecordedDocument, 'exchange' | 'flaw' | 'refusal'>;
  readonly bytes: Uint8Array;
  readonly message: Pick<OutboundMessage, 'userMessage' | 'pmodeId'>;
  readonly place: ExchangePlace;
  readonly move: (before: ExchangeBefore) => ExchangeMove;
}

/** A message as far as the record of its document needs it. */
export interface Unrecorded extends Pick<
  OutboundMessage,
  'rowId' | 'messageId' | 'pmodeId' | 'partner' | 'userMessage'
> {
  readonly direction: 'in' | 'out';
  /** When it was kept, ms since the epoch. */
  readonly at: number;
  /** It was received and refused for its document. */
  readonly isWithheld: boolean;
  /** With their bytes where those are at hand. */
  readonly parts: readonly NewPart[];
}

/** A search among exchanges; all that is given must agree. */
export interface ExchangeFilter {
  readonly role?: ExchangeRole | undefined;
  readonly states?: readonly ExchangeState[] | undefined;
  readonly outcome?: ExchangeOutcome | undefined;
  readonly partner?: string | undefined;
  readonly conversationId?: string | undefined;
  readonly exchangeId?: string | undefined;
  /** Id of a request that belongs to it. */
  readonly requestId?: string | undefined;
  /** MessageId of a message that belongs to it. */
  readonly messageId?: string | undefined;
  /** The same, of a message of ours: partners choose the ids of theirs. */
  readonly sentMessageId?: string | undefined;
  /** Only those of these parties; an empty list finds none. */
  readonly parties?: readonly string[] | undefined;
  /** True: answered and not taken yet; false: taken. */
  readonly waiting?: boolean | undefined;
  /** Begun at or after, before; ms since the epoch. */
  readonly since?: number | undefined;
  readonly until?: number | undefined;
}

/**
 * Exchanges and the documents in them. Each method is one transaction; when it resolves, what it says is durable. Events of
 * an exchange are told in the transaction that moves it. Rejects with `store/unavailable` and for lists `store/bad-page`.
 */
export interface ExchangeStore {
  /**
   * Messages of the service kept at or after `since` whose document is not recorded, the first kept first. A message that
   * answers another comes with or after it, as long as clocks agree. Without those of `but`.
   */
  unrecorded(
    service: string,
    since: number,
    limit: number,
    but?: readonly RowId[],
  ): Promise<readonly Unrecorded[]>;
  /**
   * Calls with each message that this process has kept, of whatever service, before whoever kept it learns that; the result
   * ends that. Messages of other processes are not told.
   */
  onKept(listener: (kept: Unrecorded) => void): () => void;
  /** When the last recorded message was kept; undefined when none is recorded. */
  lastRecorded(): Promise<number | undefined>;
  /**
   * Records documents in their order and moves their exchanges, all of them or none; `known` is one that was recorded before.
   * Of requests of one partner and role with one id, at once or not, `move` sees all but the first as repeated, and must give
   * those a flaw.
   */
  record(recordings: readonly Recording[]): Promise<readonly ('recorded' | 'known')[]>;
  /** Exchanges whose request was given up by the MSH become `failed`; how many. */
  failUndelivered(at: number): Promise<number>;
  /** Exchanges in which somebody waits in vain: `dueAt` at or before `at`, the longest due first. */
  overdue(at: number, limit: number): Promise<readonly Exchange[]>;
  /** Becomes `expired`, unless it has moved since it was read; whether it did. */
  expire(exchange: Exchange, at: number): Promise<boolean>;
  /** Documents whose sender is to be told that they are refused, the first recorded first; without those of `but`. */
  dueRefusals(limit: number, but?: readonly RowId[]): Promise<readonly RecordedDocument[]>;
  settleRefusal(rowId: RowId): Promise<boolean>;
  getExchange(id: string): Promise<Exchange | undefined>;
  /** The last begun first. */
  listExchanges(filter: ExchangeFilter, page: PageRequest): Promise<Page<Exchange>>;
  /** In the order in which they were sent and received. */
  documentsOf(exchange: string): Promise<readonly RecordedDocument[]>;
  /** As it was sent or received; undefined when there is none, or it is no longer kept. */
  documentBytes(rowId: RowId): Promise<Buffer | undefined>;
  /** The backend has the answer; whether that is news. */
  takeExchange(id: string, at: number): Promise<boolean>;
  /** Removes what was recorded before this time, of exchanges that are over; how many documents, at most 1 000 at once. */
  forgetDocuments(before: number): Promise<number>;
}
