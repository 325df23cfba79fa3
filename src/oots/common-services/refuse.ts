import { QuoinError } from '../../protocol/errors/index.ts';
import type { ErrorCode } from '../../protocol/errors/index.ts';

/** Characters of what a service wrote that a message repeats. */
const EXCERPT = 120;

/** The error for one failed check of an answer; what was found is cut short. */
export function refuse(
  code: ErrorCode,
  check: string,
  expected: string,
  found: unknown,
  cause?: unknown,
): QuoinError {
  return new QuoinError(code, `The answer of the common service was refused: expected ${expected}.`, {
    finding: { check, expected, found: excerpt(found) },
    ...(cause === undefined ? {} : { cause }),
  });
}

function excerpt(found: unknown): string {
  const text = typeof found === 'string' ? found : (JSON.stringify(found) ?? 'nothing');
  return text.length > EXCERPT ? `${text.slice(0, EXCERPT)}…` : text;
}
