import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Response } from 'express';
import type { InboundMessage, Page } from '../../msh/index.ts';
import type { Operation, RestContext } from './context.ts';
import { setDownloadHeaders, streamDownload } from './download.ts';
import { unknownMessage } from './messages.ts';
import { RestError } from './problems.ts';
import { SCHEMAS, checked } from './schemas.ts';
import { contentIdOf, inboundView, pageView } from './views.ts';

async function find(context: RestContext, id: unknown): Promise<InboundMessage> {
  const message = await context.msh.inbound(String(id));
  if (message === undefined) throw unknownMessage(String(id), 'received');
  return message;
}

/** Resolves after `ms`, or at once when the client has gone or the API closes; tells whether to go on. */
async function pause(response: Response, closing: AbortSignal, ms: number): Promise<boolean> {
  const awake = new AbortController();
  const ended = [
    sleep(ms, true, { signal: awake.signal }),
    once(response, 'close', { signal: awake.signal }).then(() => false),
    once(closing, 'abort', { signal: awake.signal }).then(() => false),
  ];
  try {
    return !closing.aborted && (await Promise.race(ended));
  } finally {
    awake.abort();
    await Promise.allSettled(ended);
  }
}

async function poll(
  look: () => Promise<Page<InboundMessage>>,
  context: RestContext,
  response: Response,
  waitMs: number,
): Promise<Page<InboundMessage>> {
  const deadline = performance.now() + waitMs;
  for (;;) {
    const page = await look();
    const left = deadline - performance.now();
    if (page.items.length > 0 || left <= 0) return page;
    const goOn = await pause(response, context.closing, Math.min(left, context.limits.pollMs));
    if (!goOn) return page;
  }
}

/** `GET /v1/inbox`: received messages oldest first; `wait` holds the answer until there is one. */
export const listInbox: Operation = async (context, request, response) => {
  const query = checked(SCHEMAS.inboxQuery, request.query, 'query');
  const { limits, msh } = context;
  const wait = Math.min(query.wait ?? 0, limits.waitSeconds);
  // Whoever waits, waits for something new.
  const state = query.state ?? (query.wait === undefined ? undefined : 'RECEIVED');
  const filter = { state, conversationId: query.conversationId, action: query.action };
  const look = () =>
    msh.inbox(filter, { limit: Math.min(query.limit, limits.pageSize), cursor: query.cursor });
  const page = await poll(look, context, response, wait * 1_000);
  if (response.destroyed) return;
  response.json(pageView(page, inboundView, { path: request.path, query: request.query }));
};

/** `GET /v1/inbox/{id}`. */
export const getInbound: Operation = async (context, request, response) => {
  response.json(inboundView(await find(context, request.params.id)));
};

/** `GET /v1/inbox/{id}/parts/{n}`: the business document as the partner's backend gave it. */
export const getPart: Operation = async (context, request, response) => {
  const message = await find(context, request.params.id);
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

/** `POST /v1/inbox/{id}/acknowledge`: the backend has it; saying so twice is no error. */
export const acknowledge: Operation = async (context, request, response) => {
  const message = await find(context, request.params.id);
  const changed = await context.msh.acknowledge(message.rowId);
  const { state } = await find(context, message.rowId);
  response.json({ id: message.rowId, messageId: message.messageId, state, changed });
};
