import type { ExpressionBuilder, Kysely, Selectable } from 'kysely';
import { QuoinError } from '../../protocol/errors/index.ts';
import type {
  EventBounds,
  EventCursor,
  EventFilter,
  EventPage,
  EventRequest,
  MessageEvent,
} from '../../msh/ports/index.ts';
import type { Engine } from './engine.ts';
import { sliceOf } from './paging.ts';
import { present } from './rows.ts';
import type { EventTable, Tables } from './tables.ts';

/** Tells readers how far they may go. */
type Settling = Pick<Engine, 'settledUpTo'>;

/** Events one trim takes away at most, so that no transaction takes long. */
const TRIM_AT_ONCE = 1000;

/** Events in their order, from after a cursor. Throws `store/bad-page`, `store/events-gone`. */
export async function listEvents(
  db: Kysely<Tables>,
  engine: Settling,
  filter: EventFilter,
  request: EventRequest,
): Promise<EventPage> {
  const { fetch } = sliceOf({ limit: request.limit });
  const after = seqOf(request.after);
  const settled = await engine.settledUpTo(db, 'events');
  const rows = await db
    .selectFrom('events')
    .selectAll()
    .where('seq', '>', after)
    .$if(settled !== undefined, (query) => query.where('seq', '<=', settled!))
    .where((eb) => eb.and(conditions(eb, filter)))
    .orderBy('seq')
    .limit(fetch)
    .execute();
  // Asked afterwards: what was trimmed before the look above is known to be gone now.
  await refuseGone(db, after);
  const items = rows.slice(0, request.limit).map(eventFrom);
  const cursor = items.at(-1)?.cursor ?? cursorOf(after);
  return { items, cursor, more: rows.length >= fetch };
}

function conditions(eb: ExpressionBuilder<Tables, 'events'>, filter: EventFilter) {
  const { types, conversationId, messageId, since, parties } = filter;
  return [
    ...(types === undefined ? [] : [eb('type', 'in', [...types])]),
    ...(conversationId === undefined ? [] : [eb('conversation_id', '=', conversationId)]),
    ...(messageId === undefined ? [] : [eb('message_id', '=', messageId)]),
    ...(since === undefined ? [] : [eb('at', '>=', since)]),
    ...(parties === undefined ? [] : [ofParties(eb, parties)]),
  ];
}

function ofParties(eb: ExpressionBuilder<Tables, 'events'>, parties: readonly string[]) {
  // A list nobody is on is a restriction too; "in ()" is not SQL everywhere.
  const named = parties.length === 0 ? [''] : [...parties];
  return eb.or([
    eb.and([eb('direction', '=', 'out'), eb('original_sender', 'in', named)]),
    eb.and([eb('direction', '=', 'in'), eb('final_recipient', 'in', named)]),
  ]);
}

/** The place of the last event that was ever written. */
export async function lastEvent(db: Kysely<Tables>, engine: Settling): Promise<EventCursor> {
  return cursorOf(await lastSeq(db, engine));
}

/** The number of the last event that no other may still come before, also when it is no longer kept. */
export async function lastSeq(db: Kysely<Tables>, engine: Settling): Promise<number> {
  const settled = await engine.settledUpTo(db, 'events');
  const row = await db
    .selectFrom('events')
    .select((eb) => eb.fn.max('seq').as('seq'))
    .$if(settled !== undefined, (query) => query.where('seq', '<=', settled!))
    .executeTakeFirst();
  return Math.max(Number(row?.seq ?? 0), await goneThrough(db));
}

/** Refuses a cursor behind which events are missing. The very beginning is none: whoever starts there takes what is kept. */
async function refuseGone(db: Kysely<Tables>, after: number): Promise<void> {
  const gone = after === 0 ? 0 : await goneThrough(db);
  if (after >= gone) return;
  throw new QuoinError('store/events-gone', 'Events after this cursor are no longer kept.', {
    finding: {
      check: 'events-kept',
      field: 'after',
      expected: `${cursorOf(gone)} or later`,
      found: cursorOf(after),
      advice: 'Begin again without a cursor, and look up by the message lists what was missed.',
    },
  });
}

async function goneThrough(db: Kysely<Tables>): Promise<number> {
  const row = await db.selectFrom('events_gone').select('through').executeTakeFirst();
  return row?.through ?? 0;
}

/** Removes the oldest events that may go, with their deliveries. */
export async function trimEvents(db: Kysely<Tables>, engine: Settling, bounds: EventBounds): Promise<number> {
  return await db.transaction().execute(async (transaction) => {
    const oldest = await transaction
      .selectFrom('events')
      .select(['seq', 'at'])
      .orderBy('seq')
      .limit(TRIM_AT_ONCE)
      .execute();
    const [first] = oldest;
    if (first === undefined) return 0;
    const old = oldest.findLast(({ at }) => at < bounds.before)?.seq ?? 0;
    const upTo = Math.min(await trimmable(transaction, engine, bounds, old), oldest.at(-1)!.seq);
    if (upTo < first.seq) return 0;
    await transaction.deleteFrom('webhook_deliveries').where('event_seq', '<=', upTo).execute();
    const removed = await transaction.deleteFrom('events').where('seq', '<=', upTo).executeTakeFirst();
    await transaction
      .insertInto('events_gone')
      .values({ id: 1, through: upTo })
      .onConflict((conflict) => conflict.column('id').doUpdateSet({ through: upTo }))
      .execute();
    return Number(removed.numDeletedRows);
  });
}

/** The last event that is superfluous, or `old`, and that no webhook in use still needs. */
async function trimmable(
  db: Kysely<Tables>,
  engine: Settling,
  bounds: EventBounds,
  old: number,
): Promise<number> {
  const last = await lastSeq(db, engine);
  const waiting = await db
    .selectFrom('webhook_deliveries')
    .select((eb) => eb.fn.min('event_seq').as('seq'))
    .where('state', '=', 'PENDING')
    .executeTakeFirst();
  const unread = await db
    .selectFrom('webhooks')
    .select((eb) => eb.fn.min('cursor').as('seq'))
    .where('seen_at', '>=', bounds.webhooksSeenSince)
    .executeTakeFirst();
  return Math.min(
    last,
    Math.max(old, last - bounds.keep),
    waiting?.seq == null ? Infinity : Number(waiting.seq) - 1,
    unread?.seq == null ? Infinity : Number(unread.seq),
  );
}

/** The cursor of an event's number: text that sorts like the numbers. */
export function cursorOf(seq: number): EventCursor {
  return String(seq).padStart(12, '0');
}

/** The number a cursor stands for; 0 for none. Throws `store/bad-page`. */
export function seqOf(cursor: EventCursor | undefined): number {
  if (cursor === undefined) return 0;
  if (/^\d{1,15}$/.test(cursor)) return Number(cursor);
  throw new QuoinError('store/bad-page', 'This page cannot be asked for.', {
    finding: {
      check: 'page-request',
      field: 'after',
      expected: 'the cursor of an event, or 0 for the beginning',
      found: cursor.slice(0, 40),
    },
  });
}

/** An event from its row. */
export function eventFrom(row: Selectable<EventTable>): MessageEvent {
  return present<MessageEvent>({
    cursor: cursorOf(row.seq),
    id: row.id,
    type: row.type as MessageEvent['type'],
    at: row.at,
    direction: row.direction as MessageEvent['direction'],
    rowId: row.row_id,
    messageId: row.message_id,
    conversationId: row.conversation_id,
    refToMessageId: row.ref_to_message_id ?? undefined,
    service: row.service,
    action: row.action,
    partner: row.partner ?? undefined,
    pmodeId: row.pmode_id,
    originalSender: row.original_sender ?? undefined,
    finalRecipient: row.final_recipient ?? undefined,
    data: JSON.parse(row.data) as MessageEvent['data'],
  });
}
