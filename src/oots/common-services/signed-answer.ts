import { createHash, timingSafeEqual } from 'node:crypto';
import { QuoinError } from '../../protocol/errors/index.ts';
import { decideTrust } from '../../protocol/pki/index.ts';
import type { Certificate } from '../../protocol/pki/index.ts';
import { checkAlgorithm, SIGNER_KEY_TYPES, verifiesWith } from './jws-algorithms.ts';
import { base64url, certificatesOf, parseDetachedJws } from './jws-header.ts';
import type { DetachedJws } from './jws-header.ts';
import { refuse } from './refuse.ts';

/** An answer of a common service as it came over HTTP; names of headers in lower case. */
export interface SignedAnswer {
  readonly headers: Readonly<Record<string, string | undefined>>;
  readonly body: Uint8Array;
}

/** Who may sign answers. */
export interface AnswerTrust {
  readonly anchors: readonly Certificate[];
  /** Attributes the subject of the signer must carry: an authority issues for others too. */
  readonly subject: Readonly<Record<string, string>>;
  readonly at: Date;
  /** ms since the signature after which an answer is refused, so that an old one cannot be played again; none unless given. */
  readonly maxAgeMs?: number | undefined;
}

/** Who signed an answer, and when he says he did. */
export interface AnswerProof {
  readonly signer: Certificate;
  readonly signedAt: Date;
}

/** The header that holds the JWS. */
export const SIGNATURE_HEADER = 'oots-response-sig';
/** The header that holds the digest of the body; the JWS signs it. */
export const DIGEST_HEADER = 'digest';

/** JAdES B.1: what is signed are headers of the answer, by name (ETSI TS 119 182-1, 5.2.8.2). */
const HTTP_HEADERS = 'http://uri.etsi.org/19182/HttpHeaders';
/** Headers that change how a JWS is verified and are understood here. */
const UNDERSTOOD: readonly unknown[] = ['b64', 'sigD'];
const MAX_SIGNED_HEADERS = 16;
/** ms by which the clock of a service may be ahead of ours. */
const CLOCK_SKEW_MS = 5 * 60_000;

const BODY_DIGESTS: Readonly<Record<string, string>> = { 'SHA-256': 'sha256', 'SHA-512': 'sha512' };
const THUMBPRINT_DIGESTS: ReadonlyMap<unknown, string> = new Map([
  ['S256', 'sha256'],
  ['S384', 'sha384'],
  ['S512', 'sha512'],
]);

/**
 * Verifies the detached JWS of an answer (JAdES with `sigD`): the header is one that is understood, the body is the one
 * of the signed digest, the signer comes from an anchor and is the one agreed on, and the signature is his. Nothing of an
 * answer may be used before. Throws a QuoinError `oots/…`.
 */
export function verifyAnswer(answer: SignedAnswer, trust: AnswerTrust): AnswerProof {
  const jws = parseDetachedJws(headerNamed(answer, SIGNATURE_HEADER));
  checkAlgorithm(jws.header['alg']);
  checkCritical(jws.header);
  const signed = signedHeaders(jws.header);
  checkDigest(headerNamed(answer, DIGEST_HEADER), answer.body);
  const [signer, ...issuers] = certificatesOf(jws.header);
  checkThumbprints(jws.header, signer);
  checkTrust(signer, issuers, trust);
  checkSignature(jws, signer, signed, answer);
  return { signer, signedAt: checkTime(jws.header, signer, trust) };
}

function headerNamed({ headers }: SignedAnswer, name: string): string {
  // The names are the signer's: one that every object has is no header.
  const value = Object.hasOwn(headers, name) ? headers[name]?.trim() : undefined;
  if (value) return value;
  throw refuse('oots/answer-unsigned', 'answer-signed', `the header ${name}`, 'none');
}

/** `crit` names what must be understood; without it a reader that does not know `b64` would verify something else. */
function checkCritical({ crit, b64 }: DetachedJws['header']): void {
  const names: readonly unknown[] = Array.isArray(crit) ? crit : [];
  const isSound =
    names.every((name) => UNDERSTOOD.includes(name)) && UNDERSTOOD.every((name) => names.includes(name));
  if (!isSound || names.length !== UNDERSTOOD.length)
    throw refuse('oots/signature-critical', 'jws-crit', UNDERSTOOD.join(' and '), crit);
  if (b64 !== false) throw refuse('oots/signature-critical', 'jws-b64', 'b64 false', b64);
}

/** The names of the headers that are signed; the digest of the body must be one of them. */
function signedHeaders({ sigD }: DetachedJws['header']): readonly string[] {
  const { mId, pars } = (sigD ?? {}) as { readonly mId?: unknown; readonly pars?: unknown };
  if (mId !== HTTP_HEADERS) throw refuse('oots/signature-scope', 'jws-sigd-mechanism', HTTP_HEADERS, mId);
  const listed: readonly unknown[] = Array.isArray(pars) ? pars : [];
  const names = listed.filter((name) => typeof name === 'string').map((name) => name.toLowerCase());
  const isSound = names.length === listed.length && new Set(names).size === names.length;
  if (!isSound || names.length > MAX_SIGNED_HEADERS || !names.includes(DIGEST_HEADER))
    throw refuse('oots/signature-scope', 'jws-sigd-headers', `names with ${DIGEST_HEADER} among them`, pars);
  return names;
}

function checkDigest(header: string, body: Uint8Array): void {
  const at = header.indexOf('=');
  const hash = BODY_DIGESTS[header.slice(0, at).toUpperCase()];
  if (hash === undefined)
    throw refuse('oots/digest-mismatch', 'answer-digest', Object.keys(BODY_DIGESTS).join(' or '), header);
  const claimed = Buffer.from(header.slice(at + 1), 'base64');
  if (!sameBytes(createHash(hash).update(body).digest(), claimed))
    throw refuse('oots/digest-mismatch', 'answer-digest', 'the digest of the body', header);
}

/** The certificate stands in the signed header itself; a thumbprint beside it must not say something else. */
function checkThumbprints(header: DetachedJws['header'], { der }: Certificate): void {
  const { digAlg, digVal } = (header['x5t#o'] ?? {}) as {
    readonly digAlg?: unknown;
    readonly digVal?: unknown;
  };
  const claims: readonly (readonly [hash: string | undefined, value: unknown])[] = [
    ['sha256', header['x5t#S256']],
    ...(header['x5t#o'] === undefined ? [] : [[THUMBPRINT_DIGESTS.get(digAlg), digVal] as const]),
  ];
  for (const [hash, value] of claims) {
    if (hash === undefined)
      throw refuse('oots/signature-malformed', 'jws-thumbprint', 'S256, S384 or S512', digAlg);
    if (value === undefined) continue;
    if (!sameBytes(createHash(hash).update(der).digest(), base64url(value, 'thumbprint')))
      throw refuse(
        'oots/signature-malformed',
        'jws-thumbprint',
        'that of the first certificate of x5c',
        value,
      );
  }
}

function checkTrust(signer: Certificate, chain: readonly Certificate[], trust: AnswerTrust): void {
  const { anchors, subject, at } = trust;
  const verdict = decideTrust({
    certificate: signer,
    chain,
    pinned: [],
    anchors,
    subject,
    at,
    use: 'sign',
    keyTypes: SIGNER_KEY_TYPES,
  });
  if (verdict.trusted) return;
  throw new QuoinError('oots/signer-not-trusted', 'The signer of the answer is not trusted.', {
    finding: verdict.finding,
  });
}

function checkSignature(
  { protectedText, header, signature }: DetachedJws,
  { publicKey }: Certificate,
  signed: readonly string[],
  answer: SignedAnswer,
): void {
  // ETSI TS 119 182-1, 5.2.8.2: name in lower case, colon, blank, value; lines joined by a line feed.
  const lines = signed.map((name) => `${name}: ${headerNamed(answer, name)}`);
  const isGood = verifiesWith(header['alg'], publicKey, `${protectedText}.${lines.join('\n')}`, signature);
  if (!isGood) throw refuse('oots/signature-wrong', 'jws-signature', 'a signature of the signer', 'another');
}

/** When it was signed (`iat`, or `sigT` of the first edition): within the life of the certificate, and not ahead of us. */
function checkTime(header: DetachedJws['header'], signer: Certificate, trust: AnswerTrust): Date {
  const { iat, sigT } = header;
  const ms = typeof iat === 'number' ? iat * 1000 : typeof sigT === 'string' ? Date.parse(sigT) : NaN;
  const age = trust.at.getTime() - ms;
  const isSound =
    age >= -CLOCK_SKEW_MS &&
    age <= (trust.maxAgeMs ?? Infinity) &&
    ms >= signer.notBefore.getTime() &&
    ms <= signer.notAfter.getTime();
  if (isSound) return new Date(ms);
  throw refuse(
    'oots/signature-time',
    'jws-time',
    `a time of signing before ${trust.at.toISOString()} and in the life of the certificate`,
    iat ?? sigT,
  );
}

function sameBytes(one: Buffer, other: Buffer): boolean {
  return one.length === other.length && timingSafeEqual(one, other);
}
