import { answerJson } from './answer.ts';
import type { Request, Response } from './request.ts';
import type { AnswerWish, Exchange, Granted, RequestWish } from '../../oots/index.ts';
import type { z } from 'zod';
import type { PartStreams } from '../../msh/index.ts';
import type { Operation, RestContext } from './context.ts';
import { EXCHANGE_SCHEMAS } from './exchange-schemas.ts';
import { exchangePath } from './exchange-views.ts';
import { exchangesOf, findExchange, shown } from './exchanges.ts';
import { idempotencyOf } from './idempotency.ts';
import { requireSender } from './parties.ts';
import { RestError } from './problems.ts';
import { readJson, readOptionalJson } from './read-json.ts';
import { checked } from './schemas.ts';
import { readUpload } from './uploads.ts';
import type { UploadShape } from './uploads.ts';

/** 202 for what is granted now, 200 for what was granted before. */
async function answerGranted(
  context: RestContext,
  response: Response,
  { exchange, isNew }: Granted,
  returnLocation?: string,
): Promise<void> {
  answerJson(response, await shown(context, exchange, returnLocation), {
    status: isNew ? 202 : 200,
    location: exchangePath(exchange.id),
  });
}

/** `POST /v1/exchanges`: asks a provider for evidence. */
export const requestEvidence: Operation = async (context, request, response) => {
  const exchanges = exchangesOf(context);
  const { principal, limits } = context;
  const idempotency = idempotencyOf(request, principal);
  const body = checked(EXCHANGE_SCHEMAS.wish, await readJson(request, limits.jsonBytes), 'body');
  // What the schema leaves out is not there at all: the types only cannot say it.
  const wish = body as RequestWish;
  const granted = await exchanges.request(wish, {
    name: principal.name,
    idempotencyKey: idempotency?.key,
    permit: (submission) => requireSender(principal, submission),
  });
  await answerGranted(context, response, granted);
};

/** `POST /v1/exchanges/{id}/preview`: the second request, while the citizen is on the way to the preview. */
export const requestPreview: Operation = async (context, request, response) => {
  const exchange = await findExchange(context, request.params.id);
  const body = await readOptionalJson(request, context.limits.messageFieldBytes);
  const { returnLocation } = checked(EXCHANGE_SCHEMAS.preview, body, 'body');
  const granted = await exchangesOf(context).requestPreview(exchange, returnLocation);
  await answerGranted(context, response, granted, returnLocation);
};

type Answer = z.output<typeof EXCHANGE_SCHEMAS.answer> | z.output<typeof EXCHANGE_SCHEMAS.inlineAnswer>;

const SHAPE: UploadShape<Answer> = {
  inline: EXCHANGE_SCHEMAS.inlineAnswer,
  described: EXCHANGE_SCHEMAS.answer,
  partsOf: (answer) => {
    if (answer.outcome === 'evidence') return { field: 'documents', parts: answer.documents };
    return { field: 'parts', parts: answer.outcome === 'document' ? answer.parts : [] };
  },
};

/** `POST /v1/exchanges/{id}/answer`: JSON with documents in base64, or a form whose files are streamed. */
export const answerRequest: Operation = async (context, request: Request, response) => {
  const exchange = await findExchange(context, request.params.id);
  const granted = await readUpload(context, request, SHAPE, (answer, streams) => {
    requireAsked(exchange, answer);
    return exchangesOf(context).answer(exchange, wishOf(answer), partsOf(answer, streams));
  });
  await answerGranted(context, response, granted);
};

/** A backend that names the request answers no other one by accident. */
function requireAsked({ requestId }: Exchange, answer: Answer): void {
  if (answer.requestId === undefined || answer.requestId === requestId) return;
  throw new RestError('rest/other-request', 'Another request waits in this exchange by now.', {
    finding: {
      check: 'request-that-waits',
      field: 'requestId',
      expected: requestId,
      found: answer.requestId.slice(0, 160),
      advice: 'Read the exchange again, and answer the request it has now.',
    },
  });
}

/** Where no parts are wanted, none are waited for. */
function partsOf(answer: Answer, streams: PartStreams): PartStreams | undefined {
  return SHAPE.partsOf(answer).parts.length > 0 ? streams : undefined;
}

function wishOf(answer: Answer): AnswerWish {
  const { requestId: _checked, ...wish } = answer;
  if (wish.outcome === 'document')
    return { ...wish, parts: wish.parts.map((part) => without(part, 'content')) };
  if (wish.outcome !== 'evidence') return wish as AnswerWish;
  const documents = wish.documents.map((document) => {
    const { mimeType, contentId, compress, ...said } = without(document, 'content');
    const part = {
      mimeType,
      ...(contentId === undefined ? {} : { contentId }),
      ...(compress === undefined ? {} : { compress }),
    };
    return { ...said, part };
  });
  return { ...wish, documents } as AnswerWish;
}

function without<T extends object>(value: T, key: string): T {
  return Object.fromEntries(Object.entries(value).filter(([name]) => name !== key)) as T;
}

/** `POST /v1/exchanges/{id}/acknowledge`: the backend has the answer; saying so twice is no error. */
export const takeExchange: Operation = async (context, request, response) => {
  const exchange = await findExchange(context, request.params.id);
  checked(
    EXCHANGE_SCHEMAS.nothing,
    await readOptionalJson(request, context.limits.messageFieldBytes),
    'body',
  );
  const changed = await exchangesOf(context).take(exchange);
  const { id, state, takenAt } = await findExchange(context, exchange.id);
  answerJson(response, { id, state, changed, takenAt: takenAt && new Date(takenAt).toISOString() });
};
