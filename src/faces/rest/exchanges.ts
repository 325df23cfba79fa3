import { answerJson } from './answer.ts';
import type { Request, Response } from './request.ts';
import type { Exchange, Exchanges } from '../../oots/index.ts';
import type { Operation, RestContext } from './context.ts';
import { setDownloadHeaders, streamDownload } from './download.ts';
import { EXCHANGE_SCHEMAS } from './exchange-schemas.ts';
import { answerIn, evidenceOf, exchangeRecordView, exchangeView } from './exchange-views.ts';
import { poll } from './long-poll.ts';
import type { Principal } from './principal.ts';
import { RestError } from './problems.ts';
import { checked } from './schemas.ts';
import { canBeId } from './text.ts';
import { pageView } from './views.ts';

/** The exchanges of this access point. Throws RestError `rest/no-exchanges` where it keeps none. */
export function exchangesOf({ exchanges }: RestContext): Exchanges {
  if (exchanges !== undefined) return exchanges;
  throw new RestError('rest/no-exchanges', 'This access point keeps no exchanges.', {
    finding: {
      check: 'exchanges-kept',
      field: 'path',
      advice: 'Set exchanges.record in the configuration, or use messages and inbox.',
    },
  });
}

/** The exchange of a path, when it is one of the caller's. Throws RestError `rest/unknown-exchange`. */
export async function findExchange(context: RestContext, asked: unknown): Promise<Exchange> {
  const id = String(asked);
  const exchange = canBeId(id) ? await exchangesOf(context).find(id) : undefined;
  if (exchange !== undefined && isTheirs(context.principal, exchange)) return exchange;
  throw new RestError('rest/unknown-exchange', 'No exchange is known by this id.', {
    finding: {
      check: 'exchange-known',
      field: 'id',
      found: id.slice(0, 160),
      advice: 'List exchanges by conversationId, exchangeId, requestId or messageId to find its id.',
    },
  });
}

/** Whether an exchange is of a party of the key. */
export function isTheirs({ parties }: Principal, { party }: Exchange): boolean {
  return parties === undefined || (party !== undefined && parties.includes(party));
}

/** `GET /v1/exchanges`: the last begun first; `wait` holds the answer until there is one. */
export const listExchanges: Operation = async (context, request, response) => {
  const query = checked(EXCHANGE_SCHEMAS.listQuery, request.query, 'query');
  const { limit, cursor, wait, state, ...filter } = query;
  const look = () =>
    exchangesOf(context).list(
      {
        ...filter,
        ...(state === undefined ? {} : { states: [state] }),
        parties: context.principal.parties,
      },
      { limit: Math.min(limit, context.limits.pageSize), cursor },
    );
  const page = await poll(look, ({ items }) => items.length > 0, {
    context,
    response,
    waitSeconds: wait ?? 0,
  });
  if (response.destroyed) return;
  answerJson(response, pageView(page, exchangeView, { path: request.path, query: request.query }));
};

/** `GET /v1/exchanges/{id}`; `wait` holds the answer while the state is the one of `unless`, or the one it has now. */
export const getExchange: Operation = async (context, request, response) => {
  const { wait, unless } = checked(EXCHANGE_SCHEMAS.getQuery, request.query, 'query');
  const now = await findExchange(context, request.params.id);
  const known = unless ?? now.state;
  const exchange = await poll(
    () => findExchange(context, now.id),
    ({ state }) => state !== known,
    { context, response, waitSeconds: wait ?? 0 },
  );
  if (response.destroyed) return;
  answerJson(response, await shown(context, exchange));
};

/** An exchange with what its documents say, as far as they are kept. */
export async function shown(context: RestContext, exchange: Exchange, returnLocation?: string) {
  const exchanges = exchangesOf(context);
  const record = await exchanges.record(exchange);
  const answer = answerIn(record);
  const [asked, answered] = await Promise.all([
    exchanges.document(exchange.requestRowId),
    answer?.facts.kind === 'error' ? exchanges.document(answer.rowId) : undefined,
  ]);
  return exchangeRecordView(
    record,
    {
      request: asked?.kind === 'request' ? asked.document : undefined,
      exceptions: answered?.kind === 'error' ? (answered.document.exceptions ?? []) : [],
    },
    returnLocation,
  );
}

function nth<T>(items: readonly T[], n: unknown, what: string): T {
  const wanted = String(n);
  const item = /^\d{1,5}$/.test(wanted) ? items[Number(wanted)] : undefined;
  if (item !== undefined) return item;
  throw new RestError('rest/unknown-part', `The exchange has ${items.length} ${what}.`, {
    finding: {
      check: 'part-known',
      field: 'n',
      expected: items.length === 0 ? `no ${what}` : `0 to ${items.length - 1}`,
      found: wanted.slice(0, 20),
    },
  });
}

/** `GET /v1/exchanges/{id}/evidence/{n}`: a document of evidence as the provider gave it, streamed. */
export const getEvidence: Operation = async (context, request, response) => {
  const record = await exchangesOf(context).record(await findExchange(context, request.params.id));
  const parts = evidenceOf(record).flatMap((one) => (one.part === undefined ? [] : [one]));
  const { part, evidence } = nth(evidenceOf(record), request.params.n, 'documents of evidence');
  if (part === undefined) throw gone(parts.length);
  const content = context.msh.openPayload(part.payload, { compressed: part.compressed });
  await streamDownload(request, response, content, () => {
    setDownloadHeaders(response, {
      name: evidence.title ?? 'evidence',
      mediaType: part.mimeType,
      size: part.originalSize,
      sha256: part.sha256,
    });
    return part.originalSize;
  });
};

function gone(kept: number): RestError {
  return new RestError('rest/no-document', 'The document is not kept.', {
    finding: { check: 'document-kept', field: 'n', expected: `one of ${kept} that are kept` },
  });
}

/** `GET /v1/exchanges/{id}/documents/{n}`: RegRep XML byte for byte as it was sent or received. */
export const getExchangeDocument: Operation = async (
  context: RestContext,
  request: Request,
  response: Response,
) => {
  const exchanges = exchangesOf(context);
  const { documents } = await exchanges.record(await findExchange(context, request.params.id));
  const { rowId, facts } = nth(documents, request.params.n, 'documents');
  const bytes = await exchanges.documentBytes(rowId);
  if (bytes === undefined) throw gone(0);
  setDownloadHeaders(response, {
    name: `${facts.kind}-${facts.documentId ?? rowId}`,
    mediaType: 'application/x-ebrs+xml',
    size: bytes.byteLength,
  });
  response.end(bytes);
};
