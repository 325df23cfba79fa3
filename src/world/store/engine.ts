import type { ColumnBuilderCallback, Dialect, Kysely, Transaction } from 'kysely';
import type { Tables } from './tables.ts';
import type { Work } from './work.ts';

/**
 * Tables that are read upwards by a cursor on `seq`, by readers that must not miss a row. A number is taken when a row is
 * written and seen when it is committed, so a row may appear below one that was seen before; see `settledUpTo`.
 */
export const UPWARD_TABLES = ['inbound', 'events'] as const;

/** A table that is read upwards. */
export type UpwardTable = (typeof UPWARD_TABLES)[number];

/** Why the database cannot serve, in words for the operator. */
export interface DatabaseFault {
  /** What is wrong, as the engine names it, for example `SQLITE_FULL`. */
  readonly found: string;
  /** One sentence: what to do about it. */
  readonly advice: string;
}

/** What differs between database engines; everything else in this room is one set of statements for all of them. */
export interface Engine {
  /** Makes connections that yield integers as numbers and bytes as Buffers. */
  readonly dialect: Dialect;
  /** Performs work whose statements need not happen as a whole; durable when it resolves. */
  readonly perform: <T>(db: Kysely<Tables>, work: () => Work<T>) => Promise<T>;
  /** Performs work in one transaction. */
  readonly whole: <T>(db: Kysely<Tables>, work: () => Work<T>) => Promise<T>;
  /** Column type for bytes. */
  readonly bytes: 'blob' | 'bytea';
  /** Column type of `seq` and how it becomes a primary key that counts and never repeats. */
  readonly sequence: { readonly type: 'integer' | 'bigserial'; readonly build: ColumnBuilderCallback };
  /** Keeps other processes from migrating until the transaction ends. */
  readonly lockMigrations: (transaction: Transaction<Tables>) => Promise<void>;
  /** Adds what the engine needs besides the tables, once their schema is up to date; runs at every start. */
  readonly complete: (transaction: Transaction<Tables>) => Promise<void>;
  /**
   * The number up to which every row of the table is there for good: whoever reads no further misses none. Statements
   * that read must start after it has resolved. Undefined where rows appear in the order of their numbers.
   */
  readonly settledUpTo: (db: Kysely<Tables>, table: UpwardTable) => Promise<number | undefined>;
  /** True when the database has undone the whole operation and it may succeed if done again (deadlocks). */
  readonly isTransient: (error: unknown) => boolean;
  /** The fault an error of this engine speaks of; undefined when the error is a defect of ours. */
  readonly faultOf: (error: unknown) => DatabaseFault | undefined;
  /** Gives back what the engine holds outside its connections. */
  readonly release: () => Promise<void>;
}
