import { answerJson } from './answer.ts';
import type { Operation } from './context.ts';
import { setDownloadHeaders, streamDownload } from './download.ts';
import { findInbound } from './find-inbound.ts';
import { poll } from './long-poll.ts';
import { RestError } from './problems.ts';
import { readJson } from './read-json.ts';
import { SCHEMAS, checked } from './schemas.ts';
import { businessView, contentIdOf, inboundView, pageView } from './views.ts';

/** `GET /v1/inbox`: received messages oldest first; `wait` holds the answer until there is one. */
export const listInbox: Operation = async (context, request, response) => {
  const { limit, cursor, pmode, wait, ...filter } = checked(SCHEMAS.inboxQuery, request.query, 'query');
  const { limits, msh } = context;
  // Whoever waits, waits for something new.
  const state = filter.state ?? (wait === undefined ? undefined : 'RECEIVED');
  const look = () =>
    msh.inbox(
      { ...filter, state, pmodeId: pmode, finalRecipients: context.principal.parties },
      { limit: Math.min(limit, limits.pageSize), cursor },
    );
  const page = await poll(look, ({ items }) => items.length > 0, {
    context,
    response,
    waitSeconds: wait ?? 0,
  });
  if (response.destroyed) return;
  answerJson(response, pageView(page, inboundView, { path: request.path, query: request.query }));
};

/** `GET /v1/inbox/{id}`. */
export const getInbound: Operation = async (context, request, response) => {
  answerJson(response, inboundView(await findInbound(context, request.params.id)));
};

/** `GET /v1/inbox/{id}/parts/{n}`: the business document as the partner's backend gave it. */
export const getPart: Operation = async (context, request, response) => {
  const message = await findInbound(context, request.params.id);
  const wanted = String(request.params.n);
  const part = /^\d{1,5}$/.test(wanted) ? message.parts[Number(wanted)] : undefined;
  if (part === undefined) {
    throw new RestError('rest/unknown-part', `The message has ${message.parts.length} parts.`, {
      finding: {
        check: 'part-known',
        field: 'n',
        expected: `0 to ${message.parts.length - 1}`,
        found: wanted,
      },
    });
  }
  const content = context.msh.openPayload(part.payload, { compressed: part.compressed });
  await streamDownload(request, response, content, () => {
    setDownloadHeaders(response, {
      name: contentIdOf(part.href),
      mediaType: part.mimeType,
      size: part.originalSize,
      sha256: part.sha256,
    });
    return part.originalSize;
  });
};

/** `GET /v1/inbox/{id}/receipt`: the receipt byte for byte as it was sent. */
export const getInboundReceipt: Operation = async (context, request, response) => {
  const { messageId, receipt } = await findInbound(context, request.params.id);
  setDownloadHeaders(response, {
    name: `receipt-${messageId}`,
    mediaType: receipt.contentType,
    size: receipt.bytes.byteLength,
  });
  response.end(receipt.bytes);
};

/** `GET /v1/inbox/{id}/envelope`: the SOAP part byte for byte as it came. */
export const getInboundEnvelope: Operation = async (context, request, response) => {
  const { rowId, messageId } = await findInbound(context, request.params.id);
  const envelope = await context.msh.inboundEnvelope(rowId);
  if (envelope === undefined) {
    throw new RestError('rest/no-envelope', 'No envelope of this message was kept.', {
      finding: { check: 'envelope-kept', field: 'id', found: rowId },
    });
  }
  setDownloadHeaders(response, {
    name: `envelope-${messageId}`,
    mediaType: envelope.contentType,
    size: envelope.bytes.byteLength,
  });
  response.end(envelope.bytes);
};

/** `PUT /v1/inbox/{id}/business`: whether the backend accepts the content; the last word holds. */
export const putInboundBusiness: Operation = async (context, request, response) => {
  const message = await findInbound(context, request.params.id);
  const word = checked(SCHEMAS.business, await readJson(request, context.limits.messageFieldBytes), 'body');
  const business = await context.msh.sayBusiness('in', message, { ...word, by: context.principal.name });
  answerJson(response, businessView(business));
};
