import type { Kysely } from 'kysely';
import type {
  FirstClaim,
  MessageStore,
  NewOutboundMessage,
  OutboundMessage,
  Page,
  PageRequest,
  RowId,
} from '../../msh/ports/index.ts';
import { repeated } from './lists.ts';
import { pageOf, sliceOf } from './paging.ts';
import { insertParts, partsOf, storedPartOf } from './parts.ts';
import { outboundFrom, present } from './rows.ts';
import type { OutboundRow } from './rows.ts';
import { outboundConditions, searchColumns } from './search.ts';
import { statement } from './statement.ts';
import { inFirstAttempt, insertFirstEnvelope } from './first-claim.ts';
import type { Tables } from './tables.ts';

/** Keeps a submission with its parts, claimed where told so, in one transaction, or finds the row its MessageId already has. */
export async function insertOutbound(
  db: Kysely<Tables>,
  message: NewOutboundMessage,
  first?: FirstClaim,
): ReturnType<MessageStore['insertOutbound']> {
  return await db.transaction().execute(async (transaction) => {
    const inserted = await insertRow(transaction, newRow(message, first));
    if (inserted.numAffectedRows === 1n) {
      await insertParts(transaction, 'outbound', message.rowId, message.parts);
      if (first !== undefined) await insertFirstEnvelope(transaction, message.rowId, first);
      return { outcome: 'kept', message: keptMessage(message, first) };
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

function newRow(message: NewOutboundMessage, first: FirstClaim | undefined) {
  return {
    row_id: message.rowId,
    message_id: message.messageId,
    pmode_id: message.pmodeId,
    leg: message.leg,
    partner: message.partner,
    ...searchColumns(message.userMessage),
    user_message: JSON.stringify(message.userMessage),
    fingerprint: message.fingerprint,
    submitted_at: message.submittedAt,
    ...(first === undefined ? untried(message.submittedAt) : inFirstAttempt(first)),
    retry_policy: message.retryPolicy === undefined ? null : JSON.stringify(message.retryPolicy),
  };
}

function untried(submittedAt: number) {
  return {
    state: 'SEND_ENQUEUED',
    attempts: 0,
    next_attempt_at: submittedAt,
    leased_until: null,
    first_attempt_at: null,
  };
}

/** A submission as it stands in the row that was just written for it. */
function keptMessage(message: NewOutboundMessage, first: FirstClaim | undefined): OutboundMessage {
  const parts = message.parts.map(storedPartOf);
  const { submittedAt } = message;
  const enqueued = {
    ...message,
    parts,
    state: 'SEND_ENQUEUED',
    attempts: 0,
    nextAttemptAt: submittedAt,
  } as const;
  if (first === undefined) return present<OutboundMessage>(enqueued);
  const until = first.at + first.leaseMs;
  return present<OutboundMessage>({
    ...enqueued,
    state: 'WAITING_FOR_RECEIPT',
    attempts: 1,
    nextAttemptAt: until,
    leasedUntil: until,
    firstAttemptAt: first.at,
    envelope: first.envelope,
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

/** The messages with these row ids, in no order. */
export async function outboundIn(
  db: Kysely<Tables>,
  rowIds: readonly RowId[],
): Promise<readonly OutboundMessage[]> {
  if (rowIds.length === 0) return [];
  const rows = await joined(db).where('outbound.row_id', 'in', repeated(rowIds)).execute();
  const parts = await partsOf(db, 'outbound', rowIds);
  return rows.map((row) => outboundFrom(row, parts.get(row.row_id)!));
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

/** The message with this value in one of the two columns that tell messages apart. */
export async function one(
  db: Kysely<Tables>,
  column: 'row_id' | 'message_id',
  value: string,
): Promise<OutboundMessage | undefined> {
  const [row]: readonly OutboundRow[] = (await selectOne[column](db, { value })).rows;
  return row === undefined ? undefined : await messageOf(db, row);
}

/** The message of a row with its parts. */
export async function messageOf(db: Kysely<Tables>, row: OutboundRow): Promise<OutboundMessage> {
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
