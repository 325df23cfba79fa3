import { QuoinError } from './protocol/errors/index.ts';

/** Every problem in one readable message: whoever fixes them wants to see them all. */
export function problemError(
  code: 'config/invalid' | 'config/pmodes' | 'config/keys' | 'config/api-keys',
  what: string,
  lines: readonly string[],
): QuoinError {
  return new QuoinError(code, [`The ${what} cannot be used:`, ...lines].join('\n  '));
}
