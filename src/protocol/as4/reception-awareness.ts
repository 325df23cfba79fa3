import type { ReceptionAwareness } from '../pmode/index.ts';

/** What decides when to try: retries after the first attempt, spread over a window in ms. */
export type RetryPolicy = Pick<ReceptionAwareness, 'retries' | 'window' | 'strategy'>;

/** How far a message has come. */
export interface AttemptsSoFar {
  /** ms since the epoch of the start of the first attempt. */
  readonly firstAttemptAt: number;
  /** Attempts already made, the first one included. */
  readonly attempts: number;
  /** ms since the epoch; with it, a time that has passed is answered by `now`, or by nothing once the window closed. */
  readonly now?: number | undefined;
  /** True when the last attempt was begun and never ended: whoever made it died, perhaps before anything went out. */
  readonly cutOff?: boolean | undefined;
}

/** ms after the first attempt at which retry `k` of `n` is due; the last one is due as the window closes. */
const delays: Record<ReceptionAwareness['strategy'], (window: number, k: number, n: number) => number> = {
  constant: (window, k, n) => (window * k) / n,
  /** Each interval twice the one before. */
  progressive: (window, k, n) => (window * (2 ** (k - n) - 2 ** -n)) / (1 - 2 ** -n),
  once: () => Number.POSITIVE_INFINITY,
};

/**
 * When the next attempt is due, in ms since the epoch, or undefined when none is left (AS4 3.4, PMode[].
 * ReceptionAwareness.Retry). Four retries in a window of 12 minutes are due 3, 6, 9 and 12 minutes after the first
 * attempt, as the field's `12;4;CONSTANT` is understood; when that last one has failed too, EBMS:0301 is due.
 * Depends on the first attempt only, so lateness of one attempt never pushes the others.
 */
export function nextAttempt(policy: RetryPolicy, sofar: AttemptsSoFar): number | undefined {
  const { firstAttemptAt, attempts, now } = sofar;
  if (attempts < 1) return Math.max(firstAttemptAt, now ?? firstAttemptAt);
  if (!hasRetriesLeft(policy, attempts)) return undefined;
  const due = firstAttemptAt + Math.round(delays[policy.strategy](policy.window, attempts, policy.retries));
  if (now === undefined || now <= due) return due;
  return now > windowEnd(policy, firstAttemptAt) + latenessAllowed ? undefined : now;
}

function hasRetriesLeft({ strategy, retries }: RetryPolicy, attempts: number): boolean {
  return strategy !== 'once' && attempts <= retries;
}

/**
 * When the next attempt is due after one that failed at `now`, or undefined when none is left. Times that passed
 * meanwhile are left out, so that a message that was held up is not tried several times in a row.
 */
export function attemptAfterFailure(
  policy: RetryPolicy,
  { firstAttemptAt, attempts }: Omit<AttemptsSoFar, 'now'>,
  now: number,
): number | undefined {
  for (let made = attempts; ; made += 1) {
    const due = nextAttempt(policy, { firstAttemptAt, attempts: made });
    if (due === undefined || due > now) return due;
  }
}

/** All times at which an attempt is due, the first included, in ms since the epoch. */
export function attemptTimes(policy: RetryPolicy, firstAttemptAt: number): readonly number[] {
  const times: number[] = [];
  for (;;) {
    const at = nextAttempt(policy, { firstAttemptAt, attempts: times.length });
    if (at === undefined) return times;
    times.push(at);
  }
}

/** ms an attempt may start after it was due; covers the sweep interval, and no more than a busy minute. */
export const latenessAllowed = 30_000;

/** When the window closes, in ms since the epoch: from then on no attempt is due. */
export function windowEnd(policy: RetryPolicy, firstAttemptAt: number): number {
  return firstAttemptAt + (policy.strategy === 'once' ? 0 : policy.window);
}

/** How long a message that is due may be held back, because its partner seems to be down. ms since the epoch. */
export interface HeldBack {
  /** Since when it is due for its first attempt. */
  readonly dueSince: number;
  /** Start of the first attempt, once there was one. */
  readonly firstAttemptAt?: number | undefined;
}

/**
 * The last time to try a message that is held back: when its window closes; one that was never tried is held back for
 * the length of one window at most. So no message is given up untried.
 */
export function lastChanceAt(policy: RetryPolicy, { dueSince, firstAttemptAt }: HeldBack): number {
  return firstAttemptAt === undefined ? dueSince + policy.window : windowEnd(policy, firstAttemptAt);
}

/** What to do with a message that has no receipt at `now`. */
export type RetryDecision =
  | { readonly kind: 'attempt' }
  | { readonly kind: 'wait'; readonly until: number }
  /** The window has closed or the attempts are used up: EBMS:0301 to the producer. */
  | { readonly kind: 'give-up' };

/**
 * The decision for a message at `now` (ms since the epoch). After a standstill the message is tried at once if its
 * window is still open, and given up if it is not: the partner's duplicate detection need not reach further back. Only
 * an attempt that was cut off has a successor even then, while retries are left: perhaps nothing was ever sent.
 */
export function decideAttempt(policy: RetryPolicy, sofar: AttemptsSoFar, now: number): RetryDecision {
  const due = nextAttempt(policy, { ...sofar, now });
  if (due === undefined) {
    const again = sofar.cutOff === true && hasRetriesLeft(policy, sofar.attempts);
    return again ? { kind: 'attempt' } : { kind: 'give-up' };
  }
  return due > now ? { kind: 'wait', until: due } : { kind: 'attempt' };
}
