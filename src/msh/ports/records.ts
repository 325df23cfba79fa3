import type { Finding, EbmsErrorCode } from '../../protocol/errors/index.ts';
import type { EbmsError, Property, UserMessage } from '../../protocol/ebms/index.ts';
import type { RetryPolicy } from '../../protocol/as4/index.ts';
import type { SignedReference } from '../../protocol/wss/index.ts';
import type { DocumentReport } from './document-check.ts';
import type { PayloadHandle } from './payload-store.ts';

/** Identity of a row of ours: a UUID, never the partner's MessageId. */
export type RowId = string;

/** States of a message we send; the field's words. */
export type OutboundState =
  'SEND_ENQUEUED' | 'WAITING_FOR_RECEIPT' | 'WAITING_FOR_RETRY' | 'ACKNOWLEDGED' | 'SEND_FAILURE' | 'DELETED';

/** States of a message we received. */
export type InboundState = 'RECEIVED' | 'DOWNLOADED' | 'DELETED';

/** A payload as it is kept, with what the wire and the consumer need to know of it. */
export interface StoredPart {
  /** `cid:` URI of the PartInfo, as on the wire. */
  readonly href: string;
  /** Media type of the business document (part property MimeType). */
  readonly mimeType: string;
  /** Part properties as the producer gave them or the consumer sees them: without CompressionType. */
  readonly properties: readonly Property[];
  readonly payload: PayloadHandle;
  /** bytes as kept. Outbound: as it goes on the wire before encryption (compressed when `compressed`). Inbound: decompressed. */
  readonly size: number;
  /** True when the kept bytes are gzip (outbound with compression). */
  readonly compressed: boolean;
  /** bytes of the business document. */
  readonly originalSize: number;
  /** hex SHA-256 of the business document. */
  readonly sha256: string;
  /** base64 digest that the signature states for this part. */
  readonly signedDigest: string;
}

/** A part to be kept. */
export interface NewPart extends StoredPart {
  /** The bytes, where they are to be kept in one commit with the row and not in the payload store. */
  readonly inline?: Buffer | undefined;
}

/** What went wrong, as the journal, the API and the log tell it. */
export interface Failure {
  /** The step of the pipeline, `receive/verify-signature` for example. */
  readonly step: string;
  /** Our stable error code (docs/errors.md). */
  readonly code: string;
  readonly message: string;
  readonly ebms?: EbmsErrorCode | undefined;
  readonly finding?: Finding | undefined;
  /** Errors the partner reported; `verified` says whether its signature proves they come from the partner. */
  readonly partnerErrors?: { readonly verified: boolean; readonly errors: readonly EbmsError[] } | undefined;
}

/** The signed envelope of an outbound message, kept so that every attempt answers to the same digests. */
export interface KeptEnvelope {
  readonly bytes: Buffer;
  readonly encryptionOffset: number;
  readonly references: readonly SignedReference[];
  /** thumbprintSha256 of our signing certificate. */
  readonly signer: string;
}

/** A receipt that proves delivery: the bytes as received (or as sent, inbound) and who signed it. */
export interface KeptReceipt {
  readonly bytes: Buffer;
  readonly contentType: string;
  readonly messageId: string;
  /** ISO 8601, the receipt's own timestamp. */
  readonly timestamp: string;
  /** thumbprintSha256 of the certificate that signed it; undefined for an unsigned receipt a weaker P-Mode allows. */
  readonly signer?: string | undefined;
}

/**
 * What a backend says of the business content: a fact of its own beside the receipt, which says only that the message
 * was taken over. `by` names who said so, `at` is ms since the epoch.
 */
export interface BusinessAcceptance {
  readonly status: 'accepted' | 'rejected';
  readonly at: number;
  readonly by: string;
  readonly reason?: string | undefined;
}

/** An operator's act that gave a failed message a new retry window. `at` is ms since the epoch. */
export interface Resend {
  readonly at: number;
  readonly by: string;
  /** Attempts made before it; the window counts from here. */
  readonly attemptsBefore: number;
}

/** A message we send, as the store keeps it. Times are ms since the epoch. */
export interface OutboundMessage {
  readonly rowId: RowId;
  readonly messageId: string;
  readonly pmodeId: string;
  readonly leg: string;
  /** Local name of the partner in the P-Modes. */
  readonly partner: string;
  readonly state: OutboundState;
  readonly userMessage: UserMessage;
  readonly parts: readonly StoredPart[];
  /** hex SHA-256 over header and payload digests: tells a repeated submission from a conflicting one. */
  readonly fingerprint: string;
  readonly submittedAt: number;
  /** What was agreed on retries at the submission: it holds while the P-Mode is not loaded. */
  readonly retryPolicy?: RetryPolicy | undefined;
  /** Attempts made so far, those before a resend included. */
  readonly attempts: number;
  /** When the next attempt is due; undefined in final states. */
  readonly nextAttemptAt?: number | undefined;
  /** Until when another worker must leave the row alone. */
  readonly leasedUntil?: number | undefined;
  /** The first attempt of the retry window: since the submission, or since the last resend. */
  readonly firstAttemptAt?: number | undefined;
  readonly finishedAt?: number | undefined;
  readonly envelope?: KeptEnvelope | undefined;
  readonly receipt?: KeptReceipt | undefined;
  readonly failure?: Failure | undefined;
  readonly resend?: Resend | undefined;
  readonly business?: BusinessAcceptance | undefined;
}

/** What `submit/keep` commits. */
export type NewOutboundMessage = Pick<
  OutboundMessage,
  | 'rowId'
  | 'messageId'
  | 'pmodeId'
  | 'leg'
  | 'partner'
  | 'userMessage'
  | 'fingerprint'
  | 'submittedAt'
  | 'retryPolicy'
> & { readonly parts: readonly NewPart[] };

/** The first attempt of a message, claimed in the commit that keeps what it has signed. `at` is ms since the epoch. */
export interface FirstClaim {
  readonly at: number;
  readonly leaseMs: number;
  readonly envelope: KeptEnvelope;
}

/** How one push ended (send/read-reply). */
export type ReplyClass = 'acknowledged' | 'retry' | 'refused';

/** One push and what came of it. Times are ms since the epoch. */
export interface Attempt {
  readonly number: number;
  readonly startedAt: number;
  readonly endedAt: number;
  readonly address: string;
  readonly outcome: ReplyClass;
  readonly httpStatus?: number | undefined;
  /** thumbprintSha256 of the certificate we encrypted for, when we did. */
  readonly recipient?: string | undefined;
  readonly failure?: Failure | undefined;
}

/** A received SOAP part byte for byte: with the receipt the evidence of origin. */
export interface ReceivedEnvelope {
  readonly bytes: Buffer;
  readonly contentType: string;
}

/** Who works on a received message until when. `until` is ms since the epoch; a lease past it holds nothing. */
export interface InboxLease {
  readonly id: string;
  readonly consumer: string;
  readonly until: number;
}

/** A message we received, as the store keeps it. Times are ms since the epoch. */
export interface InboundMessage {
  readonly rowId: RowId;
  readonly messageId: string;
  /** Canonical identity of the From party that was proven; MessageIds are unique within it. */
  readonly sender: string;
  readonly pmodeId: string;
  readonly leg: string;
  /** Local name of the partner in the P-Modes. */
  readonly partner: string;
  readonly state: InboundState;
  readonly userMessage: UserMessage;
  readonly parts: readonly StoredPart[];
  readonly references: readonly SignedReference[];
  /** thumbprintSha256 of the certificate that signed; undefined where a weaker P-Mode allows none. */
  readonly signer?: string | undefined;
  readonly receipt: KeptReceipt;
  /** False for the test service and for a refused document: acknowledged, never delivered. */
  readonly deliverable: boolean;
  readonly receivedAt: number;
  readonly duplicates: number;
  readonly downloadedAt?: number | undefined;
  readonly lease?: InboxLease | undefined;
  /** What a check said of its document, where the P-Mode has that told; without what stands there. */
  readonly document?: DocumentReport | undefined;
  /** Its document was refused: its sender is to be told, has been, or could not be. */
  readonly answer?: 'due' | 'given' | 'given-up' | undefined;
  readonly business?: BusinessAcceptance | undefined;
}

/** What `receive/keep` commits; the envelope is read back by itself, because it is large and seldom asked for. */
export type NewInboundMessage = Omit<
  InboundMessage,
  'state' | 'duplicates' | 'downloadedAt' | 'lease' | 'business' | 'parts'
> & { readonly parts: readonly NewPart[]; readonly envelope?: ReceivedEnvelope | undefined };

/** A refusal or a notable event, kept for the operator. `at` is ms since the epoch. */
export interface JournalEntry {
  readonly at: number;
  readonly direction: 'in' | 'out';
  /** MessageId as claimed by an unproven message, or ours. */
  readonly messageId?: string | undefined;
  readonly conversationId?: string | undefined;
  readonly pmodeId?: string | undefined;
  /** Network address of the peer, when there is one. */
  readonly remote?: string | undefined;
  readonly failure: Failure;
}
