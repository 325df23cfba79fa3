import { mkdir, readFile, readdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { QuoinError } from '../../../protocol/errors/index.ts';

/** Says that a folder was made by a demonstration, and by which process; only such a folder is ever emptied. */
const MARK = '.quoin-demo';

/**
 * Makes the folder, emptied of what an earlier demonstration left in it. Throws `demo/still-running` when that one has not
 * ended, `demo/folder-not-ours` when anything else lies there.
 */
export async function prepareFolder(folder: string): Promise<void> {
  const entries = await namesIn(folder);
  if (entries.length > 0) {
    if (!entries.includes(MARK)) throw notOurs(folder);
    const owner = Number(await readFile(join(folder, MARK), 'utf8'));
    if (owner !== process.pid && isAlive(owner)) throw stillRunning(folder, owner);
    await rm(folder, { recursive: true, force: true });
  }
  await mkdir(folder, { recursive: true });
  await writeFile(join(folder, MARK), String(process.pid));
}

/** Says that nothing runs in the folder any more; its files stay to be looked at. */
export async function releaseFolder(folder: string): Promise<void> {
  await writeFile(join(folder, MARK), '0');
}

async function namesIn(folder: string): Promise<readonly string[]> {
  try {
    return await readdir(folder);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return [];
    throw error;
  }
}

function isAlive(pid: number): boolean {
  if (!Number.isInteger(pid) || pid <= 0) return false;
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

function notOurs(folder: string): QuoinError {
  return new QuoinError('demo/folder-not-ours', `${folder} holds files that no demonstration made.`, {
    finding: {
      check: 'demonstration-folder',
      field: folder,
      advice: 'Name a new or empty folder: a demonstration deletes what lies there.',
    },
  });
}

function stillRunning(folder: string, pid: number): QuoinError {
  return new QuoinError('demo/still-running', `A demonstration still runs in ${folder}: process ${pid}.`, {
    finding: {
      check: 'demonstration-folder',
      field: folder,
      advice: `End it (kill ${pid}), or name another folder with --folder.`,
    },
  });
}
