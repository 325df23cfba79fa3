import type { OutboundMessage } from '../ports/index.ts';

/** Attempts made in the retry window that runs: since the submission, or since the last resend. */
export function attemptsInWindow(message: Pick<OutboundMessage, 'attempts' | 'resend'>): number {
  return message.attempts - (message.resend?.attemptsBefore ?? 0);
}
