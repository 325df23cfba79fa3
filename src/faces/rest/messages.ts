import type { OutboundStatus } from '../../msh/index.ts';
import { answerJson } from './answer.ts';
import type { Operation, RestContext } from './context.ts';
import { setDownloadHeaders } from './download.ts';
import { seesSent } from './parties.ts';
import { RestError } from './problems.ts';
import { readJson } from './read-json.ts';
import { SCHEMAS, checked } from './schemas.ts';
import { canBeId } from './text.ts';
import { businessView, outboundView, pageView, resentView, statusView } from './views.ts';

/** 404 for a message, naming what was asked for. */
export function unknownMessage(id: string, where: string): RestError {
  return new RestError('rest/unknown-message', `No ${where} message is known by this id.`, {
    finding: {
      check: 'message-known',
      field: 'id',
      found: id,
      advice: 'Percent-encode the id in the path; sent and received messages are listed apart.',
    },
  });
}

async function find(context: RestContext, id: unknown): Promise<OutboundStatus> {
  const messageId = String(id);
  const status = canBeId(messageId) ? await context.msh.status(messageId) : undefined;
  if (status === undefined || !seesSent(context.principal, status.message))
    throw unknownMessage(messageId, 'sent');
  return status;
}

/** `GET /v1/messages`. */
export const listMessages: Operation = async (context, request, response) => {
  const { cursor, limit, pmode, ...filter } = checked(SCHEMAS.messagesQuery, request.query, 'query');
  const page = await context.msh.listOutbound(
    { ...filter, pmodeId: pmode, originalSenders: context.principal.parties },
    { limit: Math.min(limit, context.limits.pageSize), cursor },
  );
  answerJson(response, pageView(page, outboundView, { path: request.path, query: request.query }));
};

/** `GET /v1/messages/{messageId}`. */
export const getMessage: Operation = async (context, request, response) => {
  answerJson(response, statusView(await find(context, request.params.messageId)));
};

/** `GET /v1/messages/{messageId}/receipt`: the receipt byte for byte as the partner sent it. */
export const getReceipt: Operation = async (context, request, response) => {
  const { message } = await find(context, request.params.messageId);
  const { receipt } = message;
  if (receipt === undefined) {
    throw new RestError('rest/no-receipt', 'The message has no receipt.', {
      finding: { check: 'receipt-kept', field: 'state', expected: 'ACKNOWLEDGED', found: message.state },
    });
  }
  setDownloadHeaders(response, {
    name: `receipt-${message.messageId}`,
    mediaType: receipt.contentType,
    size: receipt.bytes.byteLength,
  });
  response.end(receipt.bytes);
};

/** `GET /v1/messages/{messageId}/envelope`: the SOAP envelope as it was signed. */
export const getEnvelope: Operation = async (context, request, response) => {
  const { message } = await find(context, request.params.messageId);
  const { envelope } = message;
  if (envelope === undefined) {
    throw new RestError('rest/no-envelope', 'The message was not signed yet.', {
      finding: { check: 'envelope-kept', field: 'state', found: message.state },
    });
  }
  setDownloadHeaders(response, {
    name: `envelope-${message.messageId}`,
    mediaType: 'application/soap+xml; charset=utf-8',
    size: envelope.bytes.byteLength,
  });
  response.end(envelope.bytes);
};

/** `POST /v1/messages/{messageId}/resend`: a failed message goes out again under its MessageId. */
export const resendMessage: Operation = async (context, request, response) => {
  const { messageId } = (await find(context, request.params.messageId)).message;
  const resent = await context.msh.resend(messageId, context.principal.name);
  if (resent === undefined) throw unknownMessage(messageId, 'sent');
  const view = resentView(resent);
  answerJson(response, view, { status: 202, location: view.links.self });
};

/** `PUT /v1/messages/{messageId}/business`: what became of the content at the other end; the last word holds. */
export const putMessageBusiness: Operation = async (context, request, response) => {
  const { message } = await find(context, request.params.messageId);
  const word = checked(SCHEMAS.business, await readJson(request, context.limits.messageFieldBytes), 'body');
  const business = await context.msh.sayBusiness('out', message, { ...word, by: context.principal.name });
  answerJson(response, businessView(business));
};
