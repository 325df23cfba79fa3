import type { Kysely } from 'kysely';
import type { NewInboundMessage, NewOutboundMessage, RowId } from '../../msh/ports/index.ts';
import type { Unrecorded } from '../../oots/ports/index.ts';
import { partsOf } from './parts.ts';
import { prepared } from './statement.ts';
import type { Tables } from './tables.ts';
import { step } from './work.ts';
import type { Work } from './work.ts';

/** A message we sent, as it was kept. */
export function unrecordedSent({ submittedAt, ...message }: NewOutboundMessage): Unrecorded {
  return { ...recordable(message), direction: 'out', at: submittedAt, isWithheld: false };
}

/** A message we received, as it was kept. */
export function unrecordedReceived({ receivedAt, deliverable, ...message }: NewInboundMessage): Unrecorded {
  return { ...recordable(message), direction: 'in', at: receivedAt, isWithheld: !deliverable };
}

type Recordable = Omit<Unrecorded, 'direction' | 'at' | 'isWithheld'>;

function recordable({ rowId, messageId, pmodeId, partner, userMessage, parts }: Recordable): Recordable {
  return { rowId, messageId, pmodeId, partner, userMessage, parts };
}

/** See `ExchangeStore.unrecorded`. */
export function* unrecorded(
  service: string,
  since: number,
  limit: number,
  but: readonly RowId[] = [],
): Work<readonly Unrecorded[]> {
  // What was received is looked up first: whatever it answers was sent before, and is among what was sent then.
  const received = yield* unrecordedRows('inbound', { service, since, limit }, but);
  const sent = yield* unrecordedRows('outbound', { service, since, limit }, but);
  const first = [...sent, ...received].sort((one, other) => one.at - other.at).slice(0, limit);
  const parts = new Map([
    ...(yield* partsOf('outbound', idsOf(first, 'outbound'))),
    ...(yield* partsOf('inbound', idsOf(first, 'inbound'))),
  ]);
  return first.map((row) => ({
    rowId: row.row_id,
    messageId: row.message_id,
    pmodeId: row.pmode_id,
    partner: row.partner ?? '',
    userMessage: JSON.parse(row.user_message) as Unrecorded['userMessage'],
    direction: row.table === 'outbound' ? 'out' : 'in',
    at: row.at,
    isWithheld: row.deliverable === 0,
    parts: parts.get(row.row_id) ?? [],
  }));
}

type Table = 'outbound' | 'inbound';

interface Wanted {
  readonly service: string;
  readonly since: number;
  readonly limit: number;
}

interface FoundRow {
  readonly table: Table;
  readonly row_id: RowId;
  readonly message_id: string;
  readonly pmode_id: string;
  readonly partner: string | null;
  readonly user_message: string;
  readonly at: number;
  readonly deliverable: number;
}

function idsOf(rows: readonly FoundRow[], table: Table) {
  return rows.filter((row) => row.table === table).map(({ row_id }) => row_id);
}

function* unrecordedRows(table: Table, wanted: Wanted, but: readonly RowId[]): Work<readonly FoundRow[]> {
  const { rows } =
    but.length === 0
      ? yield* selectUnrecorded[table](wanted)
      : yield* step((db) => unrecordedIn(db, table, wanted).where('row_id', 'not in', but));
  return rows.map((row) => ({ ...row, table }));
}

const selectUnrecorded = {
  outbound: prepared((db, wanted: Wanted) => unrecordedIn(db, 'outbound', wanted)),
  inbound: prepared((db, wanted: Wanted) => unrecordedIn(db, 'inbound', wanted)),
};

/** Withheld messages are among them: they belong to the exchange, whoever gets them. */
function unrecordedIn(db: Kysely<Tables>, direction: Table, { service, since, limit }: Wanted) {
  // The tables have the other columns named here in common, so the types of one serve for both.
  const table = direction as 'outbound';
  const keptAt = (direction === 'outbound' ? 'submitted_at' : 'received_at') as 'submitted_at';
  return (
    db
      .selectFrom(table)
      .select(['row_id', 'message_id', 'pmode_id', 'partner', 'user_message', `${keptAt} as at`])
      .select((eb) =>
        (direction === 'outbound' ? eb.lit(1) : eb.ref('deliverable' as 'attempts')).as('deliverable'),
      )
      .where(keptAt, '>=', since)
      // Not by the index of services, which an engine may prefer: it leads through every message there ever was of this one.
      .where((eb) => eb(eb.fn.coalesce('service', eb.val('')), '=', service))
      .where('state', '!=', 'DELETED')
      .where((eb) =>
        eb.not(
          eb.exists(
            eb
              .selectFrom('exchange_documents')
              .select('exchange_documents.row_id')
              .whereRef('exchange_documents.row_id', '=', `${table}.row_id`),
          ),
        ),
      )
      .orderBy(keptAt)
      .orderBy('seq')
      .limit(limit)
  );
}
