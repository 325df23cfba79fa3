import { HTTPS } from '../../rules/patterns.ts';
import type { EdmVersion } from '../../versions.ts';
import { wishError } from '../refuse-wish.ts';

/** Characters of a link: more than browsers and servers take. */
export const LONGEST_LINK = 8192;

/**
 * The link to send the citizen to. Before EDM 2.0 it says where they come back to, and by which method; since then the second
 * request does (TDD 4.9).
 */
export function citizenLink(
  version: EdmVersion,
  previewLocation: string,
  returnLocation: string | undefined,
): string {
  if (version.returnAddress === 'slot' || returnLocation === undefined) return previewLocation;
  // As text: what the provider wrote must come back to it unchanged.
  const at = previewLocation.indexOf('#');
  const link = at < 0 ? previewLocation : previewLocation.slice(0, at);
  const parameters = `returnurl=${encodeURIComponent(returnLocation)}&returnmethod=GET`;
  return `${link}${link.includes('?') ? '&' : '?'}${parameters}${previewLocation.slice(link.length)}`;
}

/** Whether a link is one a citizen may be sent to (TDD 4.9 4). */
export function isHttps(link: string): boolean {
  return link.length <= LONGEST_LINK && HTTPS.test(link) && URL.canParse(link);
}

/** Throws the error when a link is none a citizen may be sent to (TDD 4.9 4). */
export function requireHttps(
  code: 'oots/bad-preview-location' | 'oots/bad-return-location',
  field: string,
  link: string,
): void {
  if (isHttps(link)) return;
  throw wishError(code, `${field} is no https:// link.`, {
    field,
    expected: `an https:// link of at most ${LONGEST_LINK} characters`,
    found: link,
  });
}
