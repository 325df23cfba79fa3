import type { Insertable, Kysely, Transaction } from 'kysely';
import type {
  DocumentFacts,
  Exchange,
  ExchangeEventName,
  ExchangePlace,
  ExchangeStore,
  Recording,
} from '../../oots/ports/index.ts';
import type { InboundMessage, OutboundMessage } from '../../msh/ports/index.ts';
import { documentColumns, exchangeColumns, exchangeFrom } from './exchange-rows.ts';
import { clip } from './search.ts';
import { statement } from './statement.ts';
import type { ExchangeDocumentBytesTable, ExchangeDocumentTable, ExchangeTable, Tables } from './tables.ts';
import type { Tell } from './tell.ts';
import { perform } from './work.ts';

/** An exchange and how often it has moved: whoever moves it next must have seen all moves. */
interface Found {
  readonly exchange: Exchange;
  readonly moves: number;
}

/** How often it is done again when another node moved the exchange in between. */
const REPEATS = 20;

/** See `ExchangeStore.record`. */
export async function recordDocument(
  db: Kysely<Tables>,
  tell: Tell,
  recording: Recording,
): ReturnType<ExchangeStore['record']> {
  for (let repeats = 0; ; repeats += 1) {
    try {
      return await db.transaction().execute((transaction) => recordIn(transaction, tell, recording));
    } catch (error) {
      if (!(error instanceof Overtaken) || repeats === REPEATS) throw error;
    }
  }
}

/** Another node moved the exchange, or recorded a request with the same id, after it was read. */
class Overtaken extends Error {}

async function recordIn(
  transaction: Transaction<Tables>,
  tell: Tell,
  recording: Recording,
): ReturnType<ExchangeStore['record']> {
  const { document, place, bytes, message } = recording;
  const isRepeated = await hasRequest(transaction, recording);
  const found = await findPlace(transaction, place);
  const question = await questionBefore(transaction, recording, found);
  const move = recording.move({ exchange: found?.exchange, question, isRepeated });
  const inserted = await insertDocument(transaction, {
    ...documentColumns(move.flaw === undefined ? recording : withoutEvidence(recording)),
    exchange: (move.exchange ?? found?.exchange)?.id ?? null,
    flaw: move.flaw ?? null,
    refusal: move.refusal ?? null,
  });
  // Nothing else is written before this is known.
  if (inserted.numAffectedRows !== 1n) return await knownOrOvertaken(transaction, document);
  await insertBytes(transaction, { row_id: document.rowId, bytes });
  if (move.exchange !== undefined) await putExchange(transaction, move.exchange, found);
  if (document.facts.kind === 'request') await unrecordEarlyAnswers(transaction, recording);
  if (move.event !== undefined && move.exchange !== undefined)
    await tellExchange(transaction, tell, move.event, move.exchange, document, message);
  return 'recorded';
}

/** What moves nothing is read with its exchange each time, however often it comes: its bytes name its evidence. */
function withoutEvidence(recording: Recording): Recording {
  const { evidence: _named, ...facts } = recording.document.facts;
  return { ...recording, document: { ...recording.document, facts } };
}

const insertDocument = statement((db, row: Insertable<ExchangeDocumentTable>) =>
  db
    .insertInto('exchange_documents')
    .values(row)
    // Its message is recorded, or another request with its id is.
    .onConflict((conflict) => conflict.doNothing()),
);

async function knownOrOvertaken(
  transaction: Transaction<Tables>,
  { rowId }: Recording['document'],
): Promise<'known'> {
  const known = await transaction
    .selectFrom('exchange_documents')
    .select('row_id')
    .where('row_id', '=', rowId)
    .executeTakeFirst();
  if (known === undefined) throw new Overtaken();
  return 'known';
}

const insertBytes = statement((db, row: Insertable<ExchangeDocumentBytesTable>) =>
  db.insertInto('exchange_document_bytes').values(row),
);

/** Whether a request with this id was recorded before: asked before this one is. */
async function hasRequest(db: Kysely<Tables>, { document, place }: Recording): Promise<boolean> {
  const { kind, requestId } = document.facts;
  if (kind !== 'request' || requestId === undefined) return false;
  return (await requestDocument(db, place, requestId, document.rowId)) !== undefined;
}

/** What the request asked that was answered with the preview which this one comes from. */
async function questionBefore(
  db: Kysely<Tables>,
  { document: { facts } }: Recording,
  found: Found | undefined,
): Promise<string | undefined> {
  if (found === undefined || facts.previewLocation === undefined || facts.kind !== 'request')
    return undefined;
  const row = await db
    .selectFrom('exchange_documents')
    .select('facts')
    .where('row_id', '=', found.exchange.requestRowId)
    .executeTakeFirst();
  return row === undefined ? undefined : (JSON.parse(row.facts) as DocumentFacts).question;
}

/** ms by which clocks differ at most; what is older would not be looked for again, and its record would be lost. */
const EARLY_MS = 5 * 60 * 1000;

/** Answers that were recorded before their request, because clocks differ, are to be recorded once more. */
async function unrecordEarlyAnswers(
  transaction: Transaction<Tables>,
  { document, place }: Recording,
): Promise<void> {
  const { requestId } = document.facts;
  if (requestId === undefined) return;
  const early = await transaction
    .deleteFrom('exchange_documents')
    .where('request_id', '=', clip(requestId))
    .where('flaw', '=', 'unknown-request')
    .where('at', '>=', document.at - EARLY_MS)
    .where('role', '=', place.role)
    .where('partner', '=', place.partner)
    .returning('row_id')
    .execute();
  if (early.length === 0) return;
  const rowIds = early.map(({ row_id }) => row_id);
  await transaction.deleteFrom('exchange_document_bytes').where('row_id', 'in', rowIds).execute();
}

/** The first request with this id; `but` is one that does not count. */
async function requestDocument(
  db: Kysely<Tables>,
  { role, partner }: ExchangePlace,
  requestId: string,
  but = '',
): Promise<{ readonly exchange: string | null } | undefined> {
  return (await selectRequest(db, { requestId: clip(requestId), role, partner, but })).rows[0];
}

const selectRequest = statement(
  (db, values: { requestId: string; role: string; partner: string; but: string }) =>
    db
      .selectFrom('exchange_documents')
      .select('exchange')
      .where('request_id', '=', values.requestId)
      .where('kind', '=', 'request')
      .where('role', '=', values.role)
      .where('partner', '=', values.partner)
      .where('row_id', '!=', values.but)
      .orderBy('seq')
      .limit(1),
);

async function findPlace(db: Kysely<Tables>, place: ExchangePlace): Promise<Found | undefined> {
  const { answers, preview, id } = place;
  if (answers !== undefined) {
    const request = await requestDocument(db, place, answers);
    return request?.exchange == null ? undefined : await foundBy(db, request.exchange);
  }
  if (preview !== undefined) {
    const row = await db
      .selectFrom('exchanges')
      .select('id')
      .where('conversation_id', '=', clip(preview.conversationId))
      .where('preview_location', '=', clip(preview.location))
      .where('role', '=', place.role)
      .where('partner', '=', place.partner)
      .orderBy('seq', 'desc')
      .limit(1)
      .executeTakeFirst();
    if (row !== undefined) return await foundBy(db, row.id);
  }
  return await foundBy(db, id);
}

async function foundBy(db: Kysely<Tables>, id: string): Promise<Found | undefined> {
  const [row] = (await selectExchange(db, { id })).rows;
  return row === undefined ? undefined : { exchange: exchangeFrom(row), moves: row.moves };
}

const selectExchange = statement((db, { id }: { readonly id: string }) =>
  db.selectFrom('exchanges').selectAll().where('id', '=', id),
);

async function putExchange(
  transaction: Transaction<Tables>,
  exchange: Exchange,
  found: Found | undefined,
): Promise<void> {
  if (found !== undefined) {
    if (!(await moveExchange(transaction, exchange, found.moves))) throw new Overtaken();
    return;
  }
  const inserted = await insertExchange(transaction, { ...exchangeColumns(exchange), moves: 1 });
  if (inserted.numAffectedRows !== 1n) throw new Overtaken();
}

const insertExchange = statement((db, row: Insertable<ExchangeTable>) =>
  db
    .insertInto('exchanges')
    .values(row)
    .onConflict((conflict) => conflict.column('id').doNothing()),
);

async function moveExchange(
  transaction: Transaction<Tables>,
  exchange: Exchange,
  moves: number,
): Promise<boolean> {
  const moved = await updateExchange(transaction, {
    at_id: exchange.id,
    at_moves: moves,
    ...exchangeColumns(exchange),
    moves: moves + 1,
  });
  return moved.numAffectedRows === 1n;
}

const updateExchange = statement(
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
export async function moveWaiting(
  db: Kysely<Tables>,
  tell: Tell,
  waiting: readonly Exchange[],
  next: (exchange: Exchange) => { readonly exchange: Exchange; readonly event: ExchangeEventName },
): Promise<number> {
  let count = 0;
  for (const before of waiting)
    count += (await db
      .transaction()
      .execute((transaction) => moveIfSame(transaction, tell, before, next(before))))
      ? 1
      : 0;
  return count;
}

async function moveIfSame(
  transaction: Transaction<Tables>,
  tell: Tell,
  before: Exchange,
  { exchange, event }: { readonly exchange: Exchange; readonly event: ExchangeEventName },
): Promise<boolean> {
  const found = await foundBy(transaction, before.id);
  if (found?.exchange.changedAt !== before.changedAt || found.exchange.state !== before.state) return false;
  if (!(await moveExchange(transaction, exchange, found.moves))) return false;
  const base = await messageOf(transaction, exchange);
  if (base !== undefined) await tellExchange(transaction, tell, event, exchange, base.document, base.message);
  return true;
}

type Base = Pick<Recording['document'], 'direction' | 'rowId'>;
type Told = Pick<OutboundMessage | InboundMessage, 'userMessage' | 'pmodeId'>;

/** The message of the last request, as far as events tell of it. */
async function messageOf(
  db: Kysely<Tables>,
  { role, requestRowId }: Exchange,
): Promise<{ readonly document: Base; readonly message: Told } | undefined> {
  const direction = role === 'requester' ? 'out' : 'in';
  // Both tables have the columns named here, so the types of one serve for both.
  const table = (direction === 'out' ? 'outbound' : 'inbound') as 'outbound';
  const row = await db
    .selectFrom(table)
    .select(['user_message', 'pmode_id'])
    .where('row_id', '=', requestRowId)
    .executeTakeFirst();
  if (row === undefined) return undefined;
  const userMessage = JSON.parse(row.user_message) as Told['userMessage'];
  return { document: { direction, rowId: requestRowId }, message: { userMessage, pmodeId: row.pmode_id } };
}

async function tellExchange(
  transaction: Transaction<Tables>,
  tell: Tell,
  event: ExchangeEventName,
  exchange: Exchange,
  { direction, rowId }: Base,
  { userMessage, pmodeId }: Told,
): Promise<void> {
  const { id, role, state, requestId, exchangeId, outcome, exception } = exchange;
  const told = tell({
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
  await perform(transaction, told);
}
