import type { Transaction } from 'kysely';
import type { Engine } from '../engine.ts';
import type { Tables } from '../tables.ts';

/** Exchanges, and the documents that were sent and received in them: the log that outlives the payloads. */
export async function exchanges(transaction: Transaction<Tables>, engine: Engine): Promise<void> {
  await exchangeTable(transaction, engine);
  await documentTables(transaction, engine);
  await indexes(transaction);
}

async function exchangeTable(transaction: Transaction<Tables>, { sequence }: Engine): Promise<void> {
  await transaction.schema
    .createTable('exchanges')
    .addColumn('seq', sequence.type, sequence.build)
    .addColumn('id', 'text', (column) => column.notNull().unique())
    .addColumn('moves', 'integer', (column) => column.notNull())
    .addColumn('role', 'text', (column) => column.notNull())
    .addColumn('partner', 'text', (column) => column.notNull())
    .addColumn('state', 'text', (column) => column.notNull())
    .addColumn('outcome', 'text')
    .addColumn('party', 'text')
    .addColumn('conversation_id', 'text', (column) => column.notNull())
    .addColumn('exchange_id', 'text')
    .addColumn('request_id', 'text', (column) => column.notNull())
    .addColumn('request_row_id', 'text', (column) => column.notNull())
    .addColumn('preview_location', 'text')
    .addColumn('created_at', 'bigint', (column) => column.notNull())
    .addColumn('changed_at', 'bigint', (column) => column.notNull())
    .addColumn('due_at', 'bigint')
    .addColumn('taken_at', 'bigint')
    .addColumn('facts', 'text', (column) => column.notNull())
    .execute();
}

async function documentTables(transaction: Transaction<Tables>, engine: Engine): Promise<void> {
  await transaction.schema
    .createTable('exchange_documents')
    .addColumn('seq', engine.sequence.type, engine.sequence.build)
    .addColumn('row_id', 'text', (column) => column.notNull().unique())
    .addColumn('exchange', 'text')
    .addColumn('role', 'text', (column) => column.notNull())
    .addColumn('partner', 'text', (column) => column.notNull())
    .addColumn('direction', 'text', (column) => column.notNull())
    .addColumn('message_id', 'text', (column) => column.notNull())
    .addColumn('kind', 'text', (column) => column.notNull())
    .addColumn('request_id', 'text')
    .addColumn('at', 'bigint', (column) => column.notNull())
    .addColumn('flaw', 'text')
    .addColumn('refusal', 'text')
    .addColumn('facts', 'text', (column) => column.notNull())
    .execute();
  await transaction.schema
    .createTable('exchange_document_bytes')
    .addColumn('row_id', 'text', (column) => column.primaryKey())
    .addColumn('bytes', engine.bytes, (column) => column.notNull())
    .execute();
}

/** By what exchanges and their documents are looked up; where most rows have nothing, only those that have something. */
const INDEXES = [
  ['exchanges', 'conversation_id', false],
  ['exchanges', 'exchange_id', true],
  ['exchanges', 'state', false],
  ['exchanges', 'party', true],
  ['exchanges', 'created_at', false],
  ['exchanges', 'due_at', true],
  ['exchange_documents', 'exchange', true],
  ['exchange_documents', 'request_id', true],
  ['exchange_documents', 'message_id', false],
  ['exchange_documents', 'at', false],
  ['exchange_documents', 'refusal', true],
] as const;

async function indexes(transaction: Transaction<Tables>): Promise<void> {
  for (const [table, column, isSparse] of INDEXES) {
    const index = transaction.schema.createIndex(`${table}_by_${column}`).on(table).columns([column, 'seq']);
    await (isSparse ? index.where(column, 'is not', null) : index).execute();
  }
}
