import { Refusal } from '../errors/index.ts';
import type { ErrorCode, Finding } from '../errors/index.ts';

/**
 * The one sentence for every failure that depends on a secret. Which step failed is in the finding, which stays in the
 * journal: a partner who could tell the steps apart could use us to decrypt for him.
 */
export const DECRYPTION_FAILED = 'The message could not be decrypted.';

/** EBMS:0101: a signature, a token or what they prove does not hold (ebMS3 6.7.2). */
export function failedAuthentication(code: ErrorCode, message: string, finding: Finding): Refusal {
  return new Refusal('EBMS:0101', code, message, { finding });
}

/** EBMS:0103: the security applied is not the security agreed (ebMS3 6.7.2). */
export function policyNoncompliance(code: ErrorCode, message: string, finding: Finding): Refusal {
  return new Refusal('EBMS:0103', code, message, { finding });
}

/** EBMS:0102 with the fixed sentence (ebMS3 6.7.2); the finding is for the journal alone. */
export function failedDecryption(finding: Finding): Refusal {
  return new Refusal('EBMS:0102', 'wss/decryption-failed', DECRYPTION_FAILED, { finding });
}

/** Throws EBMS:0103 `wss/too-many` when a header asks for more than the limits allow. */
export function atMost(count: number, limit: number, field: string | (() => string), what: string): void {
  if (count <= limit) return;
  throw policyNoncompliance('wss/too-many', `The Security header holds too many ${what}`, {
    check: 'security-limits',
    field: typeof field === 'string' ? field : field(),
    expected: `at most ${limit} ${what}`,
    found: String(count),
  });
}
