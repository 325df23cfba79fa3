import type { ReplyOutcome } from '../send/read-reply.ts';

/** What a push says about the partner's availability, apart from what it says about the message. */
export type Evidence =
  | { readonly kind: 'answered' }
  | { readonly kind: 'unreachable'; readonly reason: string }
  | { readonly kind: 'nothing' };

/** Nothing was learned: the message never got as far as the network. */
export const NOTHING: Evidence = { kind: 'nothing' };

const ANSWERED: Evidence = { kind: 'answered' };

/** Failures of a push that are our own doing, or that come after an answer has begun. */
const OTHERWISE: Readonly<Record<string, Evidence>> = {
  'http/aborted': NOTHING,
  'http/address-invalid': NOTHING,
  'http/body-length-mismatch': NOTHING,
  'http/reply-too-large': ANSWERED,
};

/**
 * Judges a push by the table of reply classes: any answer but that of a failing server says that the partner is there,
 * above all a refusal. Without an answer it is the network that says so; what failed before is no evidence.
 */
export function evidenceOf({ verdict, failure }: ReplyOutcome): Evidence {
  if (verdict.reason !== 'no-answer')
    return verdict.partnerDown === true ? unreachable(failure?.finding?.field ?? verdict.reason) : ANSWERED;
  if (failure === undefined || !failure.code.startsWith('http/')) return NOTHING;
  return OTHERWISE[failure.code] ?? unreachable(failure.message);
}

function unreachable(reason: string): Evidence {
  return { kind: 'unreachable', reason };
}
