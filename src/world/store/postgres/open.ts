import { sql } from 'kysely';
import type { Engine } from '../engine.ts';
import { createStore } from '../store.ts';
import type { WholeStore } from '../store.ts';
import { perform } from '../work.ts';
import { LIFT_LIMITS, postgresDialect } from './driver.ts';
import { isTransient, postgresFault } from './faults.ts';
import { createPool } from './pool.ts';
import type { PoolSettings, PostgresAddress } from './pool.ts';
import { checkServer } from './server.ts';
import { installSettled, settledUpTo } from './settled.ts';

/** Which database, and how it is used. */
export interface PostgresSettings extends PostgresAddress {
  /** Connections at most; 10 unless told. */
  readonly connections?: number | undefined;
  /** ms for one statement; 15 000 unless told. */
  readonly statementMs?: number | undefined;
  /** ms to get a connection; 10 000 unless told. */
  readonly connectMs?: number | undefined;
  /** Journal entries kept at least; 100 000 unless told. */
  readonly journalEntries?: number | undefined;
}

/** A server that says nothing for so long after it should have ended a statement is lost. */
const SILENCE_MS = 5000;

/** Whoever migrates holds this lock; the number says nothing but stays the same in all versions. */
const MIGRATION_LOCK = 0x51_75_6f_69_6e;

/**
 * Opens the store on a PostgreSQL server (15 or newer), which any number of gateways may share. Its tables are made and
 * brought up to date by whoever comes first. Throws `store/unavailable`, `store/unfit-server`, `store/schema-newer`,
 * `store/tls-file`.
 */
export async function openPostgresStore(settings: PostgresSettings): Promise<WholeStore> {
  return await createStore(openPostgres(settings), { journalEntries: settings.journalEntries ?? 100_000 });
}

/** The PostgreSQL engine; it connects when it is first used. */
export function openPostgres(settings: PostgresSettings): Engine {
  const { connections = 10, statementMs = 15_000, connectMs = 10_000 } = settings;
  const pooled: PoolSettings = { address: settings, connections, statementMs, connectMs };
  const place = `${settings.host}:${settings.port}`;
  return {
    dialect: postgresDialect({ pool: createPool(pooled), silenceMs: statementMs + SILENCE_MS }),
    perform: (db, work) => perform(db, work()),
    whole: (db, work) => db.transaction().execute((transaction) => perform(transaction, work())),
    bytes: 'bytea',
    sequence: { type: 'bigserial', build: (column) => column.primaryKey() },
    lockMigrations: async (transaction) => {
      await checkServer(transaction);
      // Another node may be migrating a large table.
      await sql.raw(LIFT_LIMITS).execute(transaction);
      await sql`select pg_advisory_xact_lock(${MIGRATION_LOCK}::bigint)`.execute(transaction);
    },
    complete: installSettled,
    settledUpTo,
    isTransient,
    faultOf: (error) => {
      const fault = postgresFault(error);
      return fault === undefined ? undefined : { ...fault, found: `${fault.found} (${place})` };
    },
    release: () => Promise.resolve(),
  };
}
