import type { Transaction } from 'kysely';
import type { Engine } from '../engine.ts';
import type { Tables } from '../tables.ts';

/** Links to previews: hashes of what opens them, and what became of each. */
export async function previewLinks(transaction: Transaction<Tables>, { sequence }: Engine): Promise<void> {
  await transaction.schema
    .createTable('preview_links')
    .addColumn('seq', sequence.type, sequence.build)
    .addColumn('hash', 'text', (column) => column.notNull().unique())
    .addColumn('exchange', 'text', (column) => column.notNull())
    .addColumn('request_id', 'text', (column) => column.notNull())
    .addColumn('linked_at', 'bigint', (column) => column.notNull())
    .addColumn('expires_at', 'bigint', (column) => column.notNull())
    .addColumn('opened_at', 'bigint')
    .addColumn('session', 'text')
    .addColumn('session_expires_at', 'bigint')
    .addColumn('return_location', 'text')
    .addColumn('decision', 'text')
    .addColumn('decided_at', 'bigint')
    .addColumn('accepted', 'text')
    .execute();
  await transaction.schema
    .createIndex('preview_links_by_exchange')
    .on('preview_links')
    .columns(['exchange', 'seq'])
    .execute();
  await transaction.schema
    .createIndex('preview_links_by_session')
    .on('preview_links')
    .column('session')
    .unique()
    .where('session', 'is not', null)
    .execute();
}
