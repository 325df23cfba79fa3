import type { BusinessAcceptance, RowId } from '../../msh/ports/index.ts';
import { businessColumn } from './rows.ts';
import { hitOne, step } from './work.ts';
import type { Work } from './work.ts';

/** What the backend says of the business content of a received message. */
export function acceptInbound(rowId: RowId, business: BusinessAcceptance): Work<boolean> {
  return accept('inbound', rowId, business);
}

/** What the backend learnt of the fate of a sent message beyond its receipt. */
export function acceptOutbound(rowId: RowId, business: BusinessAcceptance): Work<boolean> {
  return accept('outbound', rowId, business);
}

function* accept(table: 'inbound' | 'outbound', rowId: RowId, business: BusinessAcceptance): Work<boolean> {
  // Both tables have the columns named here, so the types of one serve for both.
  const set = yield* step((db) =>
    db
      .updateTable(table as 'outbound')
      .set({ business: businessColumn(business) })
      .where('row_id', '=', rowId),
  );
  return hitOne(set);
}
