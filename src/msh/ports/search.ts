import type { InboundState, OutboundState } from './records.ts';

/** What messages may be searched by, in either direction; all that is given must agree. Texts are compared whole. */
export interface MessageFilter {
  readonly conversationId?: string | undefined;
  readonly refToMessageId?: string | undefined;
  readonly action?: string | undefined;
  /** The value of the service, whatever its type. */
  readonly service?: string | undefined;
  /** Local name of the partner in the P-Modes. */
  readonly partner?: string | undefined;
  readonly pmodeId?: string | undefined;
  /** Kept at or after this time, ms since the epoch. */
  readonly since?: number | undefined;
  /** Kept before this time, ms since the epoch. */
  readonly until?: number | undefined;
}

/** A search among the messages we send; `since` and `until` are about `submittedAt`. */
export interface OutboundFilter extends MessageFilter {
  readonly state?: OutboundState | undefined;
  /** Only messages whose originalSender is one of these; an empty list finds none. */
  readonly originalSenders?: readonly string[] | undefined;
}

/** A search among the messages we received; `since` and `until` are about `receivedAt`. */
export interface InboundFilter extends MessageFilter {
  readonly state?: InboundState | undefined;
  /** Only messages whose finalRecipient is one of these; an empty list finds none. */
  readonly finalRecipients?: readonly string[] | undefined;
}
