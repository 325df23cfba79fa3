import type { DatabaseFault } from '../engine.ts';

/** What each primary result code of SQLite asks of the operator (sqlite.org/rescode.html). */
const ADVICE: Readonly<Record<string, string>> = {
  SQLITE_FULL: 'Free space on the disk of the database; work goes on by itself then.',
  SQLITE_BUSY: 'Another program holds the database: close it.',
  SQLITE_LOCKED: 'Another program holds the database: close it.',
  SQLITE_READONLY: 'Let this user write the database file and its folder.',
  SQLITE_PERM: 'Let this user write the database file and its folder.',
  SQLITE_CANTOPEN: 'Check that the folder of the database exists and that this user may write in it.',
  SQLITE_IOERR: 'Check the disk: reading or writing the database failed.',
  SQLITE_CORRUPT: 'The database file is damaged: stop, keep a copy of it, and restore a backup.',
  SQLITE_NOTADB: 'The file is not a database: check the configured path.',
  SQLITE_NOMEM: 'Give the process more memory.',
};

/** Reads the fault from an error of the binding; undefined for constraint violations and everything else of ours. */
export function sqliteFault(error: unknown): DatabaseFault | undefined {
  if (!(error instanceof Error)) return undefined;
  const found = codeOf(error);
  const primary = /^SQLITE_[A-Z]+/.exec(found ?? '')?.[0];
  const advice = primary === undefined ? undefined : ADVICE[primary];
  if (found !== undefined && advice !== undefined) return { found, advice };
  return closed(error) ? { found: 'a closed database', advice: 'Start the gateway again.' } : undefined;
}

/** True when another connection holds the database. */
export function isBusy(error: unknown): boolean {
  return error instanceof Error && /^SQLITE_(BUSY|LOCKED)/.test(codeOf(error) ?? '');
}

/** The result code; an error at opening has it as a number in its text only. */
function codeOf(error: Error): string | undefined {
  const { code } = error as { code?: unknown };
  if (typeof code === 'string' && code !== '') return code;
  return error.message.startsWith('ConnectionFailed') ? 'SQLITE_CANTOPEN' : undefined;
}

function closed(error: Error): boolean {
  return /connection is not open|driver has already been destroyed/.test(error.message);
}
