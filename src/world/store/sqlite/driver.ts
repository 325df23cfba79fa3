import type Database from 'libsql';
import { SqliteAdapter, SqliteIntrospector, SqliteQueryCompiler } from 'kysely';
import type { CompiledQuery, DatabaseConnection, Dialect, Driver, Kysely } from 'kysely';
import AsyncDatabase from 'libsql/promise';
import type { Tables } from '../tables.ts';
import type { Work } from '../work.ts';
import { createCommitGroup } from './commit-group.ts';
import type { CommitGroup } from './commit-group.ts';
import { createStatements, run } from './statements.ts';
import type { Statements } from './statements.ts';
import { createTurns } from './turns.ts';
import type { Turns } from './turns.ts';

/** What the driver needs of the binding. */
export type SqliteBinding = Database.Database;

/**
 * The one connection, lent to one user at a time in the order of asking. Every call of the binding is synchronous, so
 * a statement has happened when its promise is made; only the commit, which waits for the disk, runs beside the process,
 * and whoever comes meanwhile shares the next one.
 */
export interface SqliteConnection {
  /** Kysely's SQLite dialect on the connection. */
  readonly dialect: Dialect;
  /** Performs work in one turn, all of it or nothing; it resolves when it is durable. */
  readonly perform: <T>(db: Kysely<Tables>, work: () => Work<T>) => Promise<T>;
}

/** What both ways to the connection share. */
interface Shared {
  readonly binding: SqliteBinding;
  readonly turns: Turns;
  readonly statements: Statements;
  readonly group: CommitGroup;
}

/** The connection on the libsql binding. */
export function createConnection(binding: SqliteBinding): SqliteConnection {
  const shared: Shared = {
    binding,
    turns: createTurns(),
    statements: createStatements(binding),
    group: createCommitGroup(binding, () => commitInBackground(binding)),
  };
  return {
    dialect: {
      createAdapter: () => new SqliteAdapter(),
      createDriver: () => createDriver(shared),
      createIntrospector: (db) => new SqliteIntrospector(db),
      createQueryCompiler: () => new SqliteQueryCompiler(),
    },
    perform: async (db, work) => {
      await shared.turns.take();
      try {
        return performNow(shared, db, work());
      } finally {
        await endTurn(shared);
      }
    },
  };
}

/** Nothing is begun before something is to be written: who only reads needs no savepoint. */
function performNow<T>({ statements, group }: Shared, db: Kysely<Tables>, work: Work<T>): T {
  let begun = false;
  try {
    let next = work.next();
    while (next.done !== true) {
      const query = next.value.on(db);
      const prepared = statements.of(query);
      if (!begun && !prepared.reads) {
        group.begin();
        begun = true;
      }
      next = work.next(run(prepared, query));
    }
    if (begun) group.keep();
    return next.value;
  } catch (error) {
    group.failed(error);
    if (begun) group.undo();
    throw error;
  }
}

async function endTurn({ turns, group }: Shared): Promise<void> {
  const { turn, durable } = group.leave(() => turns.waiting() > 0);
  await turn;
  turns.give();
  await durable;
}

function createDriver(shared: Shared): Driver {
  const { binding, turns, statements, group } = shared;
  /** True while the user of the connection is in a transaction of its own. */
  let within = false;
  const attempt = <R>(act: () => R): Promise<R> =>
    settle(() => {
      try {
        return act();
      } catch (error) {
        group.failed(error);
        throw error;
      }
    });
  const connection: DatabaseConnection = {
    executeQuery: <R>(query: CompiledQuery) =>
      attempt(() => {
        const prepared = statements.of(query);
        // A single statement that writes is a transaction by itself.
        return within || prepared.reads
          ? run<R>(prepared, query)
          : group.whole(() => run<R>(prepared, query));
      }),
    streamQuery: () => {
      throw new Error('This driver answers whole results; ask for a page.');
    },
  };
  return {
    init: () => Promise.resolve(),
    acquireConnection: async () => {
      await turns.take();
      return connection;
    },
    beginTransaction: () =>
      attempt(() => {
        group.begin();
        within = true;
      }),
    commitTransaction: () => attempt(() => group.keep()),
    rollbackTransaction: () => attempt(() => group.undo()),
    releaseConnection: async () => {
      within = false;
      await endTurn(shared);
    },
    destroy: async () => {
      await turns.take();
      await group.leave(() => false).turn;
      statements.forget();
      letGo(binding);
      turns.give();
    },
  };
}

/** The binding has this call for its own asynchronous face only; both faces hold the same handle. */
function commitInBackground(binding: SqliteBinding): Promise<void> {
  return AsyncDatabase.prototype.exec.call(binding as unknown as AsyncDatabase, 'commit') as Promise<void>;
}

/**
 * Closes the database and frees it for others. The binding truly closes only when its last prepared statement has been
 * collected as garbage, so the lock is given back first: leaving the write-ahead log is what ends exclusive locking.
 */
export function letGo(binding: SqliteBinding): void {
  try {
    binding.pragma('journal_mode = DELETE');
    binding.pragma('locking_mode = NORMAL');
    // The lock goes with the next access.
    binding.pragma('user_version');
  } finally {
    binding.close();
  }
}

/** The outcome of a synchronous call as a promise. */
function settle<T>(act: () => T): Promise<T> {
  return new Promise((resolve) => resolve(act()));
}
