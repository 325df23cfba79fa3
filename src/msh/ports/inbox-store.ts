import type { BusinessAcceptance, InboundMessage, RowId } from './records.ts';
import type { InboundFilter } from './search.ts';

/** A consumer's wish for messages nobody else has; times are ms since the epoch. */
export interface LeaseRequest {
  readonly leaseId: string;
  readonly consumer: string;
  readonly now: number;
  readonly until: number;
  /** Messages at most, 1 to 1 000. */
  readonly limit: number;
  readonly filter: Pick<InboundFilter, 'action' | 'conversationId' | 'finalRecipients'>;
}

/** How an acknowledgement ended: done now, nothing to be done (done before, or not for a backend), or refused because another consumer's lease decides. */
export type AcknowledgeOutcome = 'acknowledged' | 'already' | 'leased';

/** How a release ended: free now, free before, or refused because another consumer's lease lives. */
export type ReleaseOutcome = 'released' | 'free' | 'leased';

/**
 * Received messages on their way to a backend. Every method is one compare-and-set, so that of several consumers, on
 * whatever nodes, one holds a message at a time; a lease frees its messages by running out, never by removing them.
 */
export interface InboxStore {
  /** Leases deliverable messages in RECEIVED that no living lease holds, the first kept first; those are resolved. */
  leaseInbound(request: LeaseRequest): Promise<readonly InboundMessage[]>;
  /**
   * RECEIVED -> DOWNLOADED. A lease that is given must be the one the message has, even when its time has run out;
   * without one, no living lease may hold the message. Ends the lease and sets downloadedAt.
   */
  acknowledgeInbound(rowId: RowId, leaseId: string | undefined, now: number): Promise<AcknowledgeOutcome>;
  /** Gives a message back before the lease runs out. */
  releaseInbound(rowId: RowId, leaseId: string, now: number): Promise<ReleaseOutcome>;
  /** What the backend says of the business content of a received message; false when there is no such message. */
  acceptInbound(rowId: RowId, business: BusinessAcceptance): Promise<boolean>;
  /** What the backend learnt of the fate of a sent message beyond its receipt; false when there is no such message. */
  acceptOutbound(rowId: RowId, business: BusinessAcceptance): Promise<boolean>;
}
