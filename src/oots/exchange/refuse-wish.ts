import { QuoinError } from '../../protocol/errors/index.ts';
import type { ErrorCode } from '../../protocol/errors/index.ts';

/** What is wrong with a wish: the field, and what would have been right. */
export interface WrongField {
  readonly field: string;
  readonly expected?: string | undefined;
  readonly found?: string | undefined;
  /** What to do; that of the catalogue when absent. */
  readonly advice?: string | undefined;
}

/** Most characters of what a caller gave that are shown again. */
const SHOWN = 160;

/** The error for a wish that cannot be met, naming the field. */
export function wishError(code: ErrorCode, message: string, wrong: WrongField): QuoinError {
  const { found, ...rest } = wrong;
  return new QuoinError(code, message, {
    finding: {
      check: code.slice(code.indexOf('/') + 1),
      ...rest,
      ...(found === undefined ? {} : { found: found.slice(0, SHOWN) }),
    },
  });
}
