import { closeSync, fsyncSync, mkdirSync, openSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import Database from 'libsql';
import { QuoinError } from '../../../protocol/errors/index.ts';
import type { Engine } from '../engine.ts';
import { asUnavailable } from '../faults.ts';
import { endClaims } from '../claims.ts';
import { createStore } from '../store.ts';
import type { WholeStore } from '../store.ts';
import { createConnection, letGo } from './driver.ts';
import type { SqliteBinding } from './driver.ts';
import { isBusy, sqliteFault } from './faults.ts';
import { claimOwnership, endOwnership, inUse } from './owner.ts';

/** Where the embedded store lives and how it behaves. */
export interface SqliteSettings {
  /** Path of the database file; made with its folder when absent. */
  readonly file: string;
  /** ms to wait for a process that is just ending to let go of the database; 2 000 unless told. */
  readonly lockWait?: number | undefined;
  /** Journal entries kept at least; 100 000 unless told. */
  readonly journalEntries?: number | undefined;
}

/**
 * Opens the embedded store: SQLite with a write-ahead log, every commit synced, one process at a time. The lock is the
 * system's own, so a killed process leaves nothing that could keep its successor out. Throws `store/in-use`,
 * `store/schema-newer`, `store/unavailable`.
 */
export async function openSqliteStore(settings: SqliteSettings): Promise<WholeStore> {
  const engine = openSqlite(settings);
  return await createStore(engine, { journalEntries: settings.journalEntries ?? 100_000 });
}

/** The SQLite engine with its database open and locked, and the binding for tests that need to upset it. */
export function openSqlite(settings: SqliteSettings): Engine & { readonly binding: SqliteBinding } {
  const file = resolve(settings.file);
  const binding = openLocked(file, settings.lockWait ?? 2000);
  const { dialect, perform } = createConnection(binding);
  return {
    binding,
    dialect,
    perform,
    whole: perform,
    bytes: 'blob',
    sequence: { type: 'integer', build: (column) => column.primaryKey().autoIncrement() },
    // The lock of the file keeps everybody else out already.
    lockMigrations: () => Promise.resolve(),
    // Nobody else has the database open, so whoever held a claim is dead.
    complete: endClaims,
    // One connection writes, so numbers are taken in the order of the commits.
    settledUpTo: () => Promise.resolve(undefined),
    isTransient: () => false,
    faultOf: sqliteFault,
    release: () => Promise.resolve(endOwnership(file)),
  };
}

function openLocked(file: string, lockWait: number): SqliteBinding {
  let binding: SqliteBinding | undefined;
  try {
    prepareFile(file);
    binding = new Database(file);
    configure(binding, lockWait);
    claimOwnership(file);
    return binding;
  } catch (error) {
    if (binding) abandon(binding);
    if (isBusy(error)) throw inUse(file, error);
    throw asUnavailable({ faultOf: openingFault }, error);
  }
}

/** Lets go of a database that could not be opened as it should; why it could not is the error to tell. */
function abandon(binding: SqliteBinding): void {
  try {
    letGo(binding);
  } catch {
    // It is closed nevertheless, and a lock it may hold ends with the process.
  }
}

/** Makes the file readable by this user only, and its name durable; later the file belongs to SQLite alone. */
function prepareFile(file: string): void {
  const folder = dirname(file);
  const first = mkdirSync(folder, { recursive: true, mode: 0o700 }) ?? file;
  try {
    closeSync(openSync(file, 'wx', 0o600));
  } catch (error) {
    // Opening and closing a database that is in use would drop the locks this process holds on it.
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return;
    throw error;
  }
  // The names of the file and of the folders made for it, from the inside out.
  for (let name = file; name.length >= first.length; name = dirname(name)) syncFolder(dirname(name));
}

function syncFolder(path: string): void {
  const folder = openSync(path, 'r');
  try {
    fsyncSync(folder);
  } finally {
    closeSync(folder);
  }
}

/** KiB of pages kept in memory: ids of partners are random, and with less most statements read pages back that were just written. */
const CACHE_KIB = 32 * 1024;

/** The order matters: exclusive locking before the write-ahead log is first touched keeps its index out of shared memory. */
function configure(binding: SqliteBinding, lockWait: number): void {
  binding.pragma(`busy_timeout = ${Math.max(0, Math.trunc(lockWait))}`);
  binding.pragma('locking_mode = EXCLUSIVE');
  const mode = binding.pragma('journal_mode = WAL') as readonly { readonly journal_mode: string }[];
  if (mode[0]?.journal_mode !== 'wal') throw notWal(mode[0]?.journal_mode);
  binding.pragma('synchronous = FULL');
  binding.pragma('foreign_keys = ON');
  binding.pragma('journal_size_limit = 67108864');
  binding.pragma(`cache_size = -${CACHE_KIB}`);
  // The first write takes the exclusive lock, which is held until the database is closed.
  binding.exec('begin immediate');
  binding.exec('commit');
}

function notWal(mode: string | undefined): QuoinError {
  return new QuoinError('store/unavailable', 'The message store cannot serve.', {
    finding: {
      check: 'write-ahead-log',
      expected: 'journal mode wal',
      found: mode ?? 'none',
      advice: 'Put the database on a local file system.',
    },
  });
}

/** Besides the engine's own faults, whatever the file system says of the folder. */
function openingFault(error: unknown): ReturnType<Engine['faultOf']> {
  const { code } = error as NodeJS.ErrnoException;
  const system = error instanceof Error && 'syscall' in error && code !== undefined;
  if (!system) return sqliteFault(error);
  return { found: code, advice: 'Check that the data folder exists and that this user may write in it.' };
}
