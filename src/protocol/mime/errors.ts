import { QuoinError, Refusal } from '../errors/index.ts';
import type { Finding } from '../errors/index.ts';

/** What came in is not MIME as the profile uses it: the partner is told EBMS:0007 MimeInconsistency (ebMS3 6.7.1). */
export function mimeRefusal(
  code: `mime/${string}`,
  message: string,
  finding: Omit<Finding, 'check'> = {},
): Refusal {
  return new Refusal('EBMS:0007', code, message, { finding: { check: code.slice(5), ...finding } });
}

/** We were asked to write something that MIME cannot carry. */
export function mimeError(
  code: `mime/${string}`,
  message: string,
  finding: Omit<Finding, 'check'> = {},
): QuoinError {
  return new QuoinError(code, message, { finding: { check: code.slice(5), ...finding } });
}

/** A short, printable piece of bytes or text that came from outside. */
export function excerpt(from: string | Uint8Array, length = 100): string {
  const text = typeof from === 'string' ? from : Buffer.from(from.subarray(0, length + 1)).toString('latin1');
  const printable = text.slice(0, length).replace(/[^\x20-\x7e]/g, '?');
  return text.length > length ? `${printable}...` : printable;
}
