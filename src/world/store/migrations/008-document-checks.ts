import type { Transaction } from 'kysely';
import type { Tables } from '../tables.ts';

/** What a check said of the document of a received message, and whether its sender is to be told. */
export async function documentChecks(transaction: Transaction<Tables>): Promise<void> {
  for (const column of ['document', 'answer'])
    await transaction.schema.alterTable('inbound').addColumn(column, 'text').execute();
  await transaction.schema
    .createIndex('inbound_by_answer')
    .on('inbound')
    .columns(['answer', 'seq'])
    .where('answer', 'is not', null)
    .execute();
}
