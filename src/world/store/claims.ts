import type { Transaction } from 'kysely';
import type { Tables } from './tables.ts';

/**
 * Ends what workers of this access point have claimed, for a start at which none of them can be alive: messages on their
 * way and deliveries to webhooks are due at once, since when they were begun (a time that has passed on any clock). Their
 * attempts stay counted. What consumers have leased from the inbox is theirs: they may well be alive.
 */
export async function endClaims(transaction: Transaction<Tables>): Promise<void> {
  await transaction
    .updateTable('outbound')
    .set((eb) => ({
      leased_until: null,
      next_attempt_at: eb.fn.coalesce('first_attempt_at', 'submitted_at'),
    }))
    .where('next_attempt_at', 'is not', null)
    .where('state', '=', 'WAITING_FOR_RECEIPT')
    .execute();
  await transaction
    .updateTable('webhook_deliveries')
    .set((eb) => ({ leased_until: null, next_attempt_at: eb.ref('created_at') }))
    .where('state', '=', 'PENDING')
    .where('leased_until', 'is not', null)
    .execute();
}
