/** A time during which an operator held back all messages for a partner; ms since the epoch. */
export interface PauseSpan {
  readonly from: number;
  /** Undefined while it lasts. */
  readonly until?: number | undefined;
}

/**
 * ms between two times that lie within pauses: a pause stops the clock of a message, so that its window is longer by
 * as much. Pauses that overlap count once.
 */
export function stoppedMs(pauses: readonly PauseSpan[], from: number, to: number): number {
  let stopped = 0;
  let counted = from;
  for (const pause of [...pauses].sort((a, b) => a.from - b.from)) {
    const begin = Math.max(pause.from, counted);
    const end = Math.min(pause.until ?? to, to);
    if (end <= begin) continue;
    stopped += end - begin;
    counted = end;
  }
  return stopped;
}
