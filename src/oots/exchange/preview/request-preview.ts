import { derivedUuid } from '../../derived-uuid.ts';
import type { Exchange, RecordedDocument } from '../../ports/index.ts';
import { composePreviewRequest } from '../compose/compose-preview-request.ts';
import type { ExchangesContext, Granted } from '../types.ts';
import { readRecorded } from '../recorded-document.ts';
import { wishError } from '../refuse-wish.ts';
import { CALLER, isDuplicate, send, sentBefore } from '../send.ts';

/**
 * Makes the second request of an exchange. There is one for each first request, whoever asks for it and however often; throws
 * `oots/no-preview` when none is due, or it was made with another way back.
 */
export async function requestPreview(
  context: ExchangesContext,
  exchange: Exchange,
  returnLocation: string | undefined,
): Promise<Granted> {
  const first = await firstRequest(context, exchange);
  const { previewLocation } = exchange;
  if (first === undefined || previewLocation === undefined) throw noPreview(exchange);
  const idempotency = { caller: CALLER, key: `preview ${exchange.id} ${first.facts.requestId ?? ''}` };
  const isDue = exchange.state === 'preview-required';
  if (!isDue && (await sentBefore(context, idempotency)) === undefined) throw noPreview(exchange);
  const [read, status] = await Promise.all([
    readRecorded(context, first.rowId),
    context.msh.status(first.messageId),
  ]);
  if (read?.kind !== 'request' || status === undefined) throw noPreview(exchange);
  const { userMessage: message, pmodeId } = status.message;
  const facts = { request: read.document, message, pmodeId, previewLocation, returnLocation };
  const requestId = derivedUuid(JSON.stringify([idempotency.caller, idempotency.key]));
  try {
    return await send(context, {
      role: 'requester',
      idempotency,
      compose: (issuedAt) => composePreviewRequest({ ...facts, requestId, issuedAt }),
    });
  } catch (error) {
    throw isDuplicate(error) ? noPreview(exchange) : error;
  }
}

/** The last request that did not come from a preview. */
async function firstRequest(
  { store }: ExchangesContext,
  { id, role }: Exchange,
): Promise<RecordedDocument | undefined> {
  if (role !== 'requester') return undefined;
  const documents = await store.documentsOf(id);
  return documents.findLast(
    ({ direction, flaw, facts }) =>
      direction === 'out' &&
      flaw === undefined &&
      facts.kind === 'request' &&
      facts.previewLocation === undefined,
  );
}

function noPreview({ state, role }: Exchange): Error {
  return wishError('oots/no-preview', 'There is no preview to go on with in this exchange.', {
    field: 'state',
    expected: 'preview-required, as requester; and once it was asked for, the same returnLocation',
    found: `${state}, as ${role}`,
  });
}
