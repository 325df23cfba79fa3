/** When a breaker opens, and how long it stays open before one message may try the partner again. */
export interface BreakerPolicy {
  /** Pushes in a row that found the partner down. */
  readonly failures: number;
  /** ms until the first probe; twice as long after each probe that failed. */
  readonly waitMs: number;
  /** ms the wait grows to at most. */
  readonly longestWaitMs: number;
}

/**
 * What is known of a partner's availability. Closed: messages go out. Open: none goes out before `until`. Half-open: one
 * message is on its way to find out. Times are ms since the epoch.
 */
export interface Breaker {
  readonly state: 'closed' | 'open' | 'half-open';
  /** When it came into this state. */
  readonly since: number;
  /** When it left `closed`. */
  readonly openedAt?: number | undefined;
  /** Pushes in a row that found the partner down. */
  readonly failures: number;
  /** ms between the last failure that counted and the next probe. */
  readonly waitMs: number;
  /** Open only: from then on the next message is the probe. */
  readonly until?: number | undefined;
  readonly lastSuccessAt?: number | undefined;
  readonly lastFailureAt?: number | undefined;
  /** What the last failure was, in words. */
  readonly reason?: string | undefined;
}

/**
 * What one push taught. `answered`: somebody at the partner answered, be it with a refusal. `unreachable`: nobody did, or
 * a failing server. `nothing`: the push never came to that. `probe`: it was let through to find out.
 */
export type BreakerEvent =
  | { readonly kind: 'answered'; readonly at: number; readonly probe?: boolean | undefined }
  | { readonly kind: 'unreachable'; readonly at: number; readonly probe: boolean; readonly reason: string }
  | { readonly kind: 'nothing'; readonly at: number; readonly probe: boolean }
  | { readonly kind: 'probe-sent'; readonly at: number }
  | { readonly kind: 'reset'; readonly at: number };

/** A breaker nothing is held against. */
export function closedBreaker(at: number): Breaker {
  return { state: 'closed', since: at, failures: 0, waitMs: 0 };
}

/** True when the next message may be the one that finds out whether the partner is back. */
export function mayProbe(breaker: Breaker, now: number): boolean {
  return breaker.state === 'open' && (breaker.until ?? 0) <= now;
}

/** The breaker after an event: pure, and total for events in any order, because pushes end in any order. */
export function nextBreaker(breaker: Breaker, event: BreakerEvent, policy: BreakerPolicy): Breaker {
  switch (event.kind) {
    case 'answered':
      return { ...closed(breaker, event.at), lastSuccessAt: event.at };
    case 'reset':
      return closed(breaker, event.at);
    case 'probe-sent':
      if (!mayProbe(breaker, event.at)) return breaker;
      return { ...breaker, state: 'half-open', since: event.at, until: undefined };
    case 'nothing':
      // The probe found out nothing: the next message may try at once.
      return breaker.state === 'half-open' && event.probe ? opened(breaker, event.at, event.at) : breaker;
    case 'unreachable':
      return failed(breaker, event, policy);
  }
}

function closed(breaker: Breaker, at: number): Breaker {
  const { lastSuccessAt, lastFailureAt, reason } = breaker;
  const since = breaker.state === 'closed' ? breaker.since : at;
  return { ...closedBreaker(since), lastSuccessAt, lastFailureAt, reason };
}

function opened(breaker: Breaker, at: number, until: number): Breaker {
  return { ...breaker, state: 'open', since: at, openedAt: breaker.openedAt ?? at, until };
}

function failed(
  breaker: Breaker,
  { at, probe, reason }: Extract<BreakerEvent, { kind: 'unreachable' }>,
  policy: BreakerPolicy,
): Breaker {
  const counted = { ...breaker, failures: breaker.failures + 1, lastFailureAt: at, reason };
  if (breaker.state === 'closed') {
    if (counted.failures < policy.failures) return counted;
    const waitMs = Math.min(policy.waitMs, policy.longestWaitMs);
    return opened({ ...counted, waitMs }, at, at + waitMs);
  }
  // Pushes that were on their way when it opened, or that had their last chance, say nothing new about the wait.
  if (breaker.state === 'open' || !probe) return counted;
  const waitMs = Math.min(breaker.waitMs * 2, policy.longestWaitMs);
  return opened({ ...counted, waitMs }, at, at + waitMs);
}
