import type { ExpressionBuilder } from 'kysely';
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
import { hitOne, step } from './work.ts';
import type { Work } from './work.ts';

/** Times a consumer that lost every row it saw to others looks again before it is told that there is nothing. */
const LOOKS = 5;

/**
 * Leases by compare-and-set, row after row in the order of the list: whoever leases at the same time meets the rows in
 * the same order, so nobody waits for a row of somebody who waits for his.
 */
export function* leaseInbound(request: LeaseRequest): Work<readonly InboundMessage[]> {
  const { limit } = request;
  if (!Number.isInteger(limit) || limit < 1 || limit > MAX_PAGE) throw badLimit(limit);
  const messages: InboundMessage[] = [];
  for (const rowId of yield* leaseRows(request)) {
    const message = yield* getInbound(rowId);
    if (message !== undefined) messages.push(message);
  }
  return messages;
}

function* leaseRows(request: LeaseRequest): Work<readonly RowId[]> {
  for (let look = 0; look < LOOKS; look += 1) {
    const free = yield* freeRows(request);
    const mine: RowId[] = [];
    for (const rowId of free) if (yield* leaseOne(rowId, request)) mine.push(rowId);
    if (mine.length > 0 || free.length === 0) return mine;
  }
  return [];
}

function* freeRows(request: LeaseRequest): Work<readonly RowId[]> {
  const filter = { ...request.filter, state: 'RECEIVED' } as const;
  const all = { fetch: request.limit, after: undefined };
  const { rows } = yield* step((db) =>
    db
      .selectFrom('inbound')
      .select('row_id')
      .where(inboundConditions(filter, all))
      .where((eb) => unheld(eb, request.now))
      .orderBy('seq')
      .limit(request.limit),
  );
  return rows.map((row) => row.row_id);
}

function* leaseOne(rowId: RowId, request: LeaseRequest): Work<boolean> {
  const leased = yield* step((db) =>
    db
      .updateTable('inbound')
      .set({ lease_id: request.leaseId, leased_by: request.consumer, lease_until: request.until })
      .where('row_id', '=', rowId)
      .where('state', '=', 'RECEIVED')
      .where((eb) => unheld(eb, request.now)),
  );
  return hitOne(leased);
}

/** True of a row that no living lease holds. */
function unheld(eb: ExpressionBuilder<Tables, 'inbound'>, now: number) {
  return eb.or([eb('inbound.lease_until', 'is', null), eb('inbound.lease_until', '<=', now)]);
}

/** RECEIVED -> DOWNLOADED, if the lease allows it. */
export function* acknowledgeInbound(
  tell: Tell,
  rowId: RowId,
  leaseId: string | undefined,
  now: number,
): Work<AcknowledgeOutcome> {
  const moved = yield* step((db) =>
    db
      .updateTable('inbound')
      .set({ state: 'DOWNLOADED', downloaded_at: now, ...FREE })
      .where('row_id', '=', rowId)
      .where('state', '=', 'RECEIVED')
      // What no backend gets (a ping, a refused request) cannot be taken, and nobody is told that it was.
      .where('deliverable', '=', 1)
      .where((eb) => (leaseId === undefined ? unheld(eb, now) : eb('inbound.lease_id', '=', leaseId))),
  );
  if (hitOne(moved)) {
    yield* tellDelivered(tell, rowId, now);
    return 'acknowledged';
  }
  const message = yield* getInbound(rowId);
  return message?.state === 'RECEIVED' && message.deliverable ? 'leased' : 'already';
}

/** Takes a lease away, if it is the one the message has. */
export function* releaseInbound(rowId: RowId, leaseId: string, now: number): Work<ReleaseOutcome> {
  const released = yield* step((db) =>
    db.updateTable('inbound').set(FREE).where('row_id', '=', rowId).where('lease_id', '=', leaseId),
  );
  if (hitOne(released)) return 'released';
  const until = (yield* getInbound(rowId))?.lease?.until;
  return until !== undefined && until > now ? 'leased' : 'free';
}

function badLimit(limit: number): QuoinError {
  return new QuoinError('store/bad-page', 'So many messages cannot be leased at once.', {
    finding: { check: 'lease-limit', field: 'limit', expected: `1 to ${MAX_PAGE}`, found: String(limit) },
  });
}
