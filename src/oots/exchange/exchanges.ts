import type { InboundMessage, OutboundStatus } from '../../msh/index.ts';
import type { Exchange } from '../ports/index.ts';
import { answerRequest } from './answer.ts';
import { readRecorded } from './recorded-document.ts';
import { requestEvidence } from './request.ts';
import { requestPreview } from './request-preview.ts';
import { takeAnswer } from './take.ts';
import type { ExchangeRecord, Exchanges, ExchangesContext } from './types.ts';

/** The evidence exchange over a Message Service Handler and a store. */
export function createExchanges(context: ExchangesContext): Exchanges {
  const { store } = context;
  return {
    request: (wish, caller) => requestEvidence(context, wish, caller),
    requestPreview: (exchange, returnLocation) => requestPreview(context, exchange, returnLocation),
    answer: (exchange, answer, parts) => answerRequest(context, exchange, answer, parts),
    find: (id) => store.getExchange(id),
    list: (filter, page) => store.listExchanges(filter, page),
    record: (exchange) => recordOf(context, exchange),
    documentBytes: (rowId) => store.documentBytes(rowId),
    document: (rowId) => readRecorded(context, rowId),
    take: (exchange) => takeAnswer(context, exchange),
  };
}

async function recordOf({ msh, store }: ExchangesContext, exchange: Exchange): Promise<ExchangeRecord> {
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
  return { exchange, documents, sent, received };
}
