import type { ColumnBuilderCallback, Dialect, Transaction } from 'kysely';
import type { Tables } from './tables.ts';

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
  /** Column type for bytes. */
  readonly bytes: 'blob' | 'bytea';
  /** Column type of `seq` and how it becomes a primary key that counts and never repeats. */
  readonly sequence: { readonly type: 'integer' | 'bigserial'; readonly build: ColumnBuilderCallback };
  /** Keeps other processes from migrating until the transaction ends. */
  readonly lockMigrations: (transaction: Transaction<Tables>) => Promise<void>;
  /**
   * Makes whoever appends events wait for the others until the transaction ends, so that events become visible in the order
   * of their numbers and a reader with a cursor misses none.
   */
  readonly lockEvents: (transaction: Transaction<Tables>) => Promise<void>;
  /** The fault an error of this engine speaks of; undefined when the error is a defect of ours. */
  readonly faultOf: (error: unknown) => DatabaseFault | undefined;
  /** Gives back what the engine holds outside its connections. */
  readonly release: () => Promise<void>;
}
