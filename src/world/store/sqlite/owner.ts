import { readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { QuoinError } from '../../../protocol/errors/index.ts';

/** Which process has the database open; kept beside it to be named, never to decide: the lock of the system decides. */
interface Owner {
  readonly pid: number;
  readonly host: string;
  /** ISO 8601. */
  readonly since: string;
}

/** Writes down that this process has the database. */
export function claimOwnership(file: string): void {
  const owner: Owner = { pid: process.pid, host: hostname(), since: new Date().toISOString() };
  const fresh = `${ownerFile(file)}.${process.pid}`;
  writeFileSync(fresh, JSON.stringify(owner), { mode: 0o600 });
  renameSync(fresh, ownerFile(file));
}

/** Takes the note away again. */
export function endOwnership(file: string): void {
  rmSync(ownerFile(file), { force: true });
}

/** The refusal for a second process (`store/in-use`), naming the first by its pid where it is known to live. */
export function inUse(file: string, cause: unknown): QuoinError {
  const owner = readOwner(file);
  const found =
    owner && !isGone(owner)
      ? `process ${owner.pid} on ${owner.host} since ${owner.since}`
      : 'another program';
  return new QuoinError('store/in-use', `The database is in use by ${found}.`, {
    finding: {
      check: 'store-has-one-user',
      field: file,
      expected: 'a database that no other process has open',
      found,
      advice: 'Stop that process first, or give each gateway its own data folder.',
    },
    cause,
  });
}

function readOwner(file: string): Owner | undefined {
  let text: string;
  try {
    text = readFileSync(ownerFile(file), 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
  const claimed = /^\{"pid":(\d{1,10}),"host":"([^"\\]{1,255})","since":"([0-9T:.Z-]{1,30})"\}$/.exec(text);
  if (claimed === null) return undefined;
  return { pid: Number(claimed[1]), host: claimed[2]!, since: claimed[3]! };
}

/** True for a note left behind by a process of this host that no longer runs. */
function isGone(owner: Owner): boolean {
  if (owner.host !== hostname()) return false;
  try {
    process.kill(owner.pid, 0);
    return false;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'ESRCH';
  }
}

function ownerFile(file: string): string {
  return `${file}.owner`;
}
