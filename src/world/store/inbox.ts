import type { ExpressionBuilder, Kysely, Transaction } from 'kysely';
import { QuoinError } from '../../protocol/errors/index.ts';
import type {
  AcknowledgeOutcome,
  InboundMessage,
  LeaseRequest,
  ReleaseOutcome,
  RowId,
} from '../../msh/ports/index.ts';
import { FREE, getInbound, tellDelivered } from './inbound.ts';
import { MAX_PAGE } from './paging.ts';
import { inboundConditions } from './search.ts';
import type { Tables } from './tables.ts';
import type { Tell } from './tell.ts';

/** Times a consumer that lost every row it saw to others looks again before it is told that there is nothing. */
const LOOKS = 5;

/**
 * Leases by compare-and-set, row after row in the order of the list: whoever leases at the same time meets the rows in
 * the same order, so nobody waits for a row of somebody who waits for his.
 */
export async function leaseInbound(
  db: Kysely<Tables>,
  request: LeaseRequest,
): Promise<readonly InboundMessage[]> {
  const { limit } = request;
  if (!Number.isInteger(limit) || limit < 1 || limit > MAX_PAGE) throw badLimit(limit);
  const leased = await db.transaction().execute(async (transaction) => {
    for (let look = 0; look < LOOKS; look += 1) {
      const free = await freeRows(transaction, request);
      const mine: RowId[] = [];
      for (const rowId of free) if (await leaseOne(transaction, rowId, request)) mine.push(rowId);
      if (mine.length > 0 || free.length === 0) return mine;
    }
    return [];
  });
  const messages = await Promise.all(leased.map((rowId) => getInbound(db, rowId)));
  return messages.filter((message) => message?.lease?.id === request.leaseId) as InboundMessage[];
}

async function freeRows(transaction: Transaction<Tables>, request: LeaseRequest): Promise<readonly RowId[]> {
  const filter = { ...request.filter, state: 'RECEIVED' } as const;
  const all = { fetch: request.limit, after: undefined };
  const rows = await transaction
    .selectFrom('inbound')
    .select('row_id')
    .where(inboundConditions(filter, all))
    .where((eb) => unheld(eb, request.now))
    .orderBy('seq')
    .limit(request.limit)
    .execute();
  return rows.map((row) => row.row_id);
}

async function leaseOne(
  transaction: Transaction<Tables>,
  rowId: RowId,
  request: LeaseRequest,
): Promise<boolean> {
  const leased = await transaction
    .updateTable('inbound')
    .set({ lease_id: request.leaseId, leased_by: request.consumer, lease_until: request.until })
    .where('row_id', '=', rowId)
    .where('state', '=', 'RECEIVED')
    .where((eb) => unheld(eb, request.now))
    .executeTakeFirst();
  return leased.numUpdatedRows === 1n;
}

/** True of a row that no living lease holds. */
function unheld(eb: ExpressionBuilder<Tables, 'inbound'>, now: number) {
  return eb.or([eb('inbound.lease_until', 'is', null), eb('inbound.lease_until', '<=', now)]);
}

/** RECEIVED -> DOWNLOADED, if the lease allows it. */
export async function acknowledgeInbound(
  db: Kysely<Tables>,
  tell: Tell,
  rowId: RowId,
  leaseId: string | undefined,
  now: number,
): Promise<AcknowledgeOutcome> {
  return await db.transaction().execute(async (transaction) => {
    const moved = await transaction
      .updateTable('inbound')
      .set({ state: 'DOWNLOADED', downloaded_at: now, ...FREE })
      .where('row_id', '=', rowId)
      .where('state', '=', 'RECEIVED')
      // What no backend gets (a ping, a refused request) cannot be taken, and nobody is told that it was.
      .where('deliverable', '=', 1)
      .where((eb) => (leaseId === undefined ? unheld(eb, now) : eb('inbound.lease_id', '=', leaseId)))
      .executeTakeFirst();
    if (moved.numUpdatedRows === 1n) {
      await tellDelivered(transaction, tell, rowId, now);
      return 'acknowledged';
    }
    const message = await getInbound(transaction, rowId);
    return message?.state === 'RECEIVED' && message.deliverable ? 'leased' : 'already';
  });
}

/** Takes a lease away, if it is the one the message has. */
export async function releaseInbound(
  db: Kysely<Tables>,
  rowId: RowId,
  leaseId: string,
  now: number,
): Promise<ReleaseOutcome> {
  const released = await db
    .updateTable('inbound')
    .set(FREE)
    .where('row_id', '=', rowId)
    .where('lease_id', '=', leaseId)
    .executeTakeFirst();
  if (released.numUpdatedRows === 1n) return 'released';
  const until = (await getInbound(db, rowId))?.lease?.until;
  return until !== undefined && until > now ? 'leased' : 'free';
}

function badLimit(limit: number): QuoinError {
  return new QuoinError('store/bad-page', 'So many messages cannot be leased at once.', {
    finding: { check: 'lease-limit', field: 'limit', expected: `1 to ${MAX_PAGE}`, found: String(limit) },
  });
}
