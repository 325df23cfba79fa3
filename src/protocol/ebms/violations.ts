import { Refusal } from '../errors/index.ts';
import type { EbmsErrorCode, ErrorCode, Finding } from '../errors/index.ts';

/** A rule of the profile or the P-Mode that a message breaks: the code for the partner, the finding for the journal. */
export interface Violation {
  readonly ebms: EbmsErrorCode;
  readonly code: ErrorCode;
  readonly message: string;
  readonly finding: Finding;
}

/** Throws the first violation as a Refusal; does nothing when there is none. */
export function refuseViolations(violations: readonly Violation[]): void {
  const first = violations[0];
  if (first !== undefined) {
    throw new Refusal(first.ebms, first.code, first.message, { finding: first.finding });
  }
}
