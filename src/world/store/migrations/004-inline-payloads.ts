import type { Transaction } from 'kysely';
import type { Engine } from '../engine.ts';
import type { Tables } from '../tables.ts';

/** Small payloads beside the rows that name them. */
export async function inlinePayloads(transaction: Transaction<Tables>, engine: Engine): Promise<void> {
  await transaction.schema
    .createTable('inline_payloads')
    .addColumn('payload', 'text', (column) => column.primaryKey())
    .addColumn('bytes', engine.bytes, (column) => column.notNull())
    .execute();
}
