import type { ExpressionBuilder, Kysely } from 'kysely';
import { QuoinError } from '../../protocol/errors/index.ts';
import { CLAIMABLE_STATES } from '../../msh/ports/index.ts';
import type {
  KeptEnvelope,
  MessageStore,
  NewOutboundMessage,
  OutboundMessage,
  Page,
  PageRequest,
  RowId,
} from '../../msh/ports/index.ts';
import { pageOf, sliceOf } from './paging.ts';
import { insertParts, partsOf, storedPartOf } from './parts.ts';
import { outboundFrom, present } from './rows.ts';
import type { OutboundRow } from './rows.ts';
import { outboundConditions, searchColumns } from './search.ts';
import { statement } from './statement.ts';
import type { Tables } from './tables.ts';

/** Keeps a submission with its parts in one transaction, or finds the row its MessageId already has. */
export async function insertOutbound(
  db: Kysely<Tables>,
  message: NewOutboundMessage,
): ReturnType<MessageStore['insertOutbound']> {
  return await db.transaction().execute(async (transaction) => {
    const inserted = await insertRow(transaction, newRow(message));
    if (inserted.numAffectedRows === 1n) {
      await insertParts(transaction, 'outbound', message.rowId, message.parts);
      return { outcome: 'kept', message: enqueued(message) };
    }
    const kept = await one(transaction, 'message_id', message.messageId);
    return { outcome: 'exists', message: kept! };
  });
}

const insertRow = statement((db, row: ReturnType<typeof newRow>) =>
  db
    .insertInto('outbound')
    .values(row)
    .onConflict((conflict) => conflict.column('message_id').doNothing()),
);

function newRow(message: NewOutboundMessage) {
  return {
    row_id: message.rowId,
    message_id: message.messageId,
    pmode_id: message.pmodeId,
    leg: message.leg,
    state: 'SEND_ENQUEUED',
    partner: message.partner,
    ...searchColumns(message.userMessage),
    user_message: JSON.stringify(message.userMessage),
    fingerprint: message.fingerprint,
    submitted_at: message.submittedAt,
    attempts: 0,
    next_attempt_at: message.submittedAt,
    retry_policy: message.retryPolicy === undefined ? null : JSON.stringify(message.retryPolicy),
  };
}

/** A submission as it stands in the row that was just written for it. */
function enqueued(message: NewOutboundMessage): OutboundMessage {
  const { submittedAt, parts } = message;
  return present<OutboundMessage>({
    ...message,
    parts: parts.map(storedPartOf),
    state: 'SEND_ENQUEUED',
    attempts: 0,
    nextAttemptAt: submittedAt,
  });
}

/** The message with this MessageId. */
export async function findOutbound(
  db: Kysely<Tables>,
  messageId: string,
): Promise<OutboundMessage | undefined> {
  return await one(db, 'message_id', messageId);
}

/** The message with this row id. */
export async function getOutbound(db: Kysely<Tables>, rowId: RowId): Promise<OutboundMessage | undefined> {
  return await one(db, 'row_id', rowId);
}

/**
 * Takes a due row by compare-and-set: of several workers the first update finds the row due, the others do not.
 * While leased, the row is next due when the lease ends, so that one index finds every kind of due row.
 */
export async function claimOutbound(
  db: Kysely<Tables>,
  rowId: RowId,
  now: number,
  leaseMs: number,
): Promise<OutboundMessage | undefined> {
  const [row]: readonly OutboundRow[] = (await claimRow(db, { rowId, now, until: now + leaseMs })).rows;
  return row === undefined ? undefined : await messageOf(db, row);
}

const claimRow = statement(
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
export async function extendLease(
  db: Kysely<Tables>,
  rowId: RowId,
  attempt: number,
  until: number,
): Promise<boolean> {
  const extended = await db
    .updateTable('outbound')
    .set({ leased_until: until, next_attempt_at: until })
    .where('row_id', '=', rowId)
    .where('state', '=', 'WAITING_FOR_RECEIPT')
    .where('attempts', '=', attempt)
    .executeTakeFirst();
  return extended.numUpdatedRows === 1n;
}

/** Keeps the signed envelope unless there is one; resolves to the one that is kept. Throws `store/no-such-row`. */
export async function keepEnvelope(
  db: Kysely<Tables>,
  rowId: RowId,
  envelope: KeptEnvelope,
): Promise<KeptEnvelope> {
  const inserted = await insertEnvelope(db, {
    rowId,
    offset: envelope.encryptionOffset,
    references: JSON.stringify(envelope.references),
    signer: envelope.signer,
    bytes: envelope.bytes,
  });
  if (inserted.numAffectedRows === 1n) return envelope;
  const kept = await one(db, 'row_id', rowId);
  if (kept?.envelope === undefined) throw noSuchRow(rowId);
  return kept.envelope;
}

interface EnvelopeValues {
  readonly rowId: RowId;
  readonly offset: number;
  readonly references: string;
  readonly signer: string;
  readonly bytes: Uint8Array;
}

const insertEnvelope = statement((db, values: EnvelopeValues) =>
  db
    .insertInto('outbound_envelopes')
    .columns(['row_id', 'encryption_offset', 'signed_references', 'signer', 'bytes'])
    .expression((eb) =>
      eb
        .selectFrom('outbound')
        .select((row) => [
          'row_id',
          row.val(values.offset).as('encryption_offset'),
          row.val(values.references).as('signed_references'),
          row.val(values.signer).as('signer'),
          row.val<Uint8Array>(values.bytes).as('bytes'),
        ])
        .where('row_id', '=', values.rowId),
    )
    .onConflict((conflict) => conflict.column('row_id').doNothing()),
);

/** Row ids that are due, the longest due first. */
export async function dueOutbound(db: Kysely<Tables>, now: number, limit: number): Promise<readonly RowId[]> {
  const rows = await db
    .selectFrom('outbound')
    .select('row_id')
    .where('next_attempt_at', '<=', now)
    .orderBy('next_attempt_at')
    .orderBy('seq')
    .limit(limit)
    .execute();
  return rows.map((row) => row.row_id);
}

/** Outbound messages, the last kept first. */
export async function listOutbound(
  db: Kysely<Tables>,
  filter: Parameters<MessageStore['listOutbound']>[0],
  page: PageRequest,
): Promise<Page<OutboundMessage>> {
  const slice = sliceOf(page);
  const rows = await joined(db)
    .where(outboundConditions(filter, slice))
    .orderBy('outbound.seq', 'desc')
    .limit(slice.fetch)
    .execute();
  const parts = await partsOf(
    db,
    'outbound',
    rows.map((row) => row.row_id),
  );
  return pageOf(rows, slice, (row) => outboundFrom(row, parts.get(row.row_id)!));
}

/** Gives a failed message a new window: its next attempt is the first of it, whatever its number. */
export async function resendOutbound(
  db: Kysely<Tables>,
  rowId: RowId,
  resend: { readonly at: number; readonly by: string },
): Promise<boolean> {
  const moved = await db
    .updateTable('outbound')
    .set((eb) => ({
      state: 'SEND_ENQUEUED',
      next_attempt_at: resend.at,
      first_attempt_at: null,
      finished_at: null,
      attempts_before: eb.ref('attempts'),
      resent_at: resend.at,
      resent_by: resend.by,
    }))
    .where('row_id', '=', rowId)
    .where('state', '=', 'SEND_FAILURE')
    .executeTakeFirst();
  return moved.numUpdatedRows === 1n;
}

async function one(
  db: Kysely<Tables>,
  column: 'row_id' | 'message_id',
  value: string,
): Promise<OutboundMessage | undefined> {
  const [row]: readonly OutboundRow[] = (await selectOne[column](db, { value })).rows;
  return row === undefined ? undefined : await messageOf(db, row);
}

async function messageOf(db: Kysely<Tables>, row: OutboundRow): Promise<OutboundMessage> {
  // Parts never change once their message is kept, so a second statement sees the same ones.
  const parts = await partsOf(db, 'outbound', [row.row_id]);
  return outboundFrom(row, parts.get(row.row_id)!);
}

const selectOne = {
  row_id: statement((db, { value }: { readonly value: string }) =>
    joined(db).where('outbound.row_id', '=', value),
  ),
  message_id: statement((db, { value }: { readonly value: string }) =>
    joined(db).where('outbound.message_id', '=', value),
  ),
};

function joined(db: Kysely<Tables>) {
  return db
    .selectFrom('outbound')
    .leftJoin('outbound_envelopes', 'outbound_envelopes.row_id', 'outbound.row_id')
    .selectAll('outbound')
    .select([
      'outbound_envelopes.bytes as envelope_bytes',
      'outbound_envelopes.encryption_offset as encryption_offset',
      'outbound_envelopes.signed_references as signed_references',
      'outbound_envelopes.signer as envelope_signer',
    ]);
}

function noSuchRow(rowId: RowId): QuoinError {
  return new QuoinError('store/no-such-row', 'There is no outbound message with this row id.', {
    finding: { check: 'row-exists', field: 'rowId', found: rowId },
  });
}
