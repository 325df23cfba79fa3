import type { Transaction } from 'kysely';
import type { Tables } from '../tables.ts';

/** The retries agreed when a message was submitted; rows that are there have none, and need none while their P-Mode is loaded. */
export async function retryPolicy(transaction: Transaction<Tables>): Promise<void> {
  await transaction.schema.alterTable('outbound').addColumn('retry_policy', 'text').execute();
}
