import { createHash, randomBytes } from 'node:crypto';
import type { EvidenceRequest } from '../../model/request.ts';
import type { Exchange, PreviewLink } from '../../ports/index.ts';
import { requireHttps } from '../compose/links.ts';
import { requireRoomForPreview } from '../compose/compose-answer.ts';
import type { MintedLink } from './preview-types.ts';
import { readRecorded } from '../recorded-document.ts';
import { wishError } from '../refuse-wish.ts';
import type { ExchangesContext } from '../types.ts';
import type { PreviewLinkWish } from '../wishes.ts';

/** Bytes of a token: nobody finds one by trying. */
const TOKEN_BYTES = 32;

/** Characters of a token in base64url. */
const TOKEN_CHARACTERS = 43;

/** Parameters of a preview link that are not the provider's: our token, and what portals append before EDM 2.0 (TDD 4.9). */
const TAKEN = ['token', 'returnurl', 'returnmethod'] as const;

/** A new token, and what is kept of it. */
export function newToken(): { readonly token: string; readonly hash: string } {
  const token = randomBytes(TOKEN_BYTES).toString('base64url');
  return { token, hash: hashOf(token) };
}

/** What is kept of a token: it has so much chance in it that a plain digest cannot be turned back. */
export function hashOf(token: string): string {
  return createHash('sha256').update(token).digest('hex');
}

/**
 * A link for the request that waits, which is on no record yet. Throws `oots/not-waiting`, `oots/no-preview`,
 * `oots/bad-preview-location`, `oots/bad-preview-lifetime` naming the field below `place`.
 */
export async function draftLink(
  context: ExchangesContext,
  exchange: Exchange,
  { base, expiresIn }: PreviewLinkWish,
  place = '',
): Promise<MintedLink> {
  requireRoomForPreview(await waitingRequest(context, exchange), 'state');
  requireBase(base, `${place}base`);
  const { linkMs, mostMs } = context.previews;
  const lastsMs = expiresIn === undefined ? linkMs : expiresIn * 1000;
  if (lastsMs > mostMs)
    throw wishError('oots/bad-preview-lifetime', 'A link cannot be open for so long.', {
      field: `${place}expiresIn`,
      expected: `at most ${mostMs / 1000} seconds (exchanges.previewWithin)`,
      found: String(expiresIn),
    });
  const { token, hash } = newToken();
  const linkedAt = context.nature.now();
  return {
    token,
    location: `${prefixOf(base)}${token}`,
    link: {
      hash,
      exchange: exchange.id,
      requestId: exchange.requestId,
      linkedAt,
      expiresAt: linkedAt + lastsMs,
    },
  };
}

/** The request that may still be answered with a preview. */
async function waitingRequest(context: ExchangesContext, exchange: Exchange): Promise<EvidenceRequest> {
  const { role, state, requestRowId, previewLocation } = exchange;
  // Too late is better than never; one that expired at its preview has had its link.
  const isLate = state === 'expired' && previewLocation === undefined;
  const isAsked = state === 'requested' || state === 'preview-requested';
  const waits = role === 'provider' && (isAsked || isLate);
  const read = waits ? await readRecorded(context, requestRowId) : undefined;
  if (read?.kind === 'request') return read.document;
  throw wishError('oots/not-waiting', 'No request waits for a preview in this exchange.', {
    field: 'state',
    expected: 'requested, as provider',
    found: `${state}, as ${role}`,
  });
}

function requireBase(base: string, field: string): void {
  requireHttps('oots/bad-preview-location', field, base);
  const { username, password, searchParams } = new URL(base);
  const found = [
    ...(base.includes('#') ? ['a fragment'] : []),
    ...(/\s/.test(base) ? ['a blank'] : []),
    ...(username === '' && password === '' ? [] : ['a user']),
    ...TAKEN.filter((name) => searchParams.has(name)).map((name) => `the parameter ${name}`),
  ];
  if (found.length === 0) return;
  throw wishError('oots/bad-preview-location', `A link with a token cannot be made of ${field}.`, {
    field,
    expected: `an https:// link without fragment, blank, user, ${TAKEN.join(', ')}`,
    found: found.join(', '),
  });
}

/** The link up to its token, as text: what the provider wrote comes back to it unchanged. */
function prefixOf(base: string): string {
  const joint = base.includes('?') ? (/[?&]$/.test(base) ? '' : '&') : '?';
  return `${base}${joint}token=`;
}

/** Whether a location was made of this base. */
export function isMadeOf(location: string, base: string): boolean {
  const prefix = prefixOf(base);
  return location.startsWith(prefix) && location.length === prefix.length + TOKEN_CHARACTERS;
}

const WORDS = /[\w-]+/g;

/** Whether the location the portal was given is the one of this link; a token stands in it as a word of its own. */
export function isOffered({ previewLocation }: Exchange, { hash }: Pick<PreviewLink, 'hash'>): boolean {
  const words = previewLocation?.match(WORDS) ?? [];
  return words.some((word) => word.length === TOKEN_CHARACTERS && hashOf(word) === hash);
}
