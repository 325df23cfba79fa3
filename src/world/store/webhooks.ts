import { randomUUID } from 'node:crypto';
import type { Kysely, Selectable, Transaction } from 'kysely';
import { timeOrderedUuid } from '../../protocol/ebms/index.ts';
import type { FanOut, Replay, Replayed, WebhookState } from '../../msh/ports/index.ts';
import type { Engine } from './engine.ts';
import { cursorOf, eventFrom, lastSeq, listEvents, seqOf } from './events.ts';
import { failureFrom, present } from './rows.ts';
import type { EventTable, Tables, WebhookTable } from './tables.ts';

/** Events looked at in one transaction. */
const FAN_OUT_AT_ONCE = 200;
const REPLAY_AT_ONCE = 1000;

/** Notes that these webhooks are configured; a new one begins after the last event there is. */
export async function openWebhooks(
  db: Kysely<Tables>,
  engine: Pick<Engine, 'settledUpTo'>,
  names: readonly string[],
  now: number,
): Promise<void> {
  await db.transaction().execute(async (transaction) => {
    const cursor = await lastSeq(transaction, engine);
    for (const name of [...names].sort())
      await transaction
        .insertInto('webhooks')
        .values({ name, cursor, seen_at: now })
        .onConflict((conflict) => conflict.column('name').doUpdateSet({ seen_at: now }))
        .execute();
  });
}

/** How each webhook stands, by name. */
export async function listWebhooks(db: Kysely<Tables>): Promise<readonly WebhookState[]> {
  const rows = await db.selectFrom('webhooks').selectAll().orderBy('name').execute();
  return await Promise.all(rows.map((row) => stateOf(db, row)));
}

async function stateOf(db: Kysely<Tables>, row: Selectable<WebhookTable>): Promise<WebhookState> {
  const waiting = await db
    .selectFrom('webhook_deliveries')
    .select((eb) => [eb.fn.countAll().as('count'), eb.fn.min('created_at').as('oldest')])
    .where('webhook', '=', row.name)
    .where('state', '=', 'PENDING')
    .executeTakeFirstOrThrow();
  const failed = await db
    .selectFrom('webhook_deliveries')
    .select((eb) => eb.fn.countAll().as('count'))
    .where('webhook', '=', row.name)
    .where('state', '=', 'FAILED')
    .executeTakeFirstOrThrow();
  return present<WebhookState>({
    name: row.name,
    cursor: cursorOf(row.cursor),
    seenAt: row.seen_at,
    lastSuccessAt: row.last_success_at ?? undefined,
    lastFailureAt: row.last_failure_at ?? undefined,
    lastFailure: failureFrom(row.last_failure),
    failingSince: row.failing_since ?? undefined,
    waiting: Number(waiting.count),
    oldestWaitingAt: waiting.oldest == null ? undefined : Number(waiting.oldest),
    failed: Number(failed.count),
  });
}

/** Makes deliveries of the events after the webhook's cursor. The cursor moves by compare-and-set, so that of several nodes one does. */
export async function fanOut(
  db: Kysely<Tables>,
  engine: Pick<Engine, 'settledUpTo'>,
  webhook: string,
  how: FanOut,
): Promise<number> {
  return await db.transaction().execute(async (transaction) => {
    const before = await transaction
      .selectFrom('webhooks')
      .select('cursor')
      .where('name', '=', webhook)
      .executeTakeFirst();
    if (before === undefined) return 0;
    const settled = await engine.settledUpTo(transaction, 'events');
    const events = await transaction
      .selectFrom('events')
      .selectAll()
      .where('seq', '>', before.cursor)
      .$if(settled !== undefined, (query) => query.where('seq', '<=', settled!))
      .orderBy('seq')
      .limit(FAN_OUT_AT_ONCE)
      .execute();
    const last = events.at(-1);
    if (last === undefined) return 0;
    const moved = await transaction
      .updateTable('webhooks')
      .set({ cursor: last.seq })
      .where('name', '=', webhook)
      .where('cursor', '=', before.cursor)
      .executeTakeFirst();
    if (moved.numUpdatedRows !== 1n) return 0;
    await insertDeliveries(transaction, webhook, events, how, false);
    return events.length;
  });
}

/** Makes deliveries of events before the webhook's cursor; those after it come by themselves. */
export async function replayEvents(
  db: Kysely<Tables>,
  engine: Pick<Engine, 'settledUpTo'>,
  webhook: string,
  which: Replay,
  how: FanOut,
): Promise<Replayed> {
  return await db.transaction().execute(async (transaction) => {
    // Locks the row, so that deliveries of one webhook become visible in the order of their numbers.
    await transaction
      .updateTable('webhooks')
      .set((eb) => ({ cursor: eb.ref('cursor') }))
      .where('name', '=', webhook)
      .execute();
    const { cursor } = await transaction
      .selectFrom('webhooks')
      .select('cursor')
      .where('name', '=', webhook)
      .executeTakeFirstOrThrow();
    // For its refusal of a cursor behind which events are missing.
    if (which.after !== undefined)
      await listEvents(transaction, engine, {}, { after: which.after, limit: 1 });
    const events = await transaction
      .selectFrom('events')
      .selectAll()
      .where('seq', '>', seqOf(which.after))
      .where('seq', '<=', cursor)
      .$if(which.since !== undefined, (query) => query.where('at', '>=', which.since!))
      .$if(which.eventIds !== undefined, (query) => query.where('id', 'in', [...which.eventIds!]))
      .orderBy('seq')
      .limit(REPLAY_AT_ONCE + 1)
      .execute();
    const taken = events.slice(0, REPLAY_AT_ONCE);
    const created = await insertDeliveries(transaction, webhook, taken, how, true);
    const more = events.length > taken.length;
    return { created, ...(more ? { next: cursorOf(taken.at(-1)!.seq) } : {}) };
  });
}

async function insertDeliveries(
  transaction: Transaction<Tables>,
  webhook: string,
  events: readonly Selectable<EventTable>[],
  how: FanOut,
  replay: boolean,
): Promise<number> {
  const rows = events
    .filter((event) => how.wants(eventFrom(event)))
    .map((event) => ({
      id: timeOrderedUuid(how.now, randomUUID()),
      webhook,
      event_seq: event.seq,
      conversation_id: event.conversation_id,
      state: 'PENDING',
      attempts: 0,
      created_at: how.now,
      give_up_at: how.now + how.windowMs,
      next_attempt_at: how.now,
      replay: replay ? 1 : 0,
    }));
  // Few enough parameters a statement for every engine.
  for (let at = 0; at < rows.length; at += 50)
    await transaction
      .insertInto('webhook_deliveries')
      .values(rows.slice(at, at + 50))
      .execute();
  return rows.length;
}

/** Drops what waits for webhooks that nobody has had configured for long, and forgets those of which nothing is left. */
export async function dropAbandoned(
  db: Kysely<Tables>,
  seenSince: number,
  now: number,
): Promise<readonly string[]> {
  return await db.transaction().execute(async (transaction) => {
    const abandoned = await transaction
      .selectFrom('webhooks')
      .select('name')
      .where('seen_at', '<', seenSince)
      .orderBy('name')
      .execute();
    for (const { name } of abandoned) {
      await transaction
        .updateTable('webhook_deliveries')
        .set({ state: 'DROPPED', next_attempt_at: null, leased_until: null, finished_at: now })
        .where('webhook', '=', name)
        .where('state', '=', 'PENDING')
        .execute();
      await transaction.deleteFrom('webhooks').where('name', '=', name).execute();
    }
    return abandoned.map(({ name }) => name);
  });
}
