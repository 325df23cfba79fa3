import type { Transaction } from 'kysely';
import type { Engine } from '../engine.ts';
import type { Tables } from '../tables.ts';

/** Tables for what happened to messages, and for which webhook was told. */
export async function events(transaction: Transaction<Tables>, engine: Engine): Promise<void> {
  await eventTable(transaction, engine);
  await transaction.schema
    .createTable('events_gone')
    .addColumn('id', 'integer', (column) => column.primaryKey())
    .addColumn('through', 'bigint', (column) => column.notNull())
    .execute();
  await transaction.schema
    .createTable('webhooks')
    .addColumn('name', 'text', (column) => column.primaryKey())
    .addColumn('cursor', 'bigint', (column) => column.notNull())
    .addColumn('seen_at', 'bigint', (column) => column.notNull())
    .addColumn('last_success_at', 'bigint')
    .addColumn('last_failure_at', 'bigint')
    .addColumn('last_failure', 'text')
    .addColumn('failing_since', 'bigint')
    .execute();
  await deliveries(transaction, engine);
}

async function eventTable(transaction: Transaction<Tables>, engine: Engine): Promise<void> {
  const { type, build } = engine.sequence;
  await transaction.schema
    .createTable('events')
    .addColumn('seq', type, build)
    .addColumn('id', 'text', (column) => column.notNull().unique())
    .addColumn('type', 'text', (column) => column.notNull())
    .addColumn('at', 'bigint', (column) => column.notNull())
    .addColumn('direction', 'text', (column) => column.notNull())
    .addColumn('row_id', 'text', (column) => column.notNull())
    .addColumn('message_id', 'text', (column) => column.notNull())
    .addColumn('conversation_id', 'text', (column) => column.notNull())
    .addColumn('ref_to_message_id', 'text')
    .addColumn('service', 'text', (column) => column.notNull())
    .addColumn('action', 'text', (column) => column.notNull())
    .addColumn('partner', 'text')
    .addColumn('pmode_id', 'text', (column) => column.notNull())
    .addColumn('original_sender', 'text')
    .addColumn('final_recipient', 'text')
    .addColumn('data', 'text', (column) => column.notNull())
    .execute();
  await index(transaction, 'events', ['conversation_id', 'seq']);
  await index(transaction, 'events', ['message_id', 'seq']);
  await index(transaction, 'events', ['at']);
}

async function deliveries(transaction: Transaction<Tables>, engine: Engine): Promise<void> {
  const { type, build } = engine.sequence;
  await transaction.schema
    .createTable('webhook_deliveries')
    .addColumn('seq', type, build)
    .addColumn('id', 'text', (column) => column.notNull().unique())
    .addColumn('webhook', 'text', (column) => column.notNull())
    .addColumn('event_seq', 'bigint', (column) => column.notNull())
    .addColumn('conversation_id', 'text', (column) => column.notNull())
    .addColumn('state', 'text', (column) => column.notNull())
    .addColumn('attempts', 'integer', (column) => column.notNull())
    .addColumn('created_at', 'bigint', (column) => column.notNull())
    .addColumn('give_up_at', 'bigint', (column) => column.notNull())
    .addColumn('next_attempt_at', 'bigint')
    .addColumn('leased_until', 'bigint')
    .addColumn('finished_at', 'bigint')
    .addColumn('http_status', 'integer')
    .addColumn('failure', 'text')
    .addColumn('replay', 'integer', (column) => column.notNull())
    .execute();
  await index(transaction, 'webhook_deliveries', ['webhook', 'state', 'next_attempt_at']);
  await index(transaction, 'webhook_deliveries', ['webhook', 'conversation_id', 'state', 'seq']);
  await index(transaction, 'webhook_deliveries', ['event_seq', 'state']);
  await index(transaction, 'webhook_deliveries', ['webhook', 'seq']);
}

async function index(
  transaction: Transaction<Tables>,
  table: string,
  columns: readonly string[],
): Promise<void> {
  await transaction.schema
    .createIndex(`${table}_by_${columns.join('_')}`)
    .on(table)
    .columns([...columns])
    .execute();
}
