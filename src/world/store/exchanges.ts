import { expressionBuilder } from 'kysely';
import type { Expression, Kysely, SqlBool, Transaction } from 'kysely';
import type { Page, PageRequest, RowId } from '../../msh/ports/index.ts';
import type { Exchange, ExchangeFilter, RecordedDocument } from '../../oots/ports/index.ts';
import { documentFrom, exchangeFrom } from './exchange-rows.ts';
import { pageOf, sliceOf } from './paging.ts';
import type { Slice } from './paging.ts';
import { forgetPreviewLinks } from './preview-links.ts';
import { moveWaiting } from './move-exchange.ts';
import { asBuffer } from './rows.ts';
import { clip, nonEmpty } from './search.ts';
import type { Tables } from './tables.ts';
import type { Tell } from './tell.ts';
import { step } from './work.ts';
import type { Work } from './work.ts';

/** States in which a request waits for what partners do. */
const ASKING: readonly Exchange['state'][] = ['requested', 'preview-requested'];

/** Exchanges one pass fails at most: they are written in one go, while nothing else is done. */
const FAIL_AT_ONCE = 100;

/** Documents one pass forgets at most, so that no transaction takes long. */
const FORGET_AT_ONCE = 1000;

/** See `ExchangeStore.lastRecorded`. */
export async function lastRecorded(db: Kysely<Tables>): Promise<number | undefined> {
  const row = await db
    .selectFrom('exchange_documents')
    .select((eb) => eb.fn.max('at').as('at'))
    .executeTakeFirst();
  return row?.at == null ? undefined : Number(row.at);
}

/** See `ExchangeStore.failUndelivered`. */
export function* failUndelivered(tell: Tell, at: number): Work<number> {
  const { rows } = yield* step((db) =>
    db
      .selectFrom('exchanges')
      .innerJoin('outbound', 'outbound.row_id', 'exchanges.request_row_id')
      .selectAll('exchanges')
      .where('exchanges.role', '=', 'requester')
      .where('exchanges.state', 'in', ASKING)
      .where('outbound.state', '=', 'SEND_FAILURE')
      .limit(FAIL_AT_ONCE),
  );
  return yield* moveWaiting(tell, rows.map(exchangeFrom), ({ dueAt: _over, ...exchange }) => ({
    exchange: { ...exchange, state: 'failed', changedAt: at },
    event: 'failed',
  }));
}

/** See `ExchangeStore.overdue`. */
export async function overdue(db: Kysely<Tables>, at: number, limit: number): Promise<readonly Exchange[]> {
  const rows = await db
    .selectFrom('exchanges')
    .selectAll()
    .where('due_at', '<=', at)
    .orderBy('due_at')
    .limit(limit)
    .execute();
  return rows.map(exchangeFrom);
}

/** See `ExchangeStore.expire`. */
export function* expire(tell: Tell, exchange: Exchange, at: number): Work<boolean> {
  const { dueAt: _over, ...expired } = exchange;
  const moved = yield* moveWaiting(tell, [exchange], () => ({
    exchange: { ...expired, state: 'expired', changedAt: at },
    event: 'expired',
  }));
  return moved === 1;
}

/** See `ExchangeStore.dueRefusals`. */
export async function dueRefusals(
  db: Kysely<Tables>,
  limit: number,
  but: readonly RowId[] = [],
): Promise<readonly RecordedDocument[]> {
  const rows = await db
    .selectFrom('exchange_documents')
    .selectAll()
    .where('refusal', '=', 'due')
    .$if(but.length > 0, (query) => query.where('row_id', 'not in', but))
    .orderBy('seq')
    .limit(limit)
    .execute();
  return rows.map(documentFrom);
}

/** See `ExchangeStore.settleRefusal`. */
export async function settleRefusal(db: Kysely<Tables>, rowId: RowId): Promise<boolean> {
  const settled = await db
    .updateTable('exchange_documents')
    .set({ refusal: 'given' })
    .where('row_id', '=', rowId)
    .where('refusal', '=', 'due')
    .executeTakeFirst();
  return settled.numUpdatedRows === 1n;
}

/** See `ExchangeStore.getExchange`. */
export async function getExchange(db: Kysely<Tables>, id: string): Promise<Exchange | undefined> {
  const row = await db.selectFrom('exchanges').selectAll().where('id', '=', clip(id)).executeTakeFirst();
  return row === undefined ? undefined : exchangeFrom(row);
}

/** See `ExchangeStore.listExchanges`. */
export async function listExchanges(
  db: Kysely<Tables>,
  filter: ExchangeFilter,
  page: PageRequest,
): Promise<Page<Exchange>> {
  const slice = sliceOf(page);
  const rows = await db
    .selectFrom('exchanges')
    .selectAll()
    .where(conditions(filter, slice))
    .orderBy('seq', 'desc')
    .limit(slice.fetch)
    .execute();
  return pageOf(rows, slice, exchangeFrom);
}

const eb = expressionBuilder<Tables, 'exchanges'>();

/** Texts that must be equal, by the column they are compared with. */
const EQUAL = {
  role: 'role',
  outcome: 'outcome',
  partner: 'partner',
  conversation_id: 'conversationId',
  exchange_id: 'exchangeId',
} as const satisfies Record<string, keyof ExchangeFilter>;

function conditions(filter: ExchangeFilter, slice: Slice): Expression<SqlBool> {
  const equal = Object.entries(EQUAL).flatMap(([column, key]) => {
    const wanted = filter[key];
    return wanted === undefined ? [] : [eb(column as keyof typeof EQUAL, '=', clip(wanted))];
  });
  return eb.and([
    ...equal,
    ...(filter.states === undefined ? [] : [eb('state', 'in', nonEmpty(filter.states))]),
    ...(filter.parties === undefined ? [] : [eb('party', 'in', nonEmpty(filter.parties))]),
    ...(filter.requestId === undefined ? [] : [withDocument('request_id', filter.requestId)]),
    ...(filter.messageId === undefined ? [] : [withDocument('message_id', filter.messageId)]),
    ...(filter.sentMessageId === undefined
      ? []
      : [withDocument('message_id', filter.sentMessageId, ['out'])]),
    ...waitingConditions(filter.waiting),
    ...(filter.since === undefined ? [] : [eb('created_at', '>=', filter.since)]),
    ...(filter.until === undefined ? [] : [eb('created_at', '<', filter.until)]),
    ...(slice.after === undefined ? [] : [eb('seq', '<', slice.after)]),
  ]);
}

function waitingConditions(waiting: boolean | undefined): readonly Expression<SqlBool>[] {
  if (waiting === undefined) return [];
  return waiting
    ? [eb('taken_at', 'is', null), eb('state', '=', 'answered')]
    : [eb('taken_at', 'is not', null)];
}

function withDocument(
  column: 'request_id' | 'message_id',
  value: string,
  directions: readonly string[] = ['in', 'out'],
): Expression<SqlBool> {
  return eb(
    'id',
    'in',
    eb
      .selectFrom('exchange_documents')
      .select('exchange_documents.exchange')
      .where(`exchange_documents.${column}`, '=', clip(value))
      .where('exchange_documents.direction', 'in', directions)
      .where('exchange_documents.exchange', 'is not', null)
      .$castTo<{ exchange: string }>(),
  );
}

/** See `ExchangeStore.documentsOf`. */
export async function documentsOf(
  db: Kysely<Tables>,
  exchange: string,
): Promise<readonly RecordedDocument[]> {
  const rows = await db
    .selectFrom('exchange_documents')
    .selectAll()
    .where('exchange', '=', exchange)
    .orderBy('at')
    .orderBy('seq')
    .limit(1000)
    .execute();
  return rows.map(documentFrom);
}

/** See `ExchangeStore.documentBytes`. */
export async function documentBytes(db: Kysely<Tables>, rowId: RowId): Promise<Buffer | undefined> {
  const row = await db
    .selectFrom('exchange_document_bytes')
    .select('bytes')
    .where('row_id', '=', rowId)
    .executeTakeFirst();
  return row === undefined ? undefined : asBuffer(row.bytes);
}

/** See `ExchangeStore.takeExchange`. */
export async function takeExchange(db: Kysely<Tables>, id: string, at: number): Promise<boolean> {
  const taken = await db
    .updateTable('exchanges')
    .set((row) => ({ taken_at: at, moves: row('moves', '+', 1) }))
    .where('id', '=', id)
    .where('taken_at', 'is', null)
    .executeTakeFirst();
  return taken.numUpdatedRows === 1n;
}

/** See `ExchangeStore.forgetDocuments`. An exchange goes when none of its documents is left. */
export async function forgetDocuments(db: Kysely<Tables>, before: number): Promise<number> {
  return await db.transaction().execute(async (transaction) => {
    const rows = await transaction
      .selectFrom('exchange_documents')
      .select(['row_id', 'exchange'])
      .where('at', '<', before)
      .orderBy('at')
      .limit(FORGET_AT_ONCE)
      .execute();
    if (rows.length === 0) return 0;
    const rowIds = rows.map(({ row_id }) => row_id);
    await transaction.deleteFrom('exchange_document_bytes').where('row_id', 'in', rowIds).execute();
    await transaction.deleteFrom('exchange_documents').where('row_id', 'in', rowIds).execute();
    const touched = [...new Set(rows.flatMap(({ exchange }) => (exchange === null ? [] : [exchange])))];
    if (touched.length > 0) await forgetExchanges(transaction, touched);
    return rows.length;
  });
}

async function forgetExchanges(transaction: Transaction<Tables>, touched: readonly string[]): Promise<void> {
  await transaction
    .deleteFrom('exchanges')
    .where('id', 'in', touched)
    .where((row) =>
      row.not(
        row.exists(
          row
            .selectFrom('exchange_documents')
            .select('exchange_documents.row_id')
            .whereRef('exchange_documents.exchange', '=', 'exchanges.id'),
        ),
      ),
    )
    .execute();
  await forgetPreviewLinks(transaction, touched);
}
