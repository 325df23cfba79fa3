import { excerpt, mimeError, mimeRefusal } from './errors.ts';

/** What a Content-ID may not hold: controls and white space would change the header, angle brackets end it. */
const FORBIDDEN = /[\x00-\x20\x7f-\x9f<>\u2028\u2029]/;

/** What we write: a header line has at most 998 characters (RFC 5322 2.1.1). */
const WRITABLE = /^[\x21-\x3b\x3d\x3f-\x7e]{1,900}$/;

/** Characters that stand for themselves in a cid URL (RFC 2392 2, RFC 3986 3.3). */
const LITERAL = /[A-Za-z0-9\-._~!$&'()*+,;=:@]/;

/**
 * The Content-ID a `cid:` URL names, percent-decoded (RFC 2392 2), without angle brackets. Throws Refusal EBMS:0007
 * `mime/malformed-cid`, also for escapes that hide control characters.
 */
export function cidToContentId(href: string): string {
  if (!/^cid:/i.test(href)) throw malformedCid(href, 'cid:...');
  const contentId = percentDecoded(href.slice(4));
  if (contentId === undefined) throw malformedCid(href, 'valid percent escapes');
  if (contentId === '' || FORBIDDEN.test(contentId)) {
    throw malformedCid(href, 'an identifier without white space, control characters and angle brackets');
  }
  return contentId;
}

/**
 * The `cid:` URL of a Content-ID given without angle brackets. As little as possible is escaped, because some receivers
 * compare without decoding. Throws QuoinError `mime/bad-content-id`.
 */
export function contentIdToCid(contentId: string): string {
  const written = Array.from(checkContentId(contentId), (character) =>
    LITERAL.test(character) ? character : encodeURIComponent(character),
  );
  return `cid:${written.join('')}`;
}

/** A Content-ID as it may be written into a header: printable ASCII. Throws QuoinError `mime/bad-content-id`. */
export function checkContentId(contentId: string): string {
  if (WRITABLE.test(contentId)) return contentId;
  throw mimeError('mime/bad-content-id', 'This is no Content-ID that a header can carry.', {
    field: 'Content-ID',
    expected: 'printable ASCII without white space and angle brackets, at most 900 characters',
    found: excerpt(contentId),
  });
}

/**
 * The Content-ID of a part as its header has it; brackets are stripped, and may be missing (a real peer leaves them out).
 * Throws Refusal EBMS:0007 `mime/malformed-content-id`.
 */
export function contentIdOf(header: string): string {
  const text = header.trim();
  const contentId = text.startsWith('<') && text.endsWith('>') ? text.slice(1, -1) : text;
  if (contentId !== '' && !FORBIDDEN.test(contentId)) return contentId;
  throw mimeRefusal('mime/malformed-content-id', 'A Content-ID cannot be read.', {
    field: 'Content-ID',
    expected: '<identifier>',
    found: excerpt(header),
  });
}

/** Content-IDs with the same key could be taken for one another: they differ in letter case or escaping only. */
export function collisionKey(contentId: string): string {
  return (percentDecoded(contentId) ?? contentId).toLowerCase();
}

function percentDecoded(text: string): string | undefined {
  try {
    return decodeURIComponent(text);
  } catch (error) {
    if (error instanceof URIError) return undefined;
    throw error;
  }
}

function malformedCid(href: string, expected: string): Error {
  return mimeRefusal('mime/malformed-cid', 'A reference to a payload part cannot be read.', {
    field: 'href',
    expected,
    found: excerpt(href),
  });
}
