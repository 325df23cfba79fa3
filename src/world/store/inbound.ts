import type { Insertable, Kysely, Selectable, Transaction } from 'kysely';
import { QuoinError } from '../../protocol/errors/index.ts';
import { mayMove } from '../../msh/ports/index.ts';
import type {
  EventData,
  InboundMessage,
  InboundState,
  MessageStore,
  NewInboundMessage,
  Page,
  PageRequest,
  ReceivedEnvelope,
  RowId,
} from '../../msh/ports/index.ts';
import type { Engine } from './engine.ts';
import { repeated } from './lists.ts';
import { pageOf, sliceOf } from './paging.ts';
import { insertParts, partsOf, storedPartOf } from './parts.ts';
import { inboundFrom, present, receiptColumns, receivedEnvelopeFrom } from './rows.ts';
import { inboundConditions, searchColumns } from './search.ts';
import { statement } from './statement.ts';
import type { InboundTable, ReceivedEnvelopeTable, Tables } from './tables.ts';
import type { Tell, Told } from './tell.ts';

/** The columns of a message that nobody has leased. */
export const FREE = { lease_id: null, leased_by: null, lease_until: null } as const;

/** Keeps a received message with its parts and receipt in one transaction, or finds the copy kept first. */
export async function insertInbound(
  db: Kysely<Tables>,
  tell: Tell,
  message: NewInboundMessage,
): ReturnType<MessageStore['insertInbound']> {
  return await db.transaction().execute(async (transaction) => {
    const inserted = await insertRow(transaction, newRow(message));
    if (inserted.numAffectedRows !== 1n) {
      const kept = await findDuplicate(transaction, message.sender, message.messageId);
      return { outcome: 'duplicate', message: kept! };
    }
    await insertParts(transaction, 'inbound', message.rowId, message.parts);
    if (message.envelope !== undefined) {
      const { bytes, contentType } = message.envelope;
      await insertEnvelope(transaction, { row_id: message.rowId, content_type: contentType, bytes });
    }
    if (message.deliverable)
      await tell(transaction, {
        type: 'eu.quoin.message.received',
        at: message.receivedAt,
        direction: 'in',
        ...message,
        data: documentSummary(message),
      });
    return { outcome: 'fresh', message: received(message) };
  });
}

/** Of a document that was checked an event has the rules only. */
function documentSummary({ document }: NewInboundMessage): EventData {
  if (document === undefined) return {};
  const { verdict, version, findings } = document;
  return { document: { verdict, version, rules: [...new Set(findings.map(({ rule }) => rule))] } };
}

/** Messages whose refusal is to be answered, the first kept first. */
export async function dueAnswers(db: Kysely<Tables>, limit: number): Promise<readonly RowId[]> {
  const rows = await db
    .selectFrom('inbound')
    .select('row_id')
    .where('answer', '=', 'due')
    .orderBy('seq')
    .limit(limit)
    .execute();
  return rows.map((row) => row.row_id);
}

/** Notes what became of an answer that was due; false when that is noted already. */
export async function settleAnswer(
  db: Kysely<Tables>,
  rowId: RowId,
  outcome: 'given' | 'given-up',
): Promise<boolean> {
  const settled = await db
    .updateTable('inbound')
    .set({ answer: outcome })
    .where('row_id', '=', rowId)
    .where('answer', '=', 'due')
    .executeTakeFirst();
  return settled.numUpdatedRows === 1n;
}

const insertRow = statement((db, row: ReturnType<typeof newRow>) =>
  db
    .insertInto('inbound')
    .values(row)
    .onConflict((conflict) => conflict.columns(['message_id', 'sender']).doNothing()),
);

function newRow(message: NewInboundMessage) {
  return {
    row_id: message.rowId,
    message_id: message.messageId,
    sender: message.sender,
    pmode_id: message.pmodeId,
    leg: message.leg,
    state: 'RECEIVED',
    partner: message.partner,
    ...searchColumns(message.userMessage),
    user_message: JSON.stringify(message.userMessage),
    signed_references: JSON.stringify(message.references),
    signer: message.signer ?? null,
    ...receiptColumns(message.receipt),
    deliverable: message.deliverable ? 1 : 0,
    received_at: message.receivedAt,
    duplicates: 0,
    document: message.document === undefined ? null : JSON.stringify(message.document),
    answer: message.answer ?? null,
  };
}

const insertEnvelope = statement((db, row: Insertable<ReceivedEnvelopeTable>) =>
  db.insertInto('inbound_envelopes').values(row),
);

/** A received message as it stands in the row that was just written for it. */
function received({ envelope: _envelope, ...message }: NewInboundMessage): InboundMessage {
  return present<InboundMessage>({
    ...message,
    parts: message.parts.map(storedPartOf),
    state: 'RECEIVED',
    duplicates: 0,
  });
}

/** All messages with this MessageId, one a sender at most, the first kept first. */
export async function findInbound(db: Kysely<Tables>, messageId: string): Promise<readonly InboundMessage[]> {
  const rows = await db
    .selectFrom('inbound')
    .selectAll()
    .where('message_id', '=', messageId)
    .orderBy('seq')
    .execute();
  const parts = await partsOf(
    db,
    'inbound',
    rows.map((row) => row.row_id),
  );
  return rows.map((row) => inboundFrom(row, parts.get(row.row_id)!));
}

/** The copy kept for this sender and MessageId. */
export async function findDuplicate(
  db: Kysely<Tables>,
  sender: string,
  messageId: string,
): Promise<InboundMessage | undefined> {
  const [row] = (await selectDuplicate(db, { messageId, sender })).rows;
  return row === undefined ? undefined : await messageOf(db, row);
}

const selectDuplicate = statement(
  (db, { messageId, sender }: { readonly messageId: string; readonly sender: string }) =>
    db.selectFrom('inbound').selectAll().where('message_id', '=', messageId).where('sender', '=', sender),
);

/** Counts one more copy of a message. */
export async function countDuplicate(db: Kysely<Tables>, rowId: RowId): Promise<void> {
  await db
    .updateTable('inbound')
    .set((eb) => ({ duplicates: eb('duplicates', '+', 1) }))
    .where('row_id', '=', rowId)
    .execute();
}

/** The message with this row id. */
export async function getInbound(db: Kysely<Tables>, rowId: RowId): Promise<InboundMessage | undefined> {
  const row = await db.selectFrom('inbound').selectAll().where('row_id', '=', rowId).executeTakeFirst();
  return row === undefined ? undefined : await messageOf(db, row);
}

/** The messages with these row ids, in no order. */
export async function inboundIn(
  db: Kysely<Tables>,
  rowIds: readonly RowId[],
): Promise<readonly InboundMessage[]> {
  if (rowIds.length === 0) return [];
  const rows = await db.selectFrom('inbound').selectAll().where('row_id', 'in', repeated(rowIds)).execute();
  const parts = await partsOf(db, 'inbound', rowIds);
  return rows.map((row) => inboundFrom(row, parts.get(row.row_id)!));
}

/** The message of a row with its parts. */
export async function messageOf(db: Kysely<Tables>, row: Selectable<InboundTable>): Promise<InboundMessage> {
  const parts = await partsOf(db, 'inbound', [row.row_id]);
  return inboundFrom(row, parts.get(row.row_id)!);
}

/** Deliverable messages, the first kept first; none that another may still come before. */
export async function listInbound(
  db: Kysely<Tables>,
  engine: Pick<Engine, 'settledUpTo'>,
  filter: Parameters<MessageStore['listInbound']>[0],
  page: PageRequest,
): Promise<Page<InboundMessage>> {
  const slice = sliceOf(page);
  const settled = await engine.settledUpTo(db, 'inbound');
  let query = db
    .selectFrom('inbound')
    .selectAll()
    .where(inboundConditions(filter, slice))
    .orderBy('seq')
    .limit(slice.fetch);
  if (settled !== undefined) query = query.where('seq', '<=', settled);
  const rows = await query.execute();
  const parts = await partsOf(
    db,
    'inbound',
    rows.map((row) => row.row_id),
  );
  return pageOf(rows, slice, (row) => inboundFrom(row, parts.get(row.row_id)!));
}

/** The SOAP part of a message as it came. */
export async function inboundEnvelope(
  db: Kysely<Tables>,
  rowId: RowId,
): Promise<ReceivedEnvelope | undefined> {
  const row = await db
    .selectFrom('inbound_envelopes')
    .selectAll()
    .where('row_id', '=', rowId)
    .executeTakeFirst();
  return row === undefined ? undefined : receivedEnvelopeFrom(row);
}

/** Moves a message from one state to another by compare-and-set. Throws `store/no-such-move` for a move the table has not. */
export async function moveInbound(
  db: Kysely<Tables>,
  tell: Tell,
  rowId: RowId,
  from: InboundState,
  to: InboundState,
  at: number,
): Promise<boolean> {
  if (!mayMove(from, to)) throw noSuchMove(from, to);
  return await db.transaction().execute(async (transaction) => {
    const moved = await transaction
      .updateTable('inbound')
      .set({
        state: to,
        ...FREE,
        ...(to === 'DELETED' ? {} : { downloaded_at: to === 'DOWNLOADED' ? at : null }),
      })
      .where('row_id', '=', rowId)
      .where('state', '=', from)
      .executeTakeFirst();
    if (moved.numUpdatedRows !== 1n) return false;
    if (to === 'DOWNLOADED') await tellDelivered(transaction, tell, rowId, at);
    if (to === 'RECEIVED')
      await tellKept(transaction, tell, {
        type: 'eu.quoin.message.received',
        at,
        rowId,
        data: { redelivered: true },
      });
    return true;
  });
}

/** Tells that the backend has taken the message. */
export async function tellDelivered(
  transaction: Transaction<Tables>,
  tell: Tell,
  rowId: RowId,
  at: number,
): Promise<void> {
  await tellKept(transaction, tell, { type: 'eu.quoin.message.delivered', at, rowId, data: {} });
}

/** Tells something of a message that is kept. */
async function tellKept(
  transaction: Transaction<Tables>,
  tell: Tell,
  told: Pick<Told, 'type' | 'at' | 'rowId' | 'data'>,
): Promise<void> {
  const { rowId } = told;
  const row = await transaction
    .selectFrom('inbound')
    .select(['pmode_id', 'partner', 'user_message'])
    .where('row_id', '=', rowId)
    .executeTakeFirstOrThrow();
  await tell(transaction, {
    ...told,
    direction: 'in',
    pmodeId: row.pmode_id,
    partner: row.partner,
    userMessage: JSON.parse(row.user_message) as InboundMessage['userMessage'],
  });
}

function noSuchMove(from: InboundState, to: InboundState): QuoinError {
  return new QuoinError('store/no-such-move', 'The state table has no such move.', {
    finding: { check: 'state-table', expected: `a move from ${from}`, found: to },
  });
}
