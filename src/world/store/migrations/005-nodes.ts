import type { Transaction } from 'kysely';
import type { Tables } from '../tables.ts';

/** Tables for the gateways that work on this database, and for what all of them are asked to do. */
export async function nodes(transaction: Transaction<Tables>): Promise<void> {
  await transaction.schema
    .createTable('nodes')
    .addColumn('node_id', 'text', (column) => column.primaryKey())
    .addColumn('host', 'text', (column) => column.notNull())
    .addColumn('pid', 'integer', (column) => column.notNull())
    .addColumn('version', 'text', (column) => column.notNull())
    .addColumn('started_at', 'bigint', (column) => column.notNull())
    .addColumn('seen_at', 'bigint', (column) => column.notNull())
    .addColumn('digest', 'text', (column) => column.notNull())
    .addColumn('in_force_since', 'bigint', (column) => column.notNull())
    .addColumn('refusal', 'text')
    .addColumn('generation', 'bigint', (column) => column.notNull())
    .execute();
  await transaction.schema
    .createTable('reload_request')
    .addColumn('id', 'integer', (column) => column.primaryKey())
    .addColumn('generation', 'bigint', (column) => column.notNull())
    .addColumn('requested_at', 'bigint', (column) => column.notNull())
    .execute();
}
