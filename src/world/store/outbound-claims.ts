import type { ExpressionBuilder, Insertable } from 'kysely';
import { QuoinError } from '../../protocol/errors/index.ts';
import { CLAIMABLE_STATES } from '../../msh/ports/index.ts';
import type { KeptEnvelope, OutboundMessage, RowId } from '../../msh/ports/index.ts';
import { messageOf, one } from './outbound.ts';
import { envelopeColumns } from './rows.ts';
import type { OutboundRow } from './rows.ts';
import { prepared } from './statement.ts';
import type { EnvelopeTable, Tables } from './tables.ts';
import { hitOne, step } from './work.ts';
import type { Work } from './work.ts';

/**
 * Takes a due row by compare-and-set: of several workers the first update finds the row due, the others do not.
 * While leased, the row is next due when the lease ends, so that one index finds every kind of due row.
 */
export function* claimOutbound(
  rowId: RowId,
  now: number,
  leaseMs: number,
): Work<OutboundMessage | undefined> {
  const [row]: readonly OutboundRow[] = (yield* claimRow({ rowId, now, until: now + leaseMs })).rows;
  return row === undefined ? undefined : yield* messageOf(row);
}

const claimRow = prepared(
  (db, { rowId, now, until }: { readonly rowId: RowId; readonly now: number; readonly until: number }) =>
    db
      .updateTable('outbound')
      .set((eb) => ({
        state: 'WAITING_FOR_RECEIPT',
        attempts: eb('attempts', '+', 1),
        leased_until: until,
        next_attempt_at: until,
        first_attempt_at: eb.fn.coalesce('first_attempt_at', eb.val(now)),
      }))
      .where('row_id', '=', rowId)
      .where('state', 'in', CLAIMABLE_STATES)
      .where('next_attempt_at', '<=', now)
      .returningAll()
      .returning((eb) => [
        ofEnvelope(eb).select('bytes').as('envelope_bytes'),
        ofEnvelope(eb).select('encryption_offset').as('encryption_offset'),
        ofEnvelope(eb).select('signed_references').as('signed_references'),
        ofEnvelope(eb).select('signer').as('envelope_signer'),
      ]),
);

function ofEnvelope(eb: ExpressionBuilder<Tables, 'outbound'>) {
  return eb.selectFrom('outbound_envelopes').whereRef('outbound_envelopes.row_id', '=', 'outbound.row_id');
}

/** Moves the end of a lease that the attempt with this number holds. */
export function* extendLease(rowId: RowId, attempt: number, until: number): Work<boolean> {
  const extended = yield* step((db) =>
    db
      .updateTable('outbound')
      .set({ leased_until: until, next_attempt_at: until })
      .where('row_id', '=', rowId)
      .where('state', '=', 'WAITING_FOR_RECEIPT')
      .where('attempts', '=', attempt),
  );
  return hitOne(extended);
}

/** Keeps the signed envelope unless there is one; resolves to the one that is kept. Throws `store/no-such-row`. */
export function* keepEnvelope(rowId: RowId, envelope: KeptEnvelope): Work<KeptEnvelope> {
  const inserted = yield* insertEnvelope(envelopeColumns(rowId, envelope));
  if (hitOne(inserted)) return envelope;
  const kept = yield* one('row_id', rowId);
  if (kept?.envelope === undefined) throw noSuchRow(rowId);
  return kept.envelope;
}

const insertEnvelope = prepared((db, values: Insertable<EnvelopeTable>) =>
  db
    .insertInto('outbound_envelopes')
    .columns(['row_id', 'encryption_offset', 'signed_references', 'signer', 'bytes'])
    .expression((eb) =>
      eb
        .selectFrom('outbound')
        .select((row) => [
          'row_id',
          row.val(values.encryption_offset).as('encryption_offset'),
          row.val(values.signed_references).as('signed_references'),
          row.val(values.signer).as('signer'),
          row.val<Uint8Array>(values.bytes).as('bytes'),
        ])
        .where('row_id', '=', values.row_id),
    )
    .onConflict((conflict) => conflict.column('row_id').doNothing()),
);

function noSuchRow(rowId: RowId): QuoinError {
  return new QuoinError('store/no-such-row', 'There is no outbound message with this row id.', {
    finding: { check: 'row-exists', field: 'rowId', found: rowId },
  });
}
