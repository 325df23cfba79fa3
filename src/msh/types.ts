import type { AgreementRef, PartyId, Property, Service } from '../protocol/ebms/index.ts';
import type { MatchExplanation, MatchFacts } from '../protocol/pmode/index.ts';
import type { Partners } from './partners/partner-status.ts';
import type { BusinessWord } from './deliver/business.ts';
import type { Leased, LeaseWish } from './deliver/inbox.ts';
import type {
  Attempt,
  BusinessAcceptance,
  DocumentReport,
  InboundFilter,
  InboundMessage,
  JournalEntry,
  OutboundFilter,
  OutboundMessage,
  OutboundState,
  ReceivedEnvelope,
} from './ports/index.ts';
import type { As4Reply, As4Request, Page, PageRequest, PayloadHandle } from './ports/index.ts';
import type { ResendResult } from './send/resend.ts';

/** What a producer asks to be sent. Everything the P-Mode decides may be left out. */
export interface Submission {
  readonly pmode?: string | undefined;
  readonly messageId?: string | undefined;
  /** Makes the MessageId the same for the same caller and key, where none is given: then a repetition is recognised. */
  readonly idempotency?: { readonly caller: string; readonly key: string } | undefined;
  readonly conversationId?: string | undefined;
  readonly refToMessageId?: string | undefined;
  readonly from?: { readonly partyIds: readonly PartyId[]; readonly role?: string | undefined } | undefined;
  readonly to?: { readonly partyIds: readonly PartyId[]; readonly role?: string | undefined } | undefined;
  readonly agreementRef?: AgreementRef | undefined;
  readonly service?: Service | undefined;
  readonly action?: string | undefined;
  readonly mpc?: string | undefined;
  readonly messageProperties?: readonly Property[] | undefined;
  /** The parts in the order in which they are to stand in PayloadInfo. */
  readonly parts: readonly SubmittedPart[];
}

/** A part as the producer declares it; its bytes come as a stream of the same name. */
export interface SubmittedPart {
  /** Without `cid:` and brackets; generated when absent. */
  readonly contentId?: string | undefined;
  readonly mimeType: string;
  readonly charset?: string | undefined;
  readonly properties?: readonly Property[] | undefined;
  /** Overrides the leg's compression for this part. */
  readonly compress?: boolean | undefined;
}

/**
 * The streams of a submission, in the order they arrive; `index` points into `submission.parts`. Each stream must be
 * read to its end before the next is asked for. Every part must come exactly once.
 */
export type PartStreams = AsyncIterable<{
  readonly index: number;
  readonly content: AsyncIterable<Uint8Array>;
}>;

/** The answer to a submission, durable when it is given. */
export interface SubmitResult {
  readonly outcome: 'accepted' | 'already-accepted';
  readonly messageId: string;
  readonly conversationId: string;
  readonly pmodeId: string;
  readonly state: OutboundState;
  /** What a check says of its document, where the P-Mode has it told. */
  readonly document?: DocumentReport | undefined;
}

/** An outbound message with its attempts, for status pages. */
export interface OutboundStatus {
  readonly message: OutboundMessage;
  readonly attempts: readonly Attempt[];
  /** Clock times of the attempts still to come, ms since the epoch. */
  readonly upcoming: readonly number[];
}

/** The operations of the MSH as its users see them. */
export interface Msh {
  readonly partners: Partners;
  /** Keeps a submission and queues it. Throws QuoinError `submit/...` naming the field; nothing is kept then. */
  submit(submission: Submission, parts: PartStreams): Promise<SubmitResult>;
  /** Sends a test-service message to the party of a P-Mode (eDelivery AS4 1.15 1.4.4.3). */
  ping(target: { readonly pmode: string } | { readonly party: string }): Promise<SubmitResult>;
  /** Handles one request at the AS4 door; never throws for bad input. */
  receive(request: As4Request): Promise<As4Reply>;
  status(messageId: string): Promise<OutboundStatus | undefined>;
  listOutbound(filter: OutboundFilter, page: PageRequest): Promise<Page<OutboundMessage>>;
  /**
   * Sends a failed message again under its MessageId, in a new retry window; `by` names who asked. Undefined for an
   * unknown MessageId. Throws `send/not-failed`, `send/pmode-gone`, `send/signer-retired`.
   */
  resend(messageId: string, by: string): Promise<ResendResult | undefined>;
  inbox(filter: InboundFilter, page: PageRequest): Promise<Page<InboundMessage>>;
  /** Messages that wait, for one consumer alone until the lease ends. */
  lease(wish: LeaseWish): Promise<Leased>;
  /** Every received message with this row id or MessageId: of one MessageId there is one a sender at most. */
  receivedAs(id: string): Promise<readonly InboundMessage[]>;
  /** A received message by row id or, when unique, by MessageId. */
  inbound(id: string): Promise<InboundMessage | undefined>;
  /**
   * Streams a payload of a received or submitted message as the business document (decompressed); `inline` are its bytes
   * as they are kept, where they are at hand.
   */
  openPayload(
    payload: PayloadHandle,
    options: { readonly compressed: boolean; readonly inline?: Buffer | undefined },
  ): AsyncIterable<Uint8Array>;
  /** The SOAP part of a received message as it came; undefined where none was kept. */
  inboundEnvelope(rowId: string): Promise<ReceivedEnvelope | undefined>;
  /**
   * The backend has taken the message: RECEIVED -> DOWNLOADED. False when it already had. Throws `deliver/leased` while
   * another consumer works on it, and for a lease that the message no longer has.
   */
  acknowledge(rowId: string, leaseId?: string): Promise<boolean>;
  /** Gives a leased message back. False when nobody had it. Throws `deliver/leased` while another consumer has it. */
  release(rowId: string, leaseId: string): Promise<boolean>;
  /** DOWNLOADED -> RECEIVED; `by` names who asked. Throws `deliver/not-taken`, `payloads/not-found`. */
  redeliver(message: InboundMessage, by: string): Promise<void>;
  /** Keeps what a backend says of the business content of a message; the last word holds. */
  sayBusiness(
    direction: 'in' | 'out',
    message: InboundMessage | OutboundMessage,
    word: BusinessWord,
  ): Promise<BusinessAcceptance>;
  journal(filter: { messageId?: string | undefined }, page: PageRequest): Promise<Page<JournalEntry>>;
  /** Which P-Mode governs a message with these facts, and why the others do not. */
  explain(facts: MatchFacts): readonly MatchExplanation[];
  /** Starts workers and sweeper. */
  start(): Promise<void>;
  /** Stops taking work and resolves when what runs has finished. */
  stop(): Promise<void>;
}
