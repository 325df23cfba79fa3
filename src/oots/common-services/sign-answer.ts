import { createHash, sign } from 'node:crypto';
import type { KeyObject } from 'node:crypto';
import type { Certificate } from '../../protocol/pki/index.ts';
import { DIGEST_HEADER, SIGNATURE_HEADER } from './signed-answer.ts';
import type { SignedAnswer } from './signed-answer.ts';

/** Who signs answers, with a P-256 key. */
export interface AnswerSigner {
  readonly key: KeyObject;
  readonly certificate: Certificate;
  readonly chain?: readonly Certificate[];
}

/** The header of a signature as the real services write it, with some members replaced; undefined takes one away. */
export function jwsHeader(
  { certificate, chain = [] }: AnswerSigner,
  signedAt: Date,
  changes: Readonly<Record<string, unknown>> = {},
): Record<string, unknown> {
  return {
    alg: 'ES256',
    'x5t#o': {
      digAlg: 'S512',
      digVal: createHash('sha512').update(certificate.der).digest('base64url'),
    },
    x5c: [certificate, ...chain].map(({ der }) => der.toString('base64')),
    typ: 'jose',
    b64: false,
    iat: signedAt.getTime() / 1000,
    sigD: { mId: 'http://uri.etsi.org/19182/HttpHeaders', pars: [DIGEST_HEADER] },
    crit: ['b64', 'sigD'],
    ...changes,
  };
}

/** An answer signed as the real services sign theirs, a detached JWS over the digest header: for a simulated service. */
export function signAnswer(
  body: Uint8Array,
  signer: AnswerSigner,
  signedAt: Date,
  changes: Readonly<Record<string, unknown>> = {},
): SignedAnswer {
  const digest = `SHA-256=${createHash('sha256').update(body).digest('base64')}`;
  const header = Buffer.from(JSON.stringify(jwsHeader(signer, signedAt, changes))).toString('base64url');
  const signature = sign('sha256', Buffer.from(`${header}.${DIGEST_HEADER}: ${digest}`), {
    key: signer.key,
    dsaEncoding: 'ieee-p1363',
  });
  return {
    headers: {
      'content-type': 'application/x-ebrs+xml',
      [DIGEST_HEADER]: digest,
      [SIGNATURE_HEADER]: `${header}..${signature.toString('base64url')}`,
    },
    body,
  };
}
