import type { InboundMessage, OutboundStatus } from '../../msh/index.ts';
import type { Exchange, RecordedDocument } from '../ports/index.ts';
import { answerRequest } from './answer.ts';
import { linkOf, previewOf } from './preview/preview.ts';
import { draftLink } from './preview/preview-links.ts';
import type { MintedLink, Preview } from './preview/preview-types.ts';
import { decidePreview, openPreview, visitPreview } from './preview/preview-visits.ts';
import { readRecorded } from './recorded-document.ts';
import { requestEvidence } from './request.ts';
import { requestPreview } from './preview/request-preview.ts';
import { takeAnswer } from './take.ts';
import type { ExchangeRecord, Exchanges, ExchangesContext } from './types.ts';
import type { PreviewLinkWish } from './wishes.ts';

/** The evidence exchange over a Message Service Handler and a store. */
export function createExchanges(context: ExchangesContext): Exchanges {
  const { store } = context;
  return {
    request: (wish, caller) => requestEvidence(context, wish, caller),
    requestPreview: (exchange, returnLocation) => requestPreview(context, exchange, returnLocation),
    answer: (exchange, answer, parts) => answerRequest(context, exchange, answer, parts),
    mintPreviewLink: (exchange, wish) => mintPreviewLink(context, exchange, wish),
    openPreview: (wish, permit) => openPreview(context, wish, permit),
    visitPreview: (session, permit) => visitPreview(context, session, permit),
    decidePreview: (session, wish, permit) => decidePreview(context, session, wish, permit),
    find: (id) => store.getExchange(id),
    list: (filter, page) => store.listExchanges(filter, page),
    record: (exchange) => recordOf(context, exchange),
    documentBytes: (rowId) => store.documentBytes(rowId),
    document: (rowId) => readRecorded(context, rowId),
    take: (exchange) => takeAnswer(context, exchange),
  };
}

async function mintPreviewLink(
  context: ExchangesContext,
  exchange: Exchange,
  wish: PreviewLinkWish,
): Promise<MintedLink> {
  const minted = await draftLink(context, exchange, wish);
  await context.store.addPreviewLink(minted.link);
  return minted;
}

async function recordOf(context: ExchangesContext, exchange: Exchange): Promise<ExchangeRecord> {
  const { msh, store } = context;
  const documents = await store.documentsOf(exchange.id);
  const sent = new Map<string, OutboundStatus>();
  const received = new Map<string, InboundMessage>();
  for (const { rowId, direction, messageId } of documents)
    if (direction === 'out') {
      const status = await msh.status(messageId);
      if (status?.message.rowId === rowId) sent.set(rowId, status);
    } else {
      const message = await msh.inbound(rowId);
      if (message !== undefined) received.set(rowId, message);
    }
  const preview = await previewIn(context, exchange, documents);
  return { exchange, documents, sent, received, ...(preview === undefined ? {} : { preview }) };
}

async function previewIn(
  { store, nature }: ExchangesContext,
  exchange: Exchange,
  documents: readonly RecordedDocument[],
): Promise<Preview | undefined> {
  if (exchange.role !== 'provider') return undefined;
  const link = linkOf(exchange, await store.previewLinksOf(exchange.id));
  return link && previewOf(exchange, documents, link, nature.now());
}
