import type { PartnerControl, Pause, RowId } from '../ports/index.ts';
import { closedBreaker } from './breaker.ts';
import type { Breaker } from './breaker.ts';
import type { PauseSpan } from './pauses.ts';

/** What this node keeps in memory about one partner. */
export interface Account {
  readonly name: string;
  breaker: Breaker;
  /** Pushes on their way to it from this node. */
  running: number;
  /** Rows that were rung for and found no place, in the order of their rings. */
  readonly parked: Set<RowId>;
  /** More rows found no place than are remembered; the store knows them. */
  overflow: boolean;
  pause: Pause | undefined;
  pauses: readonly PauseSpan[];
  /** The last reset this node has followed. */
  resetAt: number | undefined;
}

/** Rows remembered for one partner; the store has the others. */
export const MOST_PARKED = 1000;

/** An account of a partner nothing is known of. */
export function openAccount(name: string, now: number): Account {
  return {
    name,
    breaker: closedBreaker(now),
    running: 0,
    parked: new Set(),
    overflow: false,
    pause: undefined,
    pauses: [],
    resetAt: undefined,
  };
}

/** Remembers a row that found no place, within bounds. */
export function park(account: Account, rowId: RowId): void {
  if (account.parked.size < MOST_PARKED) account.parked.add(rowId);
  else account.overflow ||= !account.parked.has(rowId);
}

/** Forgets the rows that wait: the store has them all, and they are found there when the partner is open again. */
export function unparkAll(account: Account): void {
  account.parked.clear();
  account.overflow = false;
}

/** Takes over what operators said; tells what is new. */
export function followControl(
  account: Account,
  control: PartnerControl | undefined,
): { readonly paused: boolean; readonly resumed: boolean; readonly reset: boolean } {
  const before = account.pause;
  const { pause, pauses = [], resetAt } = control ?? {};
  account.pause = pause;
  account.pauses = pause === undefined ? pauses : [...pauses, { from: pause.at }];
  const reset = resetAt !== undefined && resetAt !== account.resetAt;
  account.resetAt = resetAt;
  return {
    paused: before === undefined && pause !== undefined,
    resumed: before !== undefined && pause === undefined,
    reset,
  };
}
