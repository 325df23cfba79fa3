import type { OutboundState } from './records.ts';

/** How much there is of what; times are ms since the epoch. */
export interface StoreCounts {
  /** Messages to be sent whose fate is open. */
  readonly outbound: readonly {
    readonly pmodeId: string;
    readonly state: OutboundState;
    readonly messages: number;
  }[];
  /** Those of them that nobody works on although their time has come, and since when the first of them waits. */
  readonly due: readonly { readonly pmodeId: string; readonly messages: number; readonly oldestAt: number }[];
  /** Deliverable messages that no backend has acknowledged, and when the first of them was received. */
  readonly inbox: { readonly messages: number; readonly oldestAt?: number | undefined };
  readonly journalEntries: number;
}

/** Counts for metrics: one look at indexes, whose cost grows with what is open, not with what has ever been kept. */
export interface CountingStore {
  counts(now: number): Promise<StoreCounts>;
}
