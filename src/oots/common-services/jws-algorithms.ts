import { constants, verify } from 'node:crypto';
import type { KeyObject, VerifyKeyObjectInput } from 'node:crypto';
import { refuse } from './refuse.ts';

/** How one `alg` verifies, and which keys it goes with. */
interface Algorithm {
  readonly hash: string;
  readonly keyType: 'ec' | 'rsa';
  /** For elliptic curves, the one curve (RFC 7518 3.4). */
  readonly curve?: string;
  readonly options: Omit<VerifyKeyObjectInput, 'key'>;
}

const ecdsa = (hash: string, curve: string): Algorithm => ({
  hash,
  keyType: 'ec',
  curve,
  options: { dsaEncoding: 'ieee-p1363' },
});

const pss = (hash: string): Algorithm => ({
  hash,
  keyType: 'rsa',
  options: { padding: constants.RSA_PKCS1_PSS_PADDING, saltLength: constants.RSA_PSS_SALTLEN_DIGEST },
});

/** What may sign: no `none`, nothing with a shared secret, no PKCS#1 v1.5 (RFC 7518 3.1). */
const ALGORITHMS: ReadonlyMap<unknown, Algorithm> = new Map([
  ['ES256', ecdsa('sha256', 'prime256v1')],
  ['ES384', ecdsa('sha384', 'secp384r1')],
  ['ES512', ecdsa('sha512', 'secp521r1')],
  ['PS256', pss('sha256')],
  ['PS384', pss('sha384')],
  ['PS512', pss('sha512')],
]);

/** Key types of the table, as node:crypto names them. */
export const SIGNER_KEY_TYPES: readonly string[] = ['ec', 'rsa'];

/** Refuses an `alg` that is not of the table, before anything else is looked at. Throws `oots/signature-algorithm`. */
export function checkAlgorithm(alg: unknown): void {
  if (!ALGORITHMS.has(alg))
    throw refuse('oots/signature-algorithm', 'jws-alg', [...ALGORITHMS.keys()].join(', '), alg);
}

/**
 * True when the signature over the text verifies. The key decides with the algorithm: throws `oots/signature-algorithm`
 * where they do not go together.
 */
export function verifiesWith(alg: unknown, key: KeyObject, text: string, signature: Buffer): boolean {
  checkAlgorithm(alg);
  const { hash, keyType, curve, options } = ALGORITHMS.get(alg)!;
  const found = key.asymmetricKeyDetails?.namedCurve;
  if (key.asymmetricKeyType !== keyType || (curve !== undefined && found !== curve))
    throw refuse(
      'oots/signature-algorithm',
      'jws-alg-fits-key',
      `a key of ${curve ?? keyType} for ${String(alg)}`,
      found ?? key.asymmetricKeyType,
    );
  return verify(hash, Buffer.from(text, 'latin1'), { key, ...options }, signature);
}
