import type { Exchange } from '../../ports/index.ts';
import { draftLink, isMadeOf, isOffered } from './preview-links.ts';
import { wishError } from '../refuse-wish.ts';
import type { ExchangesContext } from '../types.ts';
import type { AnswerWish } from '../wishes.ts';

/** What decides about the link of an answer. */
export interface LinkFacts {
  /** The request was answered before; the same again must have the same link. */
  readonly isAnswered: boolean;
  /** Throws when the answer cannot be made; then no link is. */
  readonly tryOut: (wish: AnswerWish) => void;
}

/**
 * The answer with the location of its preview, where a link is to be made. It is on record before anybody gets it. Throws as
 * `draftLink`, and `oots/incomplete-answer`; undefined when another answer was given.
 */
export async function withLocation(
  context: ExchangesContext,
  exchange: Exchange,
  wish: AnswerWish,
  { isAnswered, tryOut }: LinkFacts,
): Promise<AnswerWish | undefined> {
  if (wish.outcome !== 'preview-required' || wish.link === undefined) return wish;
  if (wish.location !== undefined)
    throw wishError('oots/incomplete-answer', 'The answer has a location and has one made.', {
      field: 'location',
      expected: 'either location or link',
    });
  if (isAnswered) {
    const location = await locationBefore(context, exchange, wish.link.base);
    return location === undefined ? undefined : { ...wish, location };
  }
  const { link, location } = await draftLink(context, exchange, wish.link, 'link.');
  const whole = { ...wish, location };
  tryOut(whole);
  await context.store.addPreviewLink(link);
  return whole;
}

/** The location that was made for this answer before, whose token stands nowhere but in it. */
async function locationBefore(
  { store, recordNow }: ExchangesContext,
  { id }: Exchange,
  base: string,
): Promise<string | undefined> {
  await recordNow();
  const [exchange, links] = await Promise.all([store.getExchange(id), store.previewLinksOf(id)]);
  const location = exchange?.previewLocation;
  if (exchange === undefined || location === undefined || !isMadeOf(location, base)) return undefined;
  return links.some((link) => isOffered(exchange, link)) ? location : undefined;
}
