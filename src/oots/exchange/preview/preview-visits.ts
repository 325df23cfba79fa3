import { subjectOf } from '../../answer-request.ts';
import type { Exchange, PreviewLink } from '../../ports/index.ts';
import { requireHttps } from '../compose/links.ts';
import { AT_PREVIEW, isSuperseded, previewOf } from './preview.ts';
import { hashOf, isOffered, newToken } from './preview-links.ts';
import type { DecisionWish, Permit, PreviewVisit } from './preview-types.ts';
import { readRecorded } from '../recorded-document.ts';
import { wishError } from '../refuse-wish.ts';
import type { ExchangesContext } from '../types.ts';

/**
 * Opens a link, once: whoever gets the session has it alone. Throws `oots/unknown-preview`, `oots/preview-link-used`,
 * `oots/preview-link-expired`, `oots/preview-over`, `oots/bad-return-location`.
 */
export async function openPreview(
  context: ExchangesContext,
  { token, returnLocation }: { readonly token: string; readonly returnLocation?: string | undefined },
  permit: Permit,
): Promise<PreviewVisit & { readonly session: string }> {
  const { store, nature, previews } = context;
  if (returnLocation !== undefined)
    requireHttps('oots/bad-return-location', 'returnLocation', returnLocation);
  const hash = hashOf(token);
  const openedAt = nature.now();
  const link = await store.previewLink(hash);
  const exchange = await exchangeOf(context, link, permit, 'token');
  requireOpenable(link!, openedAt);
  if (!AT_PREVIEW.has(exchange.state) || !isOffered(exchange, link!)) throw over(exchange);
  const session = newToken();
  const sessionExpiresAt = openedAt + previews.sessionMs;
  const opened = { openedAt, session: session.hash, sessionExpiresAt, returnLocation };
  if (!(await store.openPreviewLink(hash, opened))) throw used();
  return { session: session.token, ...(await visit(context, exchange, { ...link!, ...opened })) };
}

/** What a session is about. Throws `oots/unknown-preview`, `oots/preview-session-expired`. */
export async function visitPreview(
  context: ExchangesContext,
  session: string,
  permit: Permit,
): Promise<PreviewVisit> {
  const { link, exchange } = await inSession(context, session, permit);
  return await visit(context, exchange, link);
}

/**
 * Keeps what the citizen decided; the same again changes nothing. Throws as `visitPreview`, and `oots/preview-decided`,
 * `oots/preview-over`, `oots/incomplete-answer`.
 */
export async function decidePreview(
  context: ExchangesContext,
  session: string,
  wish: DecisionWish,
  permit: Permit,
): Promise<PreviewVisit & { readonly changed: boolean }> {
  const { store, nature } = context;
  requireSense(wish);
  const { link, exchange } = await inSession(context, session, permit);
  const decided = { ...wish, decidedAt: nature.now() };
  if (link.decision !== undefined) return await decidedBefore(context, exchange, link, wish);
  if (!AT_PREVIEW.has(exchange.state) || isSuperseded(exchange, link)) throw over(exchange);
  if (await store.decidePreview(hashOf(session), decided))
    return { changed: true, ...(await visit(context, exchange, { ...link, ...decided })) };
  // Somebody was faster.
  const now = await inSession(context, session, permit);
  return await decidedBefore(context, now.exchange, now.link, wish);
}

async function decidedBefore(
  context: ExchangesContext,
  exchange: Exchange,
  link: PreviewLink,
  { decision, accepted }: DecisionWish,
): Promise<PreviewVisit & { readonly changed: boolean }> {
  const isSame =
    link.decision === decision && JSON.stringify(link.accepted ?? null) === JSON.stringify(accepted ?? null);
  if (isSame) return { changed: false, ...(await visit(context, exchange, link)) };
  throw wishError('oots/preview-decided', 'Something else was decided in this preview.', {
    field: 'decision',
    expected: link.decision,
    found: link.decision === decision ? 'the same, with something else accepted' : decision,
  });
}

async function inSession(
  context: ExchangesContext,
  session: string,
  permit: Permit,
): Promise<{ readonly link: PreviewLink; readonly exchange: Exchange }> {
  const link = await context.store.previewSession(hashOf(session));
  const exchange = await exchangeOf(context, link, permit, 'session');
  if ((link?.sessionExpiresAt ?? 0) <= context.nature.now())
    throw wishError('oots/preview-session-expired', 'The time of this preview is over.', {
      field: 'session',
    });
  return { link: link!, exchange };
}

/** What is not the caller's is not there, in the same words. */
async function exchangeOf(
  { store }: ExchangesContext,
  link: PreviewLink | undefined,
  permit: Permit,
  field: 'token' | 'session',
): Promise<Exchange> {
  const exchange = link && (await store.getExchange(link.exchange));
  if (exchange !== undefined && permit(exchange)) return exchange;
  throw wishError('oots/unknown-preview', 'No preview is known by this.', { field });
}

function requireOpenable({ openedAt, expiresAt }: PreviewLink, now: number): void {
  if (openedAt !== undefined) throw used();
  if (expiresAt <= now)
    throw wishError('oots/preview-link-expired', 'The link was not opened in time.', { field: 'token' });
}

function requireSense({ decision, accepted }: DecisionWish): void {
  if (decision === 'approved' || accepted === undefined) return;
  throw wishError('oots/incomplete-answer', 'Nothing is accepted where everything is refused.', {
    field: 'accepted',
    expected: 'nothing there, or the decision approved',
  });
}

function used(): Error {
  return wishError('oots/preview-link-used', 'The link was opened before.', { field: 'token' });
}

function over({ state }: Exchange): Error {
  return wishError('oots/preview-over', 'The exchange is not at this preview.', {
    field: 'state',
    expected: [...AT_PREVIEW].join(' or '),
    found: state,
  });
}

async function visit(
  context: ExchangesContext,
  exchange: Exchange,
  link: PreviewLink,
): Promise<PreviewVisit> {
  const { store, nature } = context;
  const [documents, read] = await Promise.all([
    store.documentsOf(exchange.id),
    readRecorded(context, exchange.requestRowId),
  ]);
  // What is asked since then is not for whoever opened this preview.
  const isTheirs = read?.kind === 'request' && !isSuperseded(exchange, link);
  const request = isTheirs ? read.document : undefined;
  return {
    exchange,
    preview: previewOf(exchange, documents, link, nature.now()),
    request,
    subject: request && subjectOf(request),
  };
}
