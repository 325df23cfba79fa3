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
import { pageOf, sliceOf } from './paging.ts';
import { insertParts, partsOf, storedPartOf } from './parts.ts';
import { outboundFrom, present } from './rows.ts';
import type { OutboundRow } from './rows.ts';
import { outboundConditions, searchColumns } from './search.ts';
import { prepared } from './statement.ts';
import { inFirstAttempt, insertFirstEnvelope } from './first-claim.ts';
import type { Tables } from './tables.ts';
import { hitOne, perform } from './work.ts';
import type { Work } from './work.ts';

/** Keeps a submission with its parts, claimed where told so, in one transaction, or finds the row its MessageId already has. */
export function* insertOutbound(
  message: NewOutboundMessage,
  first?: FirstClaim,
): Work<Awaited<ReturnType<MessageStore['insertOutbound']>>> {
  const inserted = yield* insertRow(newRow(message, first));
  if (!hitOne(inserted)) {
    const kept = yield* one('message_id', message.messageId);
    return { outcome: 'exists', message: kept! };
  }
  yield* insertParts('outbound', message.rowId, message.parts);
  if (first !== undefined) yield* insertFirstEnvelope(message.rowId, first);
  return { outcome: 'kept', message: keptMessage(message, first) };
}

const insertRow = prepared((db, row: ReturnType<typeof newRow>) =>
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
export function findOutbound(messageId: string): Work<OutboundMessage | undefined> {
  return one('message_id', messageId);
}

/** The message with this row id. */
export function getOutbound(rowId: RowId): Work<OutboundMessage | undefined> {
  return one('row_id', rowId);
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
  const rowIds = rows.map((row) => row.row_id);
  const parts = await perform(db, partsOf('outbound', rowIds));
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
export function* one(column: 'row_id' | 'message_id', value: string): Work<OutboundMessage | undefined> {
  const [row]: readonly OutboundRow[] = (yield* selectOne[column]({ value })).rows;
  return row === undefined ? undefined : yield* messageOf(row);
}

/** The message of a row with its parts. */
export function* messageOf(row: OutboundRow): Work<OutboundMessage> {
  // Parts never change once their message is kept, so a second statement sees the same ones.
  const parts = yield* partsOf('outbound', [row.row_id]);
  return outboundFrom(row, parts.get(row.row_id)!);
}

const selectOne = {
  row_id: prepared((db, { value }: { readonly value: string }) =>
    joined(db).where('outbound.row_id', '=', value),
  ),
  message_id: prepared((db, { value }: { readonly value: string }) =>
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
