import type { CreateTableBuilder, Transaction } from 'kysely';
import type { Engine } from '../engine.ts';
import type { Tables } from '../tables.ts';

/** Tables for messages in both directions, their parts, envelopes and attempts, and the journal. */
export async function messages(transaction: Transaction<Tables>, engine: Engine): Promise<void> {
  await outbound(transaction, engine);
  await envelopes(transaction, engine);
  await attempts(transaction);
  await inbound(transaction, engine);
  await parts(transaction, 'outbound');
  await parts(transaction, 'inbound');
  await journal(transaction, engine);
  await transaction.schema
    .createTable('store_probe')
    .addColumn('id', 'integer', (column) => column.primaryKey())
    .addColumn('checks', 'bigint', (column) => column.notNull())
    .execute();
}

async function outbound(transaction: Transaction<Tables>, engine: Engine): Promise<void> {
  await counted(transaction, engine, 'outbound')
    .addColumn('row_id', 'text', (column) => column.notNull().unique())
    .addColumn('message_id', 'text', (column) => column.notNull().unique())
    .addColumn('pmode_id', 'text', (column) => column.notNull())
    .addColumn('leg', 'text', (column) => column.notNull())
    .addColumn('state', 'text', (column) => column.notNull())
    .addColumn('conversation_id', 'text', (column) => column.notNull())
    .addColumn('user_message', 'text', (column) => column.notNull())
    .addColumn('fingerprint', 'text', (column) => column.notNull())
    .addColumn('submitted_at', 'bigint', (column) => column.notNull())
    .addColumn('attempts', 'integer', (column) => column.notNull())
    .addColumn('next_attempt_at', 'bigint')
    .addColumn('leased_until', 'bigint')
    .addColumn('first_attempt_at', 'bigint')
    .addColumn('finished_at', 'bigint')
    .addColumn('receipt', 'text')
    .addColumn('receipt_bytes', engine.bytes)
    .addColumn('failure', 'text')
    .execute();
  await index(transaction, 'outbound', ['next_attempt_at', 'seq']);
  await index(transaction, 'outbound', ['state', 'seq']);
  await index(transaction, 'outbound', ['conversation_id', 'seq']);
}

async function envelopes(transaction: Transaction<Tables>, engine: Engine): Promise<void> {
  await transaction.schema
    .createTable('outbound_envelopes')
    .addColumn('row_id', 'text', (column) => column.primaryKey().references('outbound.row_id'))
    .addColumn('encryption_offset', 'integer', (column) => column.notNull())
    .addColumn('signed_references', 'text', (column) => column.notNull())
    .addColumn('signer', 'text', (column) => column.notNull())
    .addColumn('bytes', engine.bytes, (column) => column.notNull())
    .execute();
}

async function attempts(transaction: Transaction<Tables>): Promise<void> {
  await transaction.schema
    .createTable('attempts')
    .addColumn('row_id', 'text', (column) => column.notNull().references('outbound.row_id'))
    .addColumn('number', 'integer', (column) => column.notNull())
    .addColumn('started_at', 'bigint', (column) => column.notNull())
    .addColumn('ended_at', 'bigint', (column) => column.notNull())
    .addColumn('address', 'text', (column) => column.notNull())
    .addColumn('outcome', 'text', (column) => column.notNull())
    .addColumn('http_status', 'integer')
    .addColumn('recipient', 'text')
    .addColumn('failure', 'text')
    .addPrimaryKeyConstraint('attempts_key', ['row_id', 'number'])
    .execute();
}

async function inbound(transaction: Transaction<Tables>, engine: Engine): Promise<void> {
  await counted(transaction, engine, 'inbound')
    .addColumn('row_id', 'text', (column) => column.notNull().unique())
    .addColumn('message_id', 'text', (column) => column.notNull())
    .addColumn('sender', 'text', (column) => column.notNull())
    .addColumn('pmode_id', 'text', (column) => column.notNull())
    .addColumn('leg', 'text', (column) => column.notNull())
    .addColumn('state', 'text', (column) => column.notNull())
    .addColumn('conversation_id', 'text', (column) => column.notNull())
    .addColumn('action', 'text', (column) => column.notNull())
    .addColumn('user_message', 'text', (column) => column.notNull())
    .addColumn('signed_references', 'text', (column) => column.notNull())
    .addColumn('signer', 'text')
    .addColumn('receipt', 'text', (column) => column.notNull())
    .addColumn('receipt_bytes', engine.bytes, (column) => column.notNull())
    .addColumn('deliverable', 'integer', (column) => column.notNull())
    .addColumn('received_at', 'bigint', (column) => column.notNull())
    .addColumn('duplicates', 'integer', (column) => column.notNull())
    .addColumn('downloaded_at', 'bigint')
    .addUniqueConstraint('inbound_identity', ['message_id', 'sender'])
    .execute();
  await index(transaction, 'inbound', ['deliverable', 'state', 'seq']);
  await index(transaction, 'inbound', ['conversation_id', 'seq']);
  await index(transaction, 'inbound', ['action', 'seq']);
}

async function parts(transaction: Transaction<Tables>, direction: 'outbound' | 'inbound'): Promise<void> {
  await transaction.schema
    .createTable(`${direction}_parts`)
    .addColumn('row_id', 'text', (column) => column.notNull().references(`${direction}.row_id`))
    .addColumn('position', 'integer', (column) => column.notNull())
    .addColumn('payload', 'text', (column) => column.notNull())
    .addColumn('part', 'text', (column) => column.notNull())
    .addPrimaryKeyConstraint(`${direction}_parts_key`, ['row_id', 'position'])
    .execute();
  await index(transaction, `${direction}_parts`, ['payload']);
}

async function journal(transaction: Transaction<Tables>, engine: Engine): Promise<void> {
  await counted(transaction, engine, 'journal')
    .addColumn('at', 'bigint', (column) => column.notNull())
    .addColumn('direction', 'text', (column) => column.notNull())
    .addColumn('message_id', 'text')
    .addColumn('conversation_id', 'text')
    .addColumn('pmode_id', 'text')
    .addColumn('remote', 'text')
    .addColumn('failure', 'text', (column) => column.notNull())
    .execute();
  await index(transaction, 'journal', ['message_id', 'seq']);
}

/** A table whose rows are numbered in the order in which they were kept. */
function counted(
  transaction: Transaction<Tables>,
  engine: Engine,
  table: string,
): CreateTableBuilder<string, 'seq'> {
  const { type, build } = engine.sequence;
  return transaction.schema.createTable(table).addColumn('seq', type, build);
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
