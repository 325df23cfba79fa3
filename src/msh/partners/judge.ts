import { decideAttempt, lastChanceAt } from '../../protocol/as4/index.ts';
import type { RetryPolicy } from '../../protocol/as4/index.ts';
import { admit } from './admission.ts';
import type { Admission, AdmissionFacts } from './admission.ts';
import { stoppedMs } from './pauses.ts';
import type { PauseSpan } from './pauses.ts';

/** How far a message that is due has come; ms since the epoch. */
export interface DueMessage {
  readonly attempts: number;
  readonly firstAttemptAt?: number | undefined;
  readonly dueAt: number;
  /** True when its last attempt never ended. */
  readonly cutOff?: boolean | undefined;
}

/** How things stand with its partner. */
export interface PartnerFacts extends Omit<AdmissionFacts, 'paused' | 'lastChance'> {
  readonly pauses: readonly PauseSpan[];
}

/** What to do with a message that is due: let it go out, let it wait, or give it up because its window has closed. */
export type Judgement = Admission | { readonly kind: 'give-up' };

/** When the clock of a message began, moved by the pauses in which it stood still. */
export function clockStart(pauses: readonly PauseSpan[], began: number, now: number): number {
  return began + stoppedMs(pauses, began, now);
}

/**
 * The judgement of a message that is due at `facts.now`: the retry decision of its P-Mode first, on a clock that stood
 * still while its partner was paused, then pause, breaker and places. A partner that is down costs a message neither
 * its attempts nor its last chance.
 */
export function judge(policy: RetryPolicy, message: DueMessage, facts: PartnerFacts): Judgement {
  const { pauses, now } = facts;
  const started = (at: number): number => clockStart(pauses, at, now);
  const { attempts, dueAt, cutOff } = message;
  const firstAttemptAt = message.firstAttemptAt === undefined ? undefined : started(message.firstAttemptAt);
  const decision = decideAttempt(policy, { firstAttemptAt: firstAttemptAt ?? now, attempts, cutOff }, now);
  if (decision.kind === 'give-up') return decision;
  const paused = pauses.some(({ from, until }) => from <= now && (until === undefined || now < until));
  const lastChance = lastChanceAt(policy, { dueSince: started(dueAt), firstAttemptAt }) <= now;
  return admit({ ...facts, paused, lastChance });
}
