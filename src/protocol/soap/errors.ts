import { QuoinError } from '../errors/index.ts';
import type { Finding } from '../errors/index.ts';

/** An error of this room with its one finding; the check is named like the code. */
export function soapError(
  code: `soap/${string}`,
  message: string,
  finding: Omit<Finding, 'check'>,
): QuoinError {
  return new QuoinError(code, message, { finding: { check: code.slice(5), ...finding } });
}
