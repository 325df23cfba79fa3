import type { Transaction } from 'kysely';
import type { Tables } from '../tables.ts';

/** What operators say about partners, and an index of the messages that wait, by the way they take. */
export async function partners(transaction: Transaction<Tables>): Promise<void> {
  await transaction.schema
    .createTable('partner_controls')
    .addColumn('partner', 'text', (column) => column.primaryKey())
    .addColumn('paused_at', 'bigint')
    .addColumn('paused_by', 'text')
    .addColumn('pause_reason', 'text')
    .addColumn('pauses', 'text')
    .addColumn('reset_at', 'bigint')
    .execute();
  await transaction.schema
    .createIndex('outbound_waiting_by_lane')
    .on('outbound')
    .columns(['pmode_id', 'leg', 'next_attempt_at', 'seq'])
    .where('next_attempt_at', 'is not', null)
    .execute();
}
