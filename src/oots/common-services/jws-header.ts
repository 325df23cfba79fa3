import type { Certificate } from '../../protocol/pki/index.ts';
import { parseCertificate } from '../../protocol/pki/index.ts';
import { refuse } from './refuse.ts';

/** A detached JWS in compact form, taken apart; nothing is proven. */
export interface DetachedJws {
  /** The protected header as it is signed: base64url. */
  readonly protectedText: string;
  readonly header: Readonly<Record<string, unknown>>;
  readonly signature: Buffer;
}

/** Real ones have eight thousand characters, nearly all of them certificates. */
const MAX_JWS = 64 * 1024;
const MAX_CERTIFICATES = 8;
const BASE64URL = /^[A-Za-z0-9_-]+$/;

/** Takes a detached JWS apart (RFC 7515 3.1 and appendix F). Throws `oots/signature-malformed`. */
export function parseDetachedJws(text: string): DetachedJws {
  if (text.length > MAX_JWS)
    throw refuse('oots/signature-malformed', 'jws-size', `at most ${MAX_JWS} characters`, text.length);
  const [protectedText = '', payload, signature = '', ...more] = text.split('.');
  if (payload !== '' || more.length > 0)
    throw refuse('oots/signature-malformed', 'jws-detached', 'header..signature', 'another form');
  return {
    protectedText,
    header: headerOf(base64url(protectedText, 'protected header')),
    signature: base64url(signature, 'signature'),
  };
}

/** Bytes in base64url without padding, written the one way there is. */
export function base64url(text: unknown, what: string): Buffer {
  const bytes = typeof text === 'string' && BASE64URL.test(text) ? Buffer.from(text, 'base64url') : undefined;
  if (bytes === undefined || bytes.toString('base64url') !== text)
    throw refuse('oots/signature-malformed', 'jws-base64url', `base64url (${what})`, 'something else');
  return bytes;
}

/** The certificates of `x5c`, the signer's first (RFC 7515 4.1.6). */
export function certificatesOf(header: DetachedJws['header']): readonly [Certificate, ...Certificate[]] {
  const { x5c } = header;
  if (!Array.isArray(x5c) || x5c.length > MAX_CERTIFICATES)
    throw refuse('oots/signature-malformed', 'jws-x5c', `1 to ${MAX_CERTIFICATES} certificates in x5c`, x5c);
  const [signer, ...issuers] = x5c.map(certificate);
  if (signer === undefined)
    throw refuse('oots/signature-malformed', 'jws-x5c', 'the certificate of the signer in x5c', 'none');
  return [signer, ...issuers];
}

function certificate(text: unknown): Certificate {
  const der = typeof text === 'string' ? Buffer.from(text, 'base64') : Buffer.alloc(0);
  if (der.length === 0 || der[0] !== 0x30 || der.toString('base64') !== text)
    throw refuse('oots/signature-malformed', 'jws-x5c', 'DER in base64', 'something else');
  return parseCertificate(der);
}

function headerOf(bytes: Buffer): DetachedJws['header'] {
  const value = jsonOf(bytes);
  if (typeof value === 'object' && value !== null && !Array.isArray(value))
    return value as DetachedJws['header'];
  throw refuse('oots/signature-malformed', 'jws-header', 'a JSON object', 'something else');
}

function jsonOf(bytes: Buffer): unknown {
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
  } catch (cause) {
    throw refuse('oots/signature-malformed', 'jws-header', 'JSON in UTF-8', 'something else', cause);
  }
}
