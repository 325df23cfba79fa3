import { QuoinError } from '../errors/index.ts';
import type { Finding } from '../errors/index.ts';

/** An error of this room with its one finding; the check is named like the code. */
export function xmlError(
  code: `xml/${string}`,
  message: string,
  finding: Omit<Finding, 'check'> = {},
  cause?: unknown,
): QuoinError {
  return new QuoinError(code, message, { finding: { check: code.slice(4), ...finding }, cause });
}

/** At most `length` characters of a text that came from outside, so that messages stay short. */
export function excerpt(text: string, length = 80): string {
  return text.length <= length ? text : `${text.slice(0, length)}...`;
}
