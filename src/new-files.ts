import { existsSync } from 'node:fs';
import { mkdir, rm, rmdir, writeFile } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { QuoinError } from './protocol/errors/index.ts';

/** A file to be written, private or not. */
export interface NewFile {
  readonly path: string;
  readonly text: string;
  readonly isPrivate?: boolean;
}

/** Throws `cli/file-unusable` naming every one of these paths where there is something. */
export function refuseExisting(paths: readonly string[]): void {
  const existing = paths.filter((path) => existsSync(path));
  if (existing.length > 0) throw exists(existing.join(', '));
}

function exists(path: string, cause?: unknown): QuoinError {
  return new QuoinError('cli/file-unusable', `There is already: ${path}.`, {
    cause,
    finding: {
      check: 'nothing-overwritten',
      field: path,
      advice: 'Nothing is ever overwritten: move it away, or name another folder with --folder.',
    },
  });
}

/** Writes all files, with the folders they are in, and these empty folders; or none: half of it would be in the way. */
export async function writeNewFiles(
  files: readonly NewFile[],
  emptyFolders: readonly string[] = [],
): Promise<void> {
  const written: string[] = [];
  const made: string[] = [];
  try {
    for (const folder of new Set([...files.map(({ path }) => dirname(path)), ...emptyFolders]))
      made.unshift(...(await makeFolder(folder)));
    for (const { path, text, isPrivate } of files) {
      await writeFile(path, text, { flag: 'wx', mode: isPrivate === true ? 0o600 : 0o644 });
      written.push(path);
    }
  } catch (error) {
    await Promise.all(written.map((path) => rm(path, { force: true })));
    // What somebody else has put something into meanwhile stays.
    for (const folder of made) await rmdir(folder).catch(() => undefined);
    const { code, path } = error as NodeJS.ErrnoException;
    throw code === 'EEXIST' && path !== undefined ? exists(path, error) : error;
  }
}

/** The folders that had to be made, the innermost first. */
async function makeFolder(folder: string): Promise<readonly string[]> {
  const innermost = resolve(folder);
  const outermost = await mkdir(innermost, { recursive: true });
  if (outermost === undefined) return [];
  const made = [innermost];
  while (made.at(-1)!.length > resolve(outermost).length) made.push(dirname(made.at(-1)!));
  return made;
}
