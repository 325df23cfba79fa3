import { QuoinError } from '../../protocol/errors/index.ts';

/** The command line itself is wrong: exit code 2. */
export function usageError(message: string, advice?: string): QuoinError {
  return new QuoinError('cli/usage', message, { finding: { check: 'command-line', advice } });
}

/** A file or folder that the command line names cannot be used; `error` is what the system said. */
export function fileError(path: string, error: unknown): QuoinError {
  const { code, message } = error as NodeJS.ErrnoException;
  const [says, advice] = SYSTEM[code ?? ''] ?? [message, undefined];
  return new QuoinError('cli/file-unusable', `${path}: ${says}.`, {
    cause: error,
    finding: { check: 'file-usable', field: path, advice },
  });
}

/** What the system says of files, in words, and the cure. */
const SYSTEM: Readonly<Record<string, readonly [says: string, advice: string]>> = {
  ENOENT: ['there is no such file or folder', 'Correct the path.'],
  ENOTDIR: ['a part of this path is a file, not a folder', 'Correct the path.'],
  EISDIR: ['this is a folder', 'Name a file in it.'],
  EEXIST: ['it is there already', 'Nothing is ever overwritten: move it away, or name another place.'],
  EACCES: ['this user may not use it', 'Change its rights, or run as another user.'],
  EPERM: ['this user may not use it', 'Change its rights, or run as another user.'],
  EROFS: ['the file system is read-only', 'Name another place.'],
  ENOSPC: ['the disk is full', 'Make room.'],
};
