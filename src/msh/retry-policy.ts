import { lastChanceAt, latenessAllowed } from '../protocol/as4/index.ts';
import type { RetryPolicy } from '../protocol/as4/index.ts';
import type { GoverningLeg } from '../protocol/pmode/index.ts';
import type { OutboundMessage } from './ports/index.ts';

/** Where nothing was kept the field's own rule holds: 12 minutes, four retries. */
const FIELD_RULE: RetryPolicy = { retries: 4, window: 12 * 60_000, strategy: 'constant' };

/** What is kept with a submission, for the time in which its P-Mode may be gone. */
export function retryPolicyToKeep({ leg }: GoverningLeg): RetryPolicy {
  const { retries, window, strategy } = leg.receptionAwareness;
  return { retries, window, strategy };
}

/** The retries of a message: as its P-Mode has them now, or as they were agreed at its submission. */
export function retryPolicyOf(
  governing: GoverningLeg | undefined,
  message: Pick<OutboundMessage, 'retryPolicy'>,
): RetryPolicy {
  return governing?.leg.receptionAwareness ?? message.retryPolicy ?? FIELD_RULE;
}

/**
 * Until when a message waits for a P-Mode that is gone: as long as it would still be tried were the P-Mode back. Times
 * are of a clock that stood still while the partner was paused; one that was never tried waits for one window.
 */
export function waitsForPMode(
  policy: RetryPolicy,
  begun: { readonly submittedAt: number; readonly firstAttemptAt?: number | undefined },
): number {
  const { submittedAt: dueSince, firstAttemptAt } = begun;
  return lastChanceAt(policy, { dueSince, firstAttemptAt }) + latenessAllowed;
}
