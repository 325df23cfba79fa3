import type { Insertable, Kysely, Selectable } from 'kysely';
import type { DocumentFacts, ExchangePlace, Recording } from '../../oots/ports/index.ts';
import { documentColumns } from './exchange-rows.ts';
import { foundBy, foundIn, Overtaken, putExchange, tellExchange } from './move-exchange.ts';
import type { Found } from './move-exchange.ts';
import { clip } from './search.ts';
import { prepared } from './statement.ts';
import type { ExchangeDocumentBytesTable, ExchangeDocumentTable, ExchangeTable, Tables } from './tables.ts';
import type { Tell } from './tell.ts';
import { hitOne, step } from './work.ts';
import type { Step, Work } from './work.ts';

/** How often it is done again when another node moved the exchange in between. */
const REPEATS = 20;

/** An act that is done again when another node moved the exchange in between. */
export function untilNotOvertaken<A extends readonly unknown[], R>(
  act: (...args: A) => Promise<R>,
): (...args: A) => Promise<R> {
  return async (...args) => {
    for (let repeats = 0; ; repeats += 1) {
      try {
        return await act(...args);
      } catch (error) {
        if (!(error instanceof Overtaken) || repeats === REPEATS) throw error;
      }
    }
  };
}

/** See `ExchangeStore.record`. Throws Overtaken. */
export function* recordDocuments(
  tell: Tell,
  recordings: readonly Recording[],
): Work<readonly ('recorded' | 'known')[]> {
  const outcomes: ('recorded' | 'known')[] = [];
  for (const recording of recordings) outcomes.push(yield* recordOne(tell, recording));
  return outcomes;
}

function* recordOne(tell: Tell, recording: Recording): Work<'recorded' | 'known'> {
  const { document, place, bytes, message } = recording;
  const isRepeated = yield* hasRequest(recording);
  const found = yield* findPlace(place);
  const question = yield* questionBefore(recording, found);
  const move = recording.move({ exchange: found?.exchange, question, isRepeated });
  const inserted = yield* insertDocument({
    ...documentColumns(move.flaw === undefined ? recording : withoutEvidence(recording)),
    exchange: (move.exchange ?? found?.exchange)?.id ?? null,
    flaw: move.flaw ?? null,
    refusal: move.refusal ?? null,
  });
  // Nothing else is written before this is known.
  if (!hitOne(inserted)) return yield* knownOrOvertaken(document);
  yield* insertBytes({ row_id: document.rowId, bytes });
  if (move.exchange !== undefined) yield* putExchange(move.exchange, found);
  if (document.facts.kind === 'request') yield* unrecordEarlyAnswers(recording);
  if (move.event !== undefined && move.exchange !== undefined)
    yield* tellExchange(tell, move.event, move.exchange, document, message);
  return 'recorded';
}

/** What moves nothing is read with its exchange each time, however often it comes: its bytes name its evidence. */
function withoutEvidence(recording: Recording): Recording {
  const { evidence: _named, ...facts } = recording.document.facts;
  return { ...recording, document: { ...recording.document, facts } };
}

const insertDocument = prepared((db, row: Insertable<ExchangeDocumentTable>) =>
  db
    .insertInto('exchange_documents')
    .values(row)
    // Its message is recorded, or another request with its id is.
    .onConflict((conflict) => conflict.doNothing()),
);

function* knownOrOvertaken({ rowId }: Recording['document']): Work<'known'> {
  const [known] = (yield* step((db) =>
    db.selectFrom('exchange_documents').select('row_id').where('row_id', '=', rowId),
  )).rows;
  if (known === undefined) throw new Overtaken();
  return 'known';
}

const insertBytes = prepared((db, row: Insertable<ExchangeDocumentBytesTable>) =>
  db.insertInto('exchange_document_bytes').values(row),
);

/** Whether a request with this id was recorded before: asked before this one is. */
function* hasRequest({ document, place }: Recording): Work<boolean> {
  const { kind, requestId } = document.facts;
  if (kind !== 'request' || requestId === undefined) return false;
  const { role, partner } = place;
  const before = yield* selectRequest({
    requestId: clip(requestId),
    role,
    partner,
    rowId: document.rowId,
  });
  return before.rows.length > 0;
}

interface RequestName {
  readonly requestId: string;
  readonly role: string;
  readonly partner: string;
}

const selectRequest = prepared((db, { rowId, ...name }: RequestName & { readonly rowId: string }) =>
  firstRequest(db, name).select('row_id').where('row_id', '!=', rowId),
);

function firstRequest(db: Pick<Kysely<Tables>, 'selectFrom'>, { requestId, role, partner }: RequestName) {
  return db
    .selectFrom('exchange_documents')
    .where('request_id', '=', requestId)
    .where('kind', '=', 'request')
    .where('role', '=', role)
    .where('partner', '=', partner)
    .orderBy('exchange_documents.seq')
    .limit(1);
}

/** What the request asked that was answered with the preview which this one comes from. */
function* questionBefore(
  { document: { facts } }: Recording,
  found: Found | undefined,
): Work<string | undefined> {
  if (found === undefined || facts.previewLocation === undefined || facts.kind !== 'request')
    return undefined;
  const [row] = (yield* step((db) =>
    db.selectFrom('exchange_documents').select('facts').where('row_id', '=', found.exchange.requestRowId),
  )).rows;
  return row === undefined ? undefined : (JSON.parse(row.facts) as DocumentFacts).question;
}

/** ms by which clocks differ at most; what is older would not be looked for again, and its record would be lost. */
const EARLY_MS = 5 * 60 * 1000;

/** Answers that were recorded before their request, because clocks differ, are to be recorded once more. */
function* unrecordEarlyAnswers({ document, place }: Recording): Work<void> {
  const { requestId } = document.facts;
  if (requestId === undefined) return;
  const { rows } = yield* deleteEarly({
    requestId: clip(requestId),
    role: place.role,
    partner: place.partner,
    since: document.at - EARLY_MS,
  });
  if (rows.length === 0) return;
  const rowIds = rows.map(({ row_id }) => row_id);
  yield* step((db) => db.deleteFrom('exchange_document_bytes').where('row_id', 'in', rowIds));
}

const deleteEarly = prepared(
  (db, values: { requestId: string; role: string; partner: string; since: number }) =>
    db
      .deleteFrom('exchange_documents')
      .where('request_id', '=', values.requestId)
      .where('flaw', '=', 'unknown-request')
      .where('at', '>=', values.since)
      .where('role', '=', values.role)
      .where('partner', '=', values.partner)
      .returning('row_id'),
);

function* findPlace(place: ExchangePlace): Work<Found | undefined> {
  const { answers, preview, id } = place;
  if (answers !== undefined) {
    const { role, partner } = place;
    return foundIn((yield* selectAnswered({ requestId: clip(answers), role, partner })).rows);
  }
  if (preview !== undefined) {
    const previewed = foundIn((yield* previewedIn(place, preview)).rows);
    if (previewed !== undefined) return previewed;
  }
  return id === undefined ? undefined : yield* foundBy(id);
}

/** The last exchange in a conversation with this preview location. */
function previewedIn(
  { role, partner }: ExchangePlace,
  { conversationId, location }: NonNullable<ExchangePlace['preview']>,
): Step<Selectable<ExchangeTable>> {
  return step((db) =>
    db
      .selectFrom('exchanges')
      .selectAll()
      .where('conversation_id', '=', clip(conversationId))
      .where('preview_location', '=', clip(location))
      .where('role', '=', role)
      .where('partner', '=', partner)
      .orderBy('seq', 'desc')
      .limit(1),
  );
}

/** The exchange of the first request with this id. */
const selectAnswered = prepared((db, name: RequestName) =>
  db
    .selectFrom('exchanges')
    .selectAll()
    .where('id', '=', firstRequest(db, name).select('exchange').$castTo<{ exchange: string }>()),
);
