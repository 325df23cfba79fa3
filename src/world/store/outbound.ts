import type { Kysely, Transaction } from 'kysely';
import { QuoinError } from '../../protocol/errors/index.ts';
import { CLAIMABLE_STATES, FINAL_STATES } from '../../msh/ports/index.ts';
import type {
  Attempt,
  EventType,
  KeptEnvelope,
  MessageStore,
  NewOutboundMessage,
  OutboundMessage,
  Page,
  PageRequest,
  RowId,
  Settlement,
} from '../../msh/ports/index.ts';
import { pageOf, sliceOf } from './paging.ts';
import { insertParts, partsOf, storedPartOf } from './parts.ts';
import { attemptFrom, failureColumn, outboundFrom, present, receiptColumns } from './rows.ts';
import type { OutboundRow } from './rows.ts';
import { outboundConditions, searchColumns } from './search.ts';
import type { Tables } from './tables.ts';
import { summaryOf } from './tell.ts';
import type { Tell } from './tell.ts';

/** Keeps a submission with its parts in one transaction, or finds the row its MessageId already has. */
export async function insertOutbound(
  db: Kysely<Tables>,
  message: NewOutboundMessage,
): ReturnType<MessageStore['insertOutbound']> {
  return await db.transaction().execute(async (transaction) => {
    const inserted = await transaction
      .insertInto('outbound')
      .values({
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
      })
      .onConflict((conflict) => conflict.column('message_id').doNothing())
      .executeTakeFirst();
    if (inserted.numInsertedOrUpdatedRows === 1n) {
      await insertParts(transaction, 'outbound', message.rowId, message.parts);
      return { outcome: 'kept', message: enqueued(message) };
    }
    const kept = await one(transaction, 'message_id', message.messageId);
    return { outcome: 'exists', message: kept! };
  });
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
  const claimed = await db
    .updateTable('outbound')
    .set((eb) => ({
      state: 'WAITING_FOR_RECEIPT',
      attempts: eb('attempts', '+', 1),
      leased_until: now + leaseMs,
      next_attempt_at: now + leaseMs,
      first_attempt_at: eb.fn.coalesce('first_attempt_at', eb.val(now)),
    }))
    .where('row_id', '=', rowId)
    .where('state', 'in', CLAIMABLE_STATES)
    .where('next_attempt_at', '<=', now)
    .executeTakeFirst();
  // From here on the row is this worker's: nobody changes it before it is read.
  return claimed.numUpdatedRows === 1n ? await one(db, 'row_id', rowId) : undefined;
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
  const columns = ['row_id', 'encryption_offset', 'signed_references', 'signer', 'bytes'] as const;
  const inserted = await db
    .insertInto('outbound_envelopes')
    .columns(columns)
    .expression((eb) =>
      eb
        .selectFrom('outbound')
        .select((row) => [
          'row_id',
          row.val(envelope.encryptionOffset).as('encryption_offset'),
          row.val(JSON.stringify(envelope.references)).as('signed_references'),
          row.val(envelope.signer).as('signer'),
          row.val<Uint8Array>(envelope.bytes).as('bytes'),
        ])
        .where('row_id', '=', rowId),
    )
    .onConflict((conflict) => conflict.column('row_id').doNothing())
    .executeTakeFirst();
  if (inserted.numInsertedOrUpdatedRows === 1n) return envelope;
  const kept = await one(db, 'row_id', rowId);
  if (kept?.envelope === undefined) throw noSuchRow(rowId);
  return kept.envelope;
}

/** Moves the message and writes the attempt in one transaction, if the attempt still holds the row. */
export async function settleAttempt(
  db: Kysely<Tables>,
  tell: Tell,
  rowId: RowId,
  attempt: Attempt,
  settlement: Settlement,
): Promise<boolean> {
  return await db.transaction().execute(async (transaction) => {
    const moved = await transaction
      .updateTable('outbound')
      .set(settled(settlement))
      .where('row_id', '=', rowId)
      .where('state', '=', 'WAITING_FOR_RECEIPT')
      .where('attempts', '=', attempt.number)
      .returning(['pmode_id', 'partner', 'user_message', 'attempts'])
      .executeTakeFirst();
    if (moved === undefined) return false;
    await transaction
      .insertInto('attempts')
      .values({
        row_id: rowId,
        number: attempt.number,
        started_at: attempt.startedAt,
        ended_at: attempt.endedAt,
        address: attempt.address,
        outcome: attempt.outcome,
        http_status: attempt.httpStatus ?? null,
        recipient: attempt.recipient ?? null,
        failure: failureColumn(attempt.failure),
      })
      .execute();
    await tellOutcome(transaction, tell, { rowId, ...moved }, settlement);
    return true;
  });
}

/** What a final state is told as. */
const OUTCOMES: Readonly<Partial<Record<Settlement['state'], EventType>>> = {
  ACKNOWLEDGED: 'eu.quoin.message.acknowledged',
  SEND_FAILURE: 'eu.quoin.message.failed',
};

async function tellOutcome(
  transaction: Transaction<Tables>,
  tell: Tell,
  row: Pick<OutboundRow, 'pmode_id' | 'partner' | 'user_message' | 'attempts'> & { readonly rowId: RowId },
  settlement: Settlement,
): Promise<void> {
  const type = OUTCOMES[settlement.state];
  if (type === undefined) return;
  const receiptId = settlement.receipt?.messageId;
  await tell(transaction, {
    type,
    at: settlement.at,
    direction: 'out',
    rowId: row.rowId,
    pmodeId: row.pmode_id,
    partner: row.partner,
    userMessage: JSON.parse(row.user_message) as OutboundMessage['userMessage'],
    data: {
      attempts: row.attempts,
      ...(receiptId === undefined ? {} : { receiptId }),
      ...summaryOf(settlement.failure),
    },
  });
}

/** The columns a settlement changes. The failure of an earlier attempt does not outlive an acknowledgement. */
function settled(settlement: Settlement) {
  const final = FINAL_STATES.includes(settlement.state);
  return {
    state: settlement.state,
    // A row that waits must be due some time, or it would never be looked at again.
    next_attempt_at: final ? null : (settlement.nextAttemptAt ?? settlement.at),
    leased_until: null,
    finished_at: final ? settlement.at : null,
    failure: failureColumn(settlement.failure),
    ...(settlement.receipt === undefined ? {} : receiptColumns(settlement.receipt)),
  };
}

/** The attempts of a message by number. */
export async function attemptsOf(db: Kysely<Tables>, rowId: RowId): Promise<readonly Attempt[]> {
  const rows = await db
    .selectFrom('attempts')
    .selectAll()
    .where('row_id', '=', rowId)
    .orderBy('number')
    .execute();
  return rows.map(attemptFrom);
}

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
  const row: OutboundRow | undefined = await joined(db)
    .where(`outbound.${column}`, '=', value)
    .executeTakeFirst();
  if (row === undefined) return undefined;
  // Parts never change once their message is kept, so a second statement sees the same ones.
  const parts = await partsOf(db, 'outbound', [row.row_id]);
  return outboundFrom(row, parts.get(row.row_id)!);
}

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
