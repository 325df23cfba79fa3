import type { Insertable } from 'kysely';
import type { FirstClaim, RowId } from '../../msh/ports/index.ts';
import { prepared } from './statement.ts';
import { envelopeColumns } from './rows.ts';
import type { EnvelopeTable } from './tables.ts';
import { hitOne } from './work.ts';
import type { Work } from './work.ts';

/** Takes a row nobody has tried, and keeps what its first attempt has signed. */
export function* claimFresh(rowId: RowId, first: FirstClaim): Work<boolean> {
  const claimed = yield* claimFreshRow({ at_row: rowId, now: first.at, ...inFirstAttempt(first) });
  if (!hitOne(claimed)) return false;
  yield* insertFirstEnvelope(rowId, first);
  return true;
}

const claimFreshRow = prepared(
  (
    db,
    {
      at_row,
      now,
      ...changes
    }: ReturnType<typeof inFirstAttempt> & { readonly at_row: RowId; readonly now: number },
  ) =>
    db
      .updateTable('outbound')
      .set(changes)
      .where('row_id', '=', at_row)
      .where('state', '=', 'SEND_ENQUEUED')
      .where('attempts', '=', 0)
      .where('next_attempt_at', '<=', now),
);

/** Keeps what a first attempt has signed. */
export function* insertFirstEnvelope(rowId: RowId, { envelope }: FirstClaim): Work<void> {
  yield* insertNewEnvelope(envelopeColumns(rowId, envelope));
}

const insertNewEnvelope = prepared((db, row: Insertable<EnvelopeTable>) =>
  db.insertInto('outbound_envelopes').values(row),
);

/** The columns of a row in its first attempt: next due when the lease ends. */
export function inFirstAttempt({ at, leaseMs }: FirstClaim) {
  const until = at + leaseMs;
  return {
    state: 'WAITING_FOR_RECEIPT',
    attempts: 1,
    next_attempt_at: until,
    leased_until: until,
    first_attempt_at: at,
  };
}
