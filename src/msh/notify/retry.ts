import { createHash } from 'node:crypto';
import type { RetrySchedule } from './types.ts';

/** What is known when an attempt has failed. Times are ms since the epoch. */
export interface FailedAttempt {
  /** Attempts made, this one included. */
  readonly attempts: number;
  readonly now: number;
  readonly giveUpAt: number;
  /** ms the endpoint asked us to wait. */
  readonly retryAfterMs?: number | undefined;
  /** What tells this delivery from others: spreads their attempts, the same way whenever it is asked. */
  readonly key: string;
}

/** Share of a pause by which deliveries are spread, to either side. */
const SPREAD = 0.2;

/**
 * When to try again: pauses double from the first to the longest, spread by a fifth; an endpoint may ask for a longer pause,
 * up to the longest. The last attempt is at the end of the window; undefined when that has passed.
 */
export function nextAttemptAt(
  { firstMs, longestMs }: Pick<RetrySchedule, 'firstMs' | 'longestMs'>,
  { attempts, now, giveUpAt, retryAfterMs = 0, key }: FailedAttempt,
): number | undefined {
  if (now >= giveUpAt) return undefined;
  const doubled = Math.min(firstMs * 2 ** Math.min(attempts - 1, 40), longestMs);
  const spread = doubled * (1 + SPREAD * (2 * shareOf(`${key}.${attempts}`) - 1));
  const pause = Math.max(spread, Math.min(retryAfterMs, longestMs));
  return Math.min(now + Math.max(1, Math.round(pause)), giveUpAt);
}

/** A number from 0 to below 1 that looks like chance and is the same for the same text. */
function shareOf(text: string): number {
  return createHash('sha256').update(text).digest().readUInt32BE() / 2 ** 32;
}
