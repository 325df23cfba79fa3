import type { Kysely, Transaction } from 'kysely';
import { QuoinError } from '../../protocol/errors/index.ts';
import type { Engine } from './engine.ts';
import { MIGRATIONS } from './migrations/index.ts';
import type { Tables } from './tables.ts';

/**
 * Brings the database to the schema of this code, all steps in one transaction. Throws `store/schema-newer`, having
 * changed nothing, when the database was written by newer code.
 */
export async function migrate(db: Kysely<Tables>, engine: Engine, now: number): Promise<void> {
  await db.transaction().execute(async (transaction) => {
    await engine.lockMigrations(transaction);
    const version = await schemaVersion(transaction);
    const known = MIGRATIONS.length;
    if (version > known) throw newerSchema(version, known);
    for (const [index, migration] of MIGRATIONS.entries()) {
      if (index < version) continue;
      await migration.up(transaction, engine);
      await transaction
        .insertInto('store_schema')
        .values({ version: index + 1, name: migration.name, applied_at: now })
        .execute();
    }
    await engine.complete(transaction);
  });
}

/** The number of the last migration that has run; 0 for an empty database. */
async function schemaVersion(transaction: Transaction<Tables>): Promise<number> {
  await transaction.schema
    .createTable('store_schema')
    .ifNotExists()
    .addColumn('version', 'integer', (column) => column.primaryKey())
    .addColumn('name', 'text', (column) => column.notNull())
    .addColumn('applied_at', 'bigint', (column) => column.notNull())
    .execute();
  const row = await transaction
    .selectFrom('store_schema')
    .select((eb) => eb.fn.max('version').as('version'))
    .executeTakeFirst();
  return row?.version ?? 0;
}

/** The refusal of a database that newer code has written: `store/schema-newer`. */
export function newerSchema(found: number, known: number): QuoinError {
  return new QuoinError('store/schema-newer', 'The database was written by a newer version of Quoin.', {
    finding: {
      check: 'schema-version',
      expected: `schema ${known} or older`,
      found: `schema ${found}`,
      advice: 'Run the newer version, or restore the backup that was made before the upgrade.',
    },
  });
}
