import type Database from 'libsql';
import { SqliteAdapter, SqliteIntrospector, SqliteQueryCompiler } from 'kysely';
import type { CompiledQuery, DatabaseConnection, Dialect, Driver, QueryResult } from 'kysely';
import AsyncDatabase from 'libsql/promise';
import { bindable } from '../bindable.ts';
import { createCommitGroup } from './commit-group.ts';
import { createTurns } from './turns.ts';

/** What the driver needs of the binding. */
export type SqliteBinding = Database.Database;

type Statement = Database.Statement<unknown[]>;

/** Prepared statements kept for reuse; the statements of this room are fewer, apart from lists of varying length. */
const MAX_STATEMENTS = 200;

/** Kysely's SQLite dialect on the libsql binding. */
export function sqliteDialect(binding: SqliteBinding): Dialect {
  return {
    createAdapter: () => new SqliteAdapter(),
    createDriver: () => createDriver(binding),
    createIntrospector: (db) => new SqliteIntrospector(db),
    createQueryCompiler: () => new SqliteQueryCompiler(),
  };
}

/**
 * The one connection, lent to one user at a time in the order of asking. Every call of the binding is synchronous, so
 * a statement has happened when its promise is made; only the commit, which waits for the disk, runs beside the process,
 * and whoever comes meanwhile shares the next one.
 */
function createDriver(binding: SqliteBinding): Driver {
  const turns = createTurns();
  const statements = createStatements(binding);
  const group = createCommitGroup(binding, () => commitInBackground(binding));
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
    executeQuery: <R>(query: CompiledQuery) => {
      const perform = (): QueryResult<R> => execute<R>(statements.of(query.sql), query);
      // A single statement that writes is a transaction by itself.
      return attempt(() => (within || reads(query) ? perform() : group.whole(perform)));
    },
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
      const { turn, durable } = group.leave(turns.waiting() > 0);
      await turn;
      turns.give();
      await durable;
    },
    destroy: async () => {
      await turns.take();
      await group.leave(false).turn;
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

/** True for a statement that changes nothing. */
function reads(query: CompiledQuery): boolean {
  return query.query.kind === 'SelectQueryNode' || /^\s*(select|explain)\b/i.test(query.sql);
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

function execute<R>(statement: Statement, query: CompiledQuery): QueryResult<R> {
  const parameters = query.parameters.map(bindable);
  if (statement.reader)
    return { rows: statement.all(parameters).map((row) => readable(row as Record<string, unknown>) as R) };
  const { changes } = statement.run(parameters);
  return { rows: [], numAffectedRows: BigInt(changes) };
}

/** The row with its bytes as Buffers; the binding gives ArrayBuffers. */
function readable(row: Record<string, unknown>): Record<string, unknown> {
  for (const [name, value] of Object.entries(row))
    if (value instanceof ArrayBuffer) row[name] = Buffer.from(value);
  return row;
}

/** Prepared statements by their text, the longest unused forgotten first. */
function createStatements(binding: SqliteBinding): {
  readonly of: (sql: string) => Statement;
  readonly forget: () => void;
} {
  const known = new Map<string, Statement>();
  return {
    of: (sql) => {
      const statement = known.get(sql) ?? binding.prepare(sql);
      known.delete(sql);
      known.set(sql, statement);
      const oldest = known.size > MAX_STATEMENTS ? known.keys().next().value : undefined;
      if (oldest !== undefined) known.delete(oldest);
      return statement;
    },
    forget: () => known.clear(),
  };
}
