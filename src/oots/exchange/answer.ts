import type { PartStreams } from '../../msh/index.ts';
import { isQuoinError } from '../../protocol/errors/index.ts';
import { derivedUuid } from '../derived-uuid.ts';
import { ACTIONS, SERVICE } from '../exchange-header.ts';
import type { Exchange, ExchangeState } from '../ports/index.ts';
import { answerPMode } from './answer-pmode.ts';
import { withLocation } from './preview/answer-with-preview.ts';
import { composeAnswer } from './compose/compose-answer.ts';
import type { AnswerSources } from './compose/compose-answer.ts';
import type { Composed } from './compose/composed.ts';
import type { ExchangesContext, Granted } from './types.ts';
import { readRecorded } from './recorded-document.ts';
import { wishError } from './refuse-wish.ts';
import { CALLER, isDuplicate, send, sentBefore } from './send.ts';
import type { AnswerWish } from './wishes.ts';

/** States in which somebody waits for our answer; too late is better than never, if only with a reason. */
const WAITING: ReadonlySet<ExchangeState> = new Set(['requested', 'preview-requested', 'expired']);

/**
 * Answers the request that waits. There is one answer to each request: the same again has no effect, another one is refused
 * with `oots/not-waiting`. The request is acknowledged with it.
 */
export async function answerRequest(
  context: ExchangesContext,
  exchange: Exchange,
  wish: AnswerWish,
  others?: PartStreams,
): Promise<Granted> {
  const idempotency = { caller: CALLER, key: `answer ${exchange.id} ${exchange.requestId}` };
  const isWaiting = exchange.role === 'provider' && WAITING.has(exchange.state);
  if (!isWaiting && (await sentBefore(context, idempotency)) === undefined) throw notWaiting(exchange);
  const sources = await sourcesOf(context, exchange);
  if (sources === undefined) throw notWaiting(exchange);
  const compose =
    (whole: AnswerWish) =>
    (issuedAt: string): Composed => {
      let ids = 0;
      const newId = (): string => derivedUuid(`${idempotency.key} ${(ids += 1)}`);
      return composeAnswer(whole, { ...sources, issuedAt, newId });
    };
  // Who was overtaken while a link was made looks once more: the answer that was given may be the same.
  for (let isLast = !hasLink(wish); ; isLast = true) {
    const isAnswered = hasLink(wish) && (await sentBefore(context, idempotency)) !== undefined;
    const tryOut = (whole: AnswerWish): void =>
      void compose(whole)(new Date(context.nature.now()).toISOString());
    const whole = await withLocation(context, exchange, wish, { isAnswered, tryOut });
    if (whole === undefined) throw notWaiting(exchange);
    try {
      const granted = await send(context, { role: 'provider', idempotency, compose: compose(whole), others });
      await acknowledgeRequest(context, exchange);
      return granted;
    } catch (error) {
      if (!isDuplicate(error)) throw error;
      if (isLast) throw notWaiting(exchange);
    }
  }
}

const hasLink = (wish: AnswerWish): boolean => wish.outcome === 'preview-required' && wish.link !== undefined;

async function sourcesOf(
  context: ExchangesContext,
  { requestRowId, pmodeId }: Exchange,
): Promise<Omit<AnswerSources, 'issuedAt' | 'newId'> | undefined> {
  const { msh, idDomain, countryIn } = context;
  const [read, received] = await Promise.all([
    readRecorded(context, requestRowId),
    msh.inbound(requestRowId),
  ]);
  if (read?.kind !== 'request' || received === undefined) return undefined;
  const { userMessage: message } = received;
  return {
    request: read.document,
    message,
    pmodeId: answerPMode(msh, pmodeId, {
      from: message.to,
      to: message.from,
      service: SERVICE,
      action: ACTIONS.response,
      parts: [],
    }),
    idDomain,
    country: countryIn(pmodeId),
  };
}

/** Nobody needs the request any more; whoever works on it has it until they give it back. */
async function acknowledgeRequest({ msh }: ExchangesContext, { requestRowId }: Exchange): Promise<void> {
  try {
    await msh.acknowledge(requestRowId);
  } catch (error) {
    if (!isQuoinError(error) || error.code !== 'deliver/leased') throw error;
  }
}

function notWaiting({ role, state, requestId }: Exchange): Error {
  return wishError('oots/not-waiting', `No request waits for this answer in the exchange: ${requestId}.`, {
    field: 'state',
    expected: 'requested or preview-requested, as provider',
    found: `${state}, as ${role}`,
  });
}
