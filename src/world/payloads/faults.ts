import { QuoinError } from '../../protocol/errors/index.ts';

/** The system's words for a store that is full. */
const FULL: ReadonlySet<string | undefined> = new Set(['ENOSPC', 'EDQUOT', 'EFBIG']);

/** An error of the file system as `payloads/no-space` or `payloads/unavailable`; errors of ours pass unchanged. */
export function payloadFault(error: unknown, path: string): QuoinError {
  if (error instanceof QuoinError) return error;
  const { code } = error as NodeJS.ErrnoException;
  if (FULL.has(code)) {
    return new QuoinError('payloads/no-space', 'There is no room for payloads.', {
      finding: {
        check: 'payload-store-has-room',
        field: path,
        found: code,
        advice: 'Free space on this disk, or give the payload folder a larger one.',
      },
      cause: error,
    });
  }
  return new QuoinError('payloads/unavailable', 'The payload store cannot serve.', {
    finding: {
      check: 'payload-store-serves',
      field: path,
      found: code ?? 'an unknown fault',
      advice:
        'Check that the payload folder exists, that this user may write in it, and that its disk is sound.',
    },
    cause: error,
  });
}

/** True for an error of the file system, false for one of a caller. */
export function isSystemError(error: unknown): boolean {
  return error instanceof Error && 'syscall' in error;
}

/** True when the file is not there. */
export function isAbsent(error: unknown): boolean {
  return (error as NodeJS.ErrnoException).code === 'ENOENT';
}
