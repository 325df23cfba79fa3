import { existsSync } from 'node:fs';
import { Kysely } from 'kysely';
import type { Engine } from './engine.ts';
import { asUnavailable } from './faults.ts';
import { newerSchema } from './migrate.ts';
import { MIGRATIONS } from './migrations/index.ts';
import { openSqlite } from './sqlite/open.ts';
import type { Tables } from './tables.ts';

/** What a database holds, as far as it can be told without changing it. */
export interface ExaminedStore {
  /** Number of the last migration that has run; 0 for an empty database. */
  readonly schema: number;
  /** Number of the last migration this code knows. */
  readonly known: number;
}

/**
 * Looks at the embedded store without bringing it up to date; undefined when there is none yet. Throws `store/in-use`,
 * `store/schema-newer`, `store/unavailable`.
 */
export async function examineSqliteStore(settings: {
  readonly file: string;
}): Promise<ExaminedStore | undefined> {
  if (!existsSync(settings.file)) return undefined;
  return await examineEngine(openSqlite({ ...settings, lockWait: 0 }));
}

/** Reads the schema version through an engine, and releases it. Throws `store/schema-newer` and `store/unavailable`. */
export async function examineEngine(engine: Engine): Promise<ExaminedStore> {
  const db = new Kysely<Tables>({ dialect: engine.dialect });
  try {
    const schema = await schemaOf(db);
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

async function schemaOf(db: Kysely<Tables>): Promise<number> {
  const tables = await db.introspection.getTables();
  if (!tables.some(({ name }) => name === 'store_schema')) return 0;
  const { version } = await db
    .selectFrom('store_schema')
    .select((eb) => eb.fn.max('version').as('version'))
    .executeTakeFirstOrThrow();
  return version ?? 0;
}
