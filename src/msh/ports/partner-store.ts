import type { OutboundMessage, RowId } from './records.ts';

/** The way a message takes: one leg of one P-Mode. Whose way it is, the P-Modes in force say. */
export interface Lane {
  readonly pmodeId: string;
  readonly leg: string;
}

/** Unfinished messages on one way, those on their way to the partner included. */
export interface WaitingLane extends Lane {
  readonly messages: number;
  /** The earliest time at which one of them is due, ms since the epoch. */
  readonly dueAt: number;
}

/** What decides whether a due message may be taken, without taking it. */
export type Outlook = Pick<
  OutboundMessage,
  | 'rowId'
  | 'pmodeId'
  | 'leg'
  | 'partner'
  | 'state'
  | 'attempts'
  | 'firstAttemptAt'
  | 'submittedAt'
  | 'retryPolicy'
> & { readonly nextAttemptAt: number };

/** Who holds back the messages for a partner, since when and why. `at` is ms since the epoch. */
export interface Pause {
  readonly at: number;
  readonly by: string;
  readonly reason?: string | undefined;
}

/** What operators have said about a partner, on whatever node. */
export interface PartnerControl {
  readonly partner: string;
  /** There while it lasts. */
  readonly pause?: Pause | undefined;
  /** The pauses that are over, the latest hundred, the first first; ms since the epoch. */
  readonly pauses: readonly { readonly from: number; readonly until: number }[];
  /** When somebody last had its breakers closed. */
  readonly resetAt?: number | undefined;
}

/** What the store knows of partners: what waits for them, and what operators decided. Durable when it resolves. */
export interface PartnerStore {
  /** A message that is not finished; undefined for any other. */
  outlook(rowId: RowId): Promise<Outlook | undefined>;
  /** All ways on which something waits, in no order. */
  waitingLanes(): Promise<readonly WaitingLane[]>;
  /** Rows of one way that are due at `now`, the longest due first. */
  dueOnLane(lane: Lane, now: number, limit: number): Promise<readonly RowId[]>;
  /** The same for rows whose first attempt was, or that fell due, at or before `begunBefore`; the first begun first. */
  dueBegunBefore(lane: Lane, now: number, begunBefore: number, limit: number): Promise<readonly RowId[]>;

  /** Everything operators have said. */
  partnerControls(): Promise<readonly PartnerControl[]>;
  /** Holds back all messages for a partner; false when they were held back before: the first pause stays. */
  pausePartner(partner: string, pause: Pause): Promise<boolean>;
  /** Ends the pause and keeps it as one that is over; false when there is none. */
  resumePartner(partner: string, at: number): Promise<boolean>;
  /** Asks every node to close its breaker for a partner. */
  resetPartner(partner: string, at: number): Promise<void>;
}
