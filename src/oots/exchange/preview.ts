import type { Exchange, ExchangeState, PreviewLink, RecordedDocument } from '../ports/index.ts';
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
    returnLocation: returnLocationIn(documents) ?? link.returnLocation,
  };
}

/** Since when nothing can come of it any more: its time is over, or the exchange is. */
function expiry(
  { state, changedAt }: Exchange,
  { expiresAt, sessionExpiresAt = expiresAt }: PreviewLink,
  now: number,
): number | undefined {
  const isOver = state !== 'requested' && !AT_PREVIEW.has(state);
  const ends = Math.min(sessionExpiresAt, isOver ? changedAt : Infinity);
  return ends <= now ? ends : undefined;
}

/** Where the second request says that the citizen comes back to: since EDM 2.0. */
function returnLocationIn(documents: readonly RecordedDocument[]): string | undefined {
  return documents.findLast(({ direction, flaw }) => direction === 'in' && flaw === undefined)?.facts
    .returnLocation;
}
