import { existsSync } from 'node:fs';
import { Kysely, sql } from 'kysely';
import type { RawBuilder } from 'kysely';
import type { Engine } from './engine.ts';
import { asUnavailable } from './faults.ts';
import { newerSchema } from './migrate.ts';
import { MIGRATIONS } from './migrations/index.ts';
import type { PostgresSettings } from './postgres/open.ts';
import { openSqlite } from './sqlite/open.ts';
import type { Tables } from './tables.ts';

/** What a database holds, as far as it can be told without changing it. */
export interface ExaminedStore {
  /** Number of the last migration that has run; 0 for an empty database. */
  readonly schema: number;
  /** Number of the last migration this code knows. */
  readonly known: number;
}

/** A row where the table of schema versions is there. */
interface Row {
  readonly found: number;
}

/**
 * Looks at the embedded store without bringing it up to date; undefined when there is none yet. Throws `store/in-use`,
 * `store/schema-newer`, `store/unavailable`.
 */
export async function examineSqliteStore(settings: {
  readonly file: string;
}): Promise<ExaminedStore | undefined> {
  if (!existsSync(settings.file)) return undefined;
  return await examineEngine(
    openSqlite({ ...settings, lockWait: 0 }),
    sql<Row>`select 1 as found from sqlite_master where name = 'store_schema'`,
  );
}

/**
 * Looks at a store on a PostgreSQL server: it answers, is one that can keep what is promised, and has a schema this code
 * knows. Throws `store/unfit-server`, `store/schema-newer`, `store/unavailable`, `store/tls-file`.
 */
export async function examinePostgresStore(settings: PostgresSettings): Promise<ExaminedStore> {
  const { openPostgres } = await import('./postgres/open.ts');
  const { checkServer } = await import('./postgres/server.ts');
  return await examineEngine(
    openPostgres({ ...settings, connections: 1 }),
    sql<Row>`select 1 as found from pg_tables where tablename = 'store_schema' and schemaname = current_schema()`,
    (db) => db.transaction().execute(checkServer),
  );
}

/** Reads the schema version through an engine, and releases it. Throws `store/schema-newer` and `store/unavailable`. */
async function examineEngine(
  engine: Engine,
  table: RawBuilder<Row>,
  judge: (db: Kysely<Tables>) => Promise<void> = () => Promise.resolve(),
): Promise<ExaminedStore> {
  const db = new Kysely<Tables>({ dialect: engine.dialect });
  try {
    await judge(db);
    const schema = await schemaOf(db, table);
    const known = MIGRATIONS.length;
    if (schema > known) throw newerSchema(schema, known);
    return { schema, known };
  } catch (error) {
    throw asUnavailable(engine, error);
  } finally {
    await Promise.allSettled([db.destroy()]);
    await engine.release();
  }
}

async function schemaOf(db: Kysely<Tables>, table: RawBuilder<Row>): Promise<number> {
  const { rows } = await table.execute(db);
  if (rows.length === 0) return 0;
  const { version } = await db
    .selectFrom('store_schema')
    .select((eb) => eb.fn.max('version').as('version'))
    .executeTakeFirstOrThrow();
  return version ?? 0;
}
