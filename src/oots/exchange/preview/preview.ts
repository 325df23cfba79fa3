import type { Exchange, ExchangeState, PreviewLink, RecordedDocument } from '../../ports/index.ts';
import { isHttps } from '../compose/links.ts';
import { isOffered } from './preview-links.ts';
import type { Preview } from './preview-types.ts';

/** States of an exchange in which a citizen may be on the way to the preview, or in it. */
export const AT_PREVIEW: ReadonlySet<ExchangeState> = new Set(['preview-required', 'preview-requested']);

/** Of the links of an exchange the one that the portal was given, else the last one. */
export function linkOf(exchange: Exchange, links: readonly PreviewLink[]): PreviewLink | undefined {
  return links.findLast((link) => isOffered(exchange, link)) ?? links.at(-1);
}

/** What a preview is at a time. */
export function previewOf(
  exchange: Exchange,
  documents: readonly RecordedDocument[],
  link: PreviewLink,
  now: number,
): Preview {
  const { linkedAt, expiresAt, openedAt, sessionExpiresAt, decidedAt, accepted, decision } = link;
  const expiredAt = decision === undefined ? expiry(exchange, link, now) : undefined;
  const open = openedAt === undefined ? 'linked' : 'opened';
  return {
    state: decision ?? (expiredAt === undefined ? open : 'expired'),
    linkedAt,
    expiresAt,
    openedAt,
    sessionExpiresAt,
    decidedAt,
    accepted,
    expiredAt,
    returnLocation: followable(returnLocationIn(documents)) ?? link.returnLocation,
  };
}

/** Since when nothing can come of it any more: its time is over, or the exchange is. */
function expiry(exchange: Exchange, link: PreviewLink, now: number): number | undefined {
  const { state, changedAt } = exchange;
  const { expiresAt, sessionExpiresAt = expiresAt } = link;
  const isOver = (state !== 'requested' && !AT_PREVIEW.has(state)) || isSuperseded(exchange, link);
  const ends = Math.min(sessionExpiresAt, isOver ? changedAt : Infinity);
  return ends <= now ? ends : undefined;
}

/** Whether a preview was opened that the exchange is no longer about: another request was made in it since. */
export function isSuperseded(exchange: Exchange, link: PreviewLink): boolean {
  return link.openedAt !== undefined && !isOffered(exchange, link);
}

/** Whatever a partner wrote, the citizen is sent to a link that can be followed. */
function followable(link: string | undefined): string | undefined {
  return link !== undefined && isHttps(link) ? link : undefined;
}

/** Where the second request says that the citizen comes back to: since EDM 2.0. */
function returnLocationIn(documents: readonly RecordedDocument[]): string | undefined {
  return documents.findLast(({ direction, flaw }) => direction === 'in' && flaw === undefined)?.facts
    .returnLocation;
}
