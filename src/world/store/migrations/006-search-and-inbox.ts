import type { Transaction } from 'kysely';
import type { UserMessage } from '../../../protocol/ebms/index.ts';
import type { Engine } from '../engine.ts';
import { searchColumns } from '../search.ts';
import type { Tables } from '../tables.ts';

/** Columns to search by, leases of the inbox, resending, business acceptance, and the envelopes as they were received. */
export async function searchAndInbox(transaction: Transaction<Tables>, engine: Engine): Promise<void> {
  for (const table of ['outbound', 'inbound'] as const) {
    await addSearchColumns(transaction, table);
    await addColumns(transaction, table, [['business', 'text']]);
    await backfill(transaction, table);
  }
  await addColumns(transaction, 'outbound', [
    ['attempts_before', 'integer'],
    ['resent_at', 'bigint'],
    ['resent_by', 'text'],
  ]);
  await addColumns(transaction, 'inbound', [
    ['lease_id', 'text'],
    ['leased_by', 'text'],
    ['lease_until', 'bigint'],
  ]);
  await receivedEnvelopes(transaction, engine);
  await indexes(transaction);
}

async function addSearchColumns(
  transaction: Transaction<Tables>,
  table: 'outbound' | 'inbound',
): Promise<void> {
  await addColumns(transaction, table, [
    ['partner', 'text'],
    ...(table === 'outbound' ? ([['action', 'text']] as const) : []),
    ['service', 'text'],
    ['ref_to_message_id', 'text'],
    ['original_sender', 'text'],
    ['final_recipient', 'text'],
  ]);
}

/** One statement a column: an engine may add no more at a time. All may be null, so that no row must be rewritten. */
async function addColumns(
  transaction: Transaction<Tables>,
  table: 'outbound' | 'inbound',
  columns: readonly (readonly [name: string, type: 'text' | 'integer' | 'bigint'])[],
): Promise<void> {
  for (const [name, type] of columns)
    await transaction.schema.alterTable(table).addColumn(name, type).execute();
}

/** Rows read at a time. */
const BATCH = 500;

/**
 * Fills the columns of rows that are there. The local name of the partner was not kept before: its first PartyId stands
 * in for it, which is the same where parties are named after their PartyIds.
 */
async function backfill(transaction: Transaction<Tables>, table: 'outbound' | 'inbound'): Promise<void> {
  // Both tables have the columns named here, so the types of one serve for both.
  const messages = table as 'outbound';
  for (let after = 0; ;) {
    const rows = await transaction
      .selectFrom(messages)
      .select(['seq', 'user_message'])
      .where('seq', '>', after)
      .orderBy('seq')
      .limit(BATCH)
      .execute();
    for (const { seq, user_message } of rows) {
      const message = JSON.parse(user_message) as UserMessage;
      const { partyIds } = table === 'outbound' ? message.to : message.from;
      await transaction
        .updateTable(messages)
        .set({ ...searchColumns(message), partner: partyIds[0]?.value ?? '' })
        .where('seq', '=', seq)
        .execute();
      after = seq;
    }
    if (rows.length < BATCH) return;
  }
}

/** Apart from its message, as the signed envelopes of what we send are. */
async function receivedEnvelopes(transaction: Transaction<Tables>, engine: Engine): Promise<void> {
  await transaction.schema
    .createTable('inbound_envelopes')
    .addColumn('row_id', 'text', (column) => column.primaryKey().references('inbound.row_id'))
    .addColumn('content_type', 'text', (column) => column.notNull())
    .addColumn('bytes', engine.bytes, (column) => column.notNull())
    .execute();
}

/** Columns that a search may name and that had no index; with `seq` behind it, one yields its rows in the order of a list. */
const SEARCHED = {
  outbound: ['partner', 'pmode_id', 'service', 'action', 'submitted_at'],
  inbound: ['partner', 'pmode_id', 'service', 'received_at'],
} as const;

/** Columns that many rows leave empty: those are not indexed. */
const SPARSE = {
  outbound: ['ref_to_message_id', 'original_sender'],
  inbound: ['ref_to_message_id', 'final_recipient'],
} as const;

async function indexes(transaction: Transaction<Tables>): Promise<void> {
  for (const table of ['outbound', 'inbound'] as const) {
    for (const column of SEARCHED[table]) await index(transaction, table, column).execute();
    for (const column of SPARSE[table])
      await index(transaction, table, column).where(column, 'is not', null).execute();
  }
}

function index(transaction: Transaction<Tables>, table: 'outbound' | 'inbound', column: string) {
  return transaction.schema.createIndex(`${table}_by_${column}_seq`).on(table).columns([column, 'seq']);
}
