import type { Kysely, Selectable, Transaction } from 'kysely';
import type {
  Delivery,
  DeliverySettlement,
  DeliveryStore,
  Failure,
  Page,
  PageRequest,
} from '../../msh/ports/index.ts';
import { eventFrom } from './events.ts';
import { pageOf, sliceOf } from './paging.ts';
import { failureColumn, failureFrom, present } from './rows.ts';
import type { DeliveryTable, EventTable, Tables } from './tables.ts';

/**
 * Takes due deliveries, each by compare-and-set. One whose conversation has an earlier one that waits or is under way is
 * left alone; while leased, a delivery is next due when the lease ends.
 */
export async function claimDeliveries(
  db: Kysely<Tables>,
  webhook: string,
  now: number,
  leaseMs: number,
  limit: number,
): Promise<readonly Delivery[]> {
  return await db.transaction().execute(async (transaction) => {
    const due = await dueOf(transaction, webhook, now).orderBy('seq').limit(limit).execute();
    const claimed: Delivery[] = [];
    for (const { seq } of due) {
      const taken = await transaction
        .updateTable('webhook_deliveries')
        .set((eb) => ({
          attempts: eb('attempts', '+', 1),
          next_attempt_at: now + leaseMs,
          leased_until: now + leaseMs,
        }))
        .where('seq', '=', seq)
        .where('state', '=', 'PENDING')
        .where('next_attempt_at', '<=', now)
        .executeTakeFirst();
      if (taken.numUpdatedRows === 1n) claimed.push(await bySeq(transaction, seq));
    }
    return claimed;
  });
}

/** Deliveries that are due and first of their conversation. */
function dueOf(db: Kysely<Tables>, webhook: string, now: number) {
  return db
    .selectFrom('webhook_deliveries as due')
    .select('due.seq')
    .where('due.webhook', '=', webhook)
    .where('due.state', '=', 'PENDING')
    .where('due.next_attempt_at', '<=', now)
    .where((eb) =>
      eb.not(
        eb.exists(
          eb
            .selectFrom('webhook_deliveries as earlier')
            .select('earlier.seq')
            .where('earlier.webhook', '=', webhook)
            .whereRef('earlier.conversation_id', '=', 'due.conversation_id')
            .where('earlier.state', '=', 'PENDING')
            .whereRef('earlier.seq', '<', 'due.seq'),
        ),
      ),
    );
}

/** Ends an attempt, if it still holds the delivery, and notes how the webhook fares. */
export async function settleDelivery(
  db: Kysely<Tables>,
  id: string,
  attempt: number,
  settlement: DeliverySettlement,
): Promise<boolean> {
  return await db.transaction().execute(async (transaction) => {
    const waits = settlement.state === 'PENDING';
    const settled = await transaction
      .updateTable('webhook_deliveries')
      .set({
        state: settlement.state,
        next_attempt_at: waits ? (settlement.nextAttemptAt ?? settlement.at) : null,
        leased_until: null,
        finished_at: waits ? null : settlement.at,
        http_status: settlement.httpStatus ?? null,
        failure: failureColumn(settlement.failure),
      })
      .where('id', '=', id)
      .where('state', '=', 'PENDING')
      .where('attempts', '=', attempt)
      .executeTakeFirst();
    if (settled.numUpdatedRows !== 1n) return false;
    const { webhook } = await transaction
      .selectFrom('webhook_deliveries')
      .select('webhook')
      .where('id', '=', id)
      .executeTakeFirstOrThrow();
    await noteOutcome(transaction, webhook, settlement);
    return true;
  });
}

async function noteOutcome(
  transaction: Transaction<Tables>,
  webhook: string,
  { state, at, failure }: DeliverySettlement,
): Promise<void> {
  if (state !== 'DELIVERED' && failure === undefined) return;
  await transaction
    .updateTable('webhooks')
    .set((eb) =>
      state === 'DELIVERED'
        ? { last_success_at: at, failing_since: null }
        : {
            last_failure_at: at,
            last_failure: failureColumn(failure),
            failing_since: eb.fn.coalesce('failing_since', eb.val(at)),
          },
    )
    .where('name', '=', webhook)
    .execute();
}

/** Makes what waits for a later attempt due now. */
export async function hastenDeliveries(db: Kysely<Tables>, webhook: string, now: number): Promise<void> {
  await db
    .updateTable('webhook_deliveries')
    .set({ next_attempt_at: now })
    .where('webhook', '=', webhook)
    .where('state', '=', 'PENDING')
    .where('leased_until', 'is', null)
    .where('next_attempt_at', '>', now)
    .execute();
}

/** Gives up what waits beyond its time. */
export async function giveUpOverdue(
  db: Kysely<Tables>,
  webhook: string,
  now: number,
  failure: Failure,
): Promise<number> {
  const ended = await db
    .updateTable('webhook_deliveries')
    .set({
      state: 'FAILED',
      next_attempt_at: null,
      leased_until: null,
      finished_at: now,
      failure: failureColumn(failure),
    })
    .where('webhook', '=', webhook)
    .where('state', '=', 'PENDING')
    .where('leased_until', 'is', null)
    .where('give_up_at', '<=', now)
    .executeTakeFirst();
  return Number(ended.numUpdatedRows);
}

/** Deliveries of a webhook, the last made first. */
export async function listDeliveries(
  db: Kysely<Tables>,
  webhook: string,
  filter: Parameters<DeliveryStore['listDeliveries']>[1],
  page: PageRequest,
): Promise<Page<Delivery>> {
  const slice = sliceOf(page);
  let query = db
    .selectFrom('webhook_deliveries')
    .selectAll()
    .where('webhook', '=', webhook)
    .orderBy('seq', 'desc')
    .limit(slice.fetch);
  if (slice.after !== undefined) query = query.where('seq', '<', slice.after);
  if (filter.state !== undefined) query = query.where('state', '=', filter.state);
  const rows = await query.execute();
  const events = await eventsOf(db, rows);
  const found = pageOf(rows, slice, (row) => row);
  // An event that was trimmed between the two looks has taken its deliveries with it.
  const kept = found.items.filter((row) => events.has(row.event_seq));
  return { ...found, items: kept.map((row) => deliveryFrom(row, events.get(row.event_seq)!)) };
}

async function bySeq(db: Kysely<Tables>, seq: number): Promise<Delivery> {
  const row = await db
    .selectFrom('webhook_deliveries')
    .selectAll()
    .where('seq', '=', seq)
    .executeTakeFirstOrThrow();
  return deliveryFrom(row, (await eventsOf(db, [row])).get(row.event_seq)!);
}

/** The events of deliveries by their numbers; an event is kept as long as a delivery of it is. */
async function eventsOf(
  db: Kysely<Tables>,
  rows: readonly Selectable<DeliveryTable>[],
): Promise<ReadonlyMap<number, Selectable<EventTable>>> {
  if (rows.length === 0) return new Map();
  const events = await db
    .selectFrom('events')
    .selectAll()
    .where('seq', 'in', [...new Set(rows.map((row) => row.event_seq))])
    .execute();
  return new Map(events.map((event) => [event.seq, event]));
}

function deliveryFrom(row: Selectable<DeliveryTable>, event: Selectable<EventTable>): Delivery {
  return present<Delivery>({
    id: row.id,
    webhook: row.webhook,
    event: eventFrom(event),
    state: row.state as Delivery['state'],
    attempts: row.attempts,
    createdAt: row.created_at,
    giveUpAt: row.give_up_at,
    nextAttemptAt: row.next_attempt_at ?? undefined,
    leasedUntil: row.leased_until ?? undefined,
    finishedAt: row.finished_at ?? undefined,
    httpStatus: row.http_status ?? undefined,
    failure: failureFrom(row.failure),
    replay: row.replay === 1,
  });
}
