import type { Kysely } from 'kysely';
import type { BusinessAcceptance, RowId } from '../../msh/ports/index.ts';
import { businessColumn } from './rows.ts';
import type { Tables } from './tables.ts';

/** What the backend says of the business content of a received message. */
export function acceptInbound(
  db: Kysely<Tables>,
  rowId: RowId,
  business: BusinessAcceptance,
): Promise<boolean> {
  return accept(db, 'inbound', rowId, business);
}

/** What the backend learnt of the fate of a sent message beyond its receipt. */
export function acceptOutbound(
  db: Kysely<Tables>,
  rowId: RowId,
  business: BusinessAcceptance,
): Promise<boolean> {
  return accept(db, 'outbound', rowId, business);
}

async function accept(
  db: Kysely<Tables>,
  table: 'inbound' | 'outbound',
  rowId: RowId,
  business: BusinessAcceptance,
): Promise<boolean> {
  // Both tables have the columns named here, so the types of one serve for both.
  const set = await db
    .updateTable(table as 'outbound')
    .set({ business: businessColumn(business) })
    .where('row_id', '=', rowId)
    .executeTakeFirst();
  return set.numUpdatedRows === 1n;
}
