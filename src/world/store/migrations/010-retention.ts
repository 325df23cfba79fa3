import type { Transaction } from 'kysely';
import type { Tables } from '../tables.ts';

/** Since when messages are over, so that those are found quickly whose payloads may go. */
export async function retention(transaction: Transaction<Tables>): Promise<void> {
  await transaction.schema
    .createIndex('inbound_by_downloaded_at')
    .on('inbound')
    .column('downloaded_at')
    .where('downloaded_at', 'is not', null)
    .execute();
  await transaction.schema
    .createIndex('outbound_by_finished_at')
    .on('outbound')
    .column('finished_at')
    .where('finished_at', 'is not', null)
    .execute();
}
