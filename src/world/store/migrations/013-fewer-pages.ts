import { sql } from 'kysely';
import type { Transaction } from 'kysely';
import type { Engine } from '../engine.ts';
import type { Tables } from '../tables.ts';

/** Indexes nothing needs: the lanes of `outbound_waiting_by_lane` hold what waits, and events are in the order of their time. */
const NEEDLESS = ['outbound_by_next_attempt_at_seq', 'events_by_at'] as const;

/**
 * Small payloads move into the rows that name them, and indexes go that nothing needs: fewer pages change with a message.
 * Moving takes some tenths of a millisecond a message, and room for those payloads once more.
 */
export async function fewerPages(transaction: Transaction<Tables>, { bytes }: Engine): Promise<void> {
  for (const index of NEEDLESS) await transaction.schema.dropIndex(index).execute();
  for (const table of ['outbound_parts', 'inbound_parts'] as const) {
    await transaction.schema.alterTable(table).addColumn('bytes', bytes).execute();
    await sql`
      update ${sql.table(table)} set bytes = (
        select kept.bytes from inline_payloads as kept where kept.payload = ${sql.table(table)}.payload
      )`.execute(transaction);
  }
  await transaction.schema.dropTable('inline_payloads').execute();
}
