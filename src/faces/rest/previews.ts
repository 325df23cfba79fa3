import type { Exchange, PreviewVisit } from '../../oots/index.ts';
import { answerJson } from './answer.ts';
import type { Operation, RestContext } from './context.ts';
import { EXCHANGE_SCHEMAS } from './exchange-schemas.ts';
import { exchangeView, previewView } from './exchange-views.ts';
import { exchangesOf, findExchange, isTheirs } from './exchanges.ts';
import { readJson } from './read-json.ts';
import { checked } from './schemas.ts';

/** Bytes of a body that has a token, a link or a decision in it. */
const MOST_BYTES = 64 * 1024;

/** `POST /v1/exchanges/{id}/preview-links`: a link whose token is told here, and nowhere again. */
export const mintPreviewLink: Operation = async (context, request, response) => {
  const exchange = await findExchange(context, request.params.id);
  const wish = checked(EXCHANGE_SCHEMAS.previewLink, await readJson(request, MOST_BYTES), 'body');
  const { link, token, location } = await exchangesOf(context).mintPreviewLink(exchange, wish);
  const minted = {
    exchange: link.exchange,
    requestId: link.requestId,
    token,
    location,
    expiresAt: new Date(link.expiresAt).toISOString(),
  };
  answerJson(response, minted, { status: 201 });
};

/** `POST /v1/preview/open`: the citizen is here; the link is used up. */
export const openPreview: Operation = async (context, request, response) => {
  const wish = checked(EXCHANGE_SCHEMAS.openPreview, await readJson(request, MOST_BYTES), 'body');
  const { session, ...visit } = await exchangesOf(context).openPreview(wish, permitOf(context));
  answerJson(response, { session, ...visitView(visit) });
};

/** `POST /v1/preview/session`: what the session of an opened link is about, and where it stands. */
export const visitPreview: Operation = async (context, request, response) => {
  const { session } = checked(EXCHANGE_SCHEMAS.visitPreview, await readJson(request, MOST_BYTES), 'body');
  answerJson(response, visitView(await exchangesOf(context).visitPreview(session, permitOf(context))));
};

/** `POST /v1/preview/decide`: what the citizen says; once. */
export const decidePreview: Operation = async (context, request, response) => {
  const body = checked(EXCHANGE_SCHEMAS.decidePreview, await readJson(request, MOST_BYTES), 'body');
  const { session, ...wish } = body;
  const { changed, ...visit } = await exchangesOf(context).decidePreview(session, wish, permitOf(context));
  answerJson(response, { changed, ...visitView(visit) });
};

const permitOf =
  ({ principal }: RestContext) =>
  (exchange: Exchange): boolean =>
    isTheirs(principal, exchange);

const visitView = ({ exchange, preview, subject, request }: PreviewVisit) => ({
  preview: previewView(preview),
  exchange: exchangeView(exchange),
  subject,
  request,
});
