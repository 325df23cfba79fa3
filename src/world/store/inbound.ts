import type { Insertable, Kysely, Selectable } from 'kysely';
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
import { pageOf, sliceOf } from './paging.ts';
import { insertParts, partsOf, storedPartOf } from './parts.ts';
import { inboundFrom, present, receiptColumns, receivedEnvelopeFrom } from './rows.ts';
import { inboundConditions, searchColumns } from './search.ts';
import { prepared } from './statement.ts';
import type { InboundTable, ReceivedEnvelopeTable, Tables } from './tables.ts';
import type { Tell, Told } from './tell.ts';
import { hitOne, perform, step } from './work.ts';
import type { Work } from './work.ts';

/** The columns of a message that nobody has leased. */
export const FREE = { lease_id: null, leased_by: null, lease_until: null } as const;

/** Keeps a received message with its parts and receipt in one transaction, or finds the copy kept first. */
export function* insertInbound(
  tell: Tell,
  message: NewInboundMessage,
): Work<Awaited<ReturnType<MessageStore['insertInbound']>>> {
  const inserted = yield* insertRow(newRow(message));
  if (!hitOne(inserted)) {
    const kept = yield* findDuplicate(message.sender, message.messageId);
    return { outcome: 'duplicate', message: kept! };
  }
  yield* insertParts('inbound', message.rowId, message.parts);
  if (message.envelope !== undefined) {
    const { bytes, contentType } = message.envelope;
    yield* insertEnvelope({ row_id: message.rowId, content_type: contentType, bytes });
  }
  if (message.deliverable) yield* tellReceived(tell, message);
  return { outcome: 'fresh', message: received(message) };
}

function tellReceived(tell: Tell, message: NewInboundMessage): Work<void> {
  const { rowId, pmodeId, partner, userMessage, receivedAt: at } = message;
  const data = documentSummary(message);
  return tell({
    type: 'eu.quoin.message.received',
    at,
    direction: 'in',
    rowId,
    pmodeId,
    partner,
    userMessage,
    data,
  });
}

/** Of a document that was checked an event has the rules only. */
function documentSummary({ document }: NewInboundMessage): EventData {
  if (document === undefined) return {};
  const { verdict, version, findings } = document;
  return { document: { verdict, version, rules: [...new Set(findings.map(({ rule }) => rule))] } };
}

/** Messages whose refusal is to be answered, the first kept first. */
export function* dueAnswers(limit: number): Work<readonly RowId[]> {
  const { rows } = yield* step((db) =>
    db.selectFrom('inbound').select('row_id').where('answer', '=', 'due').orderBy('seq').limit(limit),
  );
  return rows.map((row) => row.row_id);
}

/** Notes what became of an answer that was due; false when that is noted already. */
export function* settleAnswer(rowId: RowId, outcome: 'given' | 'given-up'): Work<boolean> {
  const settled = yield* step((db) =>
    db
      .updateTable('inbound')
      .set({ answer: outcome })
      .where('row_id', '=', rowId)
      .where('answer', '=', 'due'),
  );
  return hitOne(settled);
}

const insertRow = prepared((db, row: ReturnType<typeof newRow>) =>
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

const insertEnvelope = prepared((db, row: Insertable<ReceivedEnvelopeTable>) =>
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
export function* findInbound(messageId: string): Work<readonly InboundMessage[]> {
  const { rows } = yield* step((db) =>
    db.selectFrom('inbound').selectAll().where('message_id', '=', messageId).orderBy('seq'),
  );
  return yield* messagesOf(rows);
}

/** The copy kept for this sender and MessageId. */
export function* findDuplicate(sender: string, messageId: string): Work<InboundMessage | undefined> {
  const { rows } = yield* selectDuplicate({ messageId, sender });
  return (yield* messagesOf(rows))[0];
}

const selectDuplicate = prepared(
  (db, { messageId, sender }: { readonly messageId: string; readonly sender: string }) =>
    db.selectFrom('inbound').selectAll().where('message_id', '=', messageId).where('sender', '=', sender),
);

/** Counts one more copy of a message. */
export function* countDuplicate(rowId: RowId): Work<void> {
  yield* step((db) =>
    db
      .updateTable('inbound')
      .set((eb) => ({ duplicates: eb('duplicates', '+', 1) }))
      .where('row_id', '=', rowId),
  );
}

/** The message with this row id. */
export function* getInbound(rowId: RowId): Work<InboundMessage | undefined> {
  const { rows } = yield* step((db) => db.selectFrom('inbound').selectAll().where('row_id', '=', rowId));
  return (yield* messagesOf(rows))[0];
}

/** The messages of rows with their parts. */
function* messagesOf(rows: readonly Selectable<InboundTable>[]): Work<readonly InboundMessage[]> {
  const parts = yield* partsOf(
    'inbound',
    rows.map((row) => row.row_id),
  );
  return rows.map((row) => inboundFrom(row, parts.get(row.row_id)!));
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
  const rowIds = rows.map((row) => row.row_id);
  const parts = await perform(db, partsOf('inbound', rowIds));
  return pageOf(rows, slice, (row) => inboundFrom(row, parts.get(row.row_id)!));
}

/** The SOAP part of a message as it came. */
export function* inboundEnvelope(rowId: RowId): Work<ReceivedEnvelope | undefined> {
  const { rows } = yield* step((db) =>
    db.selectFrom('inbound_envelopes').selectAll().where('row_id', '=', rowId),
  );
  return rows[0] === undefined ? undefined : receivedEnvelopeFrom(rows[0]);
}

/** Moves a message from one state to another by compare-and-set. Throws `store/no-such-move` for a move the table has not. */
export function* moveInbound(
  tell: Tell,
  rowId: RowId,
  from: InboundState,
  to: InboundState,
  at: number,
): Work<boolean> {
  if (!mayMove(from, to)) throw noSuchMove(from, to);
  const moved = yield* step((db) =>
    db
      .updateTable('inbound')
      .set({
        state: to,
        ...FREE,
        ...(to === 'DELETED' ? {} : { downloaded_at: to === 'DOWNLOADED' ? at : null }),
      })
      .where('row_id', '=', rowId)
      .where('state', '=', from),
  );
  if (!hitOne(moved)) return false;
  if (to === 'DOWNLOADED') yield* tellDelivered(tell, rowId, at);
  if (to === 'RECEIVED')
    yield* tellKept(tell, { type: 'eu.quoin.message.received', at, rowId, data: { redelivered: true } });
  return true;
}

/** Tells that the backend has taken the message. */
export function tellDelivered(tell: Tell, rowId: RowId, at: number): Work<void> {
  return tellKept(tell, { type: 'eu.quoin.message.delivered', at, rowId, data: {} });
}

/** Tells something of a message that is kept. */
function* tellKept(tell: Tell, told: Pick<Told, 'type' | 'at' | 'rowId' | 'data'>): Work<void> {
  const { rows } = yield* step((db) =>
    db.selectFrom('inbound').select(['pmode_id', 'partner', 'user_message']).where('row_id', '=', told.rowId),
  );
  const row = rows[0]!;
  yield* tell({
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
