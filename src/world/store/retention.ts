import type { Kysely } from 'kysely';
import type { MessageStore, PurgeBounds } from '../../msh/ports/index.ts';
import { forgetInline, partsOf } from './parts.ts';
import type { Tables } from './tables.ts';
import { hitOne, step } from './work.ts';
import type { Work } from './work.ts';

/** Where messages stand whose payloads may go, and since when they do. */
const OVER = {
  out: { table: 'outbound', state: 'ACKNOWLEDGED', since: 'finished_at', bound: 'sentBefore' },
  in: { table: 'inbound', state: 'DOWNLOADED', since: 'downloaded_at', bound: 'takenBefore' },
} as const;

type Direction = keyof typeof OVER;

/** See `MessageStore.purgeable`. */
export async function purgeable(
  db: Kysely<Tables>,
  bounds: PurgeBounds,
  limit: number,
): ReturnType<MessageStore['purgeable']> {
  const found = [];
  for (const direction of ['in', 'out'] as const)
    for (const rowId of await rowsOver(db, direction, bounds, limit)) found.push({ direction, rowId });
  return found.slice(0, limit);
}

async function rowsOver(
  db: Kysely<Tables>,
  direction: Direction,
  bounds: PurgeBounds,
  limit: number,
): Promise<readonly string[]> {
  const { state, bound } = OVER[direction];
  const before = bounds[bound];
  if (before === undefined) return [];
  // The tables differ in the name of one column only, so the types of one serve for both.
  const table = OVER[direction].table as 'outbound';
  const since = OVER[direction].since as 'finished_at';
  const rows = await db
    .selectFrom(table)
    .select('row_id')
    .where(since, '<=', before)
    .where('state', '=', state)
    .$if(bounds.recordedService !== undefined, (query) =>
      query.where((eb) =>
        eb.or([
          eb('service', '!=', bounds.recordedService!),
          eb.exists(
            eb
              .selectFrom('exchange_documents')
              .select('exchange_documents.row_id')
              .whereRef('exchange_documents.row_id', '=', `${table}.row_id`),
          ),
        ]),
      ),
    )
    .orderBy(since)
    .limit(limit)
    .execute();
  return rows.map(({ row_id }) => row_id);
}

/** See `MessageStore.purge`. */
export function* purge(
  direction: Direction,
  rowId: string,
): Work<Awaited<ReturnType<MessageStore['purge']>>> {
  const { table, state } = OVER[direction];
  const moved = yield* step((db) =>
    db
      .updateTable(table as 'outbound')
      .set({ state: 'DELETED' })
      .where('row_id', '=', rowId)
      .where('state', '=', state),
  );
  if (!hitOne(moved)) return undefined;
  const parts = (yield* partsOf(table, [rowId])).get(rowId) ?? [];
  yield* forgetInline(table, rowId);
  return parts.map(({ payload }) => payload);
}
