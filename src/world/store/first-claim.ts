import type { Insertable, Kysely } from 'kysely';
import type { FirstClaim, RowId } from '../../msh/ports/index.ts';
import { statement } from './statement.ts';
import { envelopeColumns } from './rows.ts';
import type { EnvelopeTable, Tables } from './tables.ts';

/** Takes a row nobody has tried, and keeps what its first attempt has signed. */
export async function claimFresh(db: Kysely<Tables>, rowId: RowId, first: FirstClaim): Promise<boolean> {
  return await db.transaction().execute(async (transaction) => {
    const claimed = await claimFreshRow(transaction, {
      at_row: rowId,
      now: first.at,
      ...inFirstAttempt(first),
    });
    if (claimed.numAffectedRows !== 1n) return false;
    await insertFirstEnvelope(transaction, rowId, first);
    return true;
  });
}

const claimFreshRow = statement(
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
export async function insertFirstEnvelope(
  transaction: Kysely<Tables>,
  rowId: RowId,
  { envelope }: FirstClaim,
): Promise<void> {
  await insertNewEnvelope(transaction, envelopeColumns(rowId, envelope));
}

const insertNewEnvelope = statement((db, row: Insertable<EnvelopeTable>) =>
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
