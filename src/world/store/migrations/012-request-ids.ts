import { sql } from 'kysely';
import type { Transaction } from 'kysely';
import type { Tables } from '../tables.ts';

/**
 * Of requests with one id that come at once, one counts: only the database sees those that other nodes record at that time. What
 * was counted twice before is flawed, but for the first.
 */
export async function requestIds(transaction: Transaction<Tables>): Promise<void> {
  await sql`
    update exchange_documents set flaw = 'repeated-request'
    where kind = 'request' and flaw is null and request_id is not null and exists (
      select 1 from exchange_documents as first
      where first.kind = 'request' and first.flaw is null and first.role = exchange_documents.role
        and first.partner = exchange_documents.partner and first.request_id = exchange_documents.request_id
        and first.seq < exchange_documents.seq
    )`.execute(transaction);
  await transaction.schema
    .createIndex('exchange_documents_once_by_request_id')
    .unique()
    .on('exchange_documents')
    .columns(['request_id', 'partner', 'role'])
    .where(sql.ref('kind'), '=', sql.lit('request'))
    .where(sql.ref('flaw'), 'is', null)
    .execute();
}
