import type { Insertable, Selectable } from 'kysely';
import type { Exchange, ExchangeEventName, Recording } from '../../oots/ports/index.ts';
import { exchangeColumns, exchangeFrom } from './exchange-rows.ts';
import { prepared } from './statement.ts';
import type { ExchangeTable } from './tables.ts';
import type { Tell } from './tell.ts';
import { hitOne, step } from './work.ts';
import type { Work } from './work.ts';

/** An exchange and how often it has moved: whoever moves it next must have seen all moves. */
export interface Found {
  readonly exchange: Exchange;
  readonly moves: number;
}

/** Another node moved the exchange, or recorded a request with the same id, after it was read. */
export class Overtaken extends Error {}

/** The exchange with this id. */
export function* foundBy(id: string): Work<Found | undefined> {
  return foundIn((yield* selectExchange({ id })).rows);
}

/** The exchange of a row, if there is one. */
export function foundIn([row]: readonly Selectable<ExchangeTable>[]): Found | undefined {
  return row === undefined ? undefined : { exchange: exchangeFrom(row), moves: row.moves };
}

const selectExchange = prepared((db, { id }: { readonly id: string }) =>
  db.selectFrom('exchanges').selectAll().where('id', '=', id),
);

/** Keeps an exchange that was not found, or moves the one that was. Throws Overtaken. */
export function* putExchange(exchange: Exchange, found: Found | undefined): Work<void> {
  if (found !== undefined) {
    if (!(yield* moveExchange(exchange, found.moves))) throw new Overtaken();
    return;
  }
  const inserted = yield* insertExchange({ ...exchangeColumns(exchange), moves: 1 });
  if (!hitOne(inserted)) throw new Overtaken();
}

const insertExchange = prepared((db, row: Insertable<ExchangeTable>) =>
  db
    .insertInto('exchanges')
    .values(row)
    .onConflict((conflict) => conflict.column('id').doNothing()),
);

function* moveExchange(exchange: Exchange, moves: number): Work<boolean> {
  return hitOne(
    yield* updateExchange({
      at_id: exchange.id,
      at_moves: moves,
      ...exchangeColumns(exchange),
      moves: moves + 1,
    }),
  );
}

const updateExchange = prepared(
  (
    db,
    {
      at_id,
      at_moves,
      ...changes
    }: ReturnType<typeof exchangeColumns> & {
      readonly moves: number;
      readonly at_id: string;
      readonly at_moves: number;
    },
  ) => db.updateTable('exchanges').set(changes).where('id', '=', at_id).where('moves', '=', at_moves),
);

/** Moves exchanges that are in one of these states still, and tells it; how many moved. */
export function* moveWaiting(
  tell: Tell,
  waiting: readonly Exchange[],
  next: (exchange: Exchange) => { readonly exchange: Exchange; readonly event: ExchangeEventName },
): Work<number> {
  let count = 0;
  for (const before of waiting) if (yield* moveIfSame(tell, before, next(before))) count += 1;
  return count;
}

function* moveIfSame(
  tell: Tell,
  before: Exchange,
  { exchange, event }: { readonly exchange: Exchange; readonly event: ExchangeEventName },
): Work<boolean> {
  const found = yield* foundBy(before.id);
  if (found?.exchange.changedAt !== before.changedAt || found.exchange.state !== before.state) return false;
  if (!(yield* moveExchange(exchange, found.moves))) return false;
  const base = yield* messageOf(exchange);
  if (base !== undefined) yield* tellExchange(tell, event, exchange, base.document, base.message);
  return true;
}

type Base = Pick<Recording['document'], 'direction' | 'rowId'>;
type Told = Recording['message'];

/** The message of the last request, as far as events tell of it. */
function* messageOf({
  role,
  requestRowId,
}: Exchange): Work<{ readonly document: Base; readonly message: Told } | undefined> {
  const direction = role === 'requester' ? 'out' : 'in';
  // Both tables have the columns named here, so the types of one serve for both.
  const table = (direction === 'out' ? 'outbound' : 'inbound') as 'outbound';
  const [row] = (yield* step((db) =>
    db.selectFrom(table).select(['user_message', 'pmode_id']).where('row_id', '=', requestRowId),
  )).rows;
  if (row === undefined) return undefined;
  const userMessage = JSON.parse(row.user_message) as Told['userMessage'];
  return { document: { direction, rowId: requestRowId }, message: { userMessage, pmodeId: row.pmode_id } };
}

/** Tells what moved an exchange. */
export function* tellExchange(
  tell: Tell,
  event: ExchangeEventName,
  exchange: Exchange,
  { direction, rowId }: Base,
  { userMessage, pmodeId }: Told,
): Work<void> {
  const { id, role, state, requestId, exchangeId, outcome, exception } = exchange;
  yield* tell({
    type: `eu.quoin.exchange.${event}`,
    at: exchange.changedAt,
    direction,
    rowId,
    pmodeId,
    partner: exchange.partner,
    userMessage,
    data: {
      exchange: {
        id,
        role,
        state,
        requestId,
        ...(exchangeId === undefined ? {} : { exchangeId }),
        ...(outcome === undefined ? {} : { outcome }),
        ...(exception === undefined ? {} : { exception }),
      },
    },
  });
}
