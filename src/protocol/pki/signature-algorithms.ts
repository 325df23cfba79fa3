import { verify } from 'node:crypto';
import type { KeyObject } from 'node:crypto';
import { isContextTag, members, objectIdentifier } from './der.ts';
import type { DerNode } from './der.ts';
import type { SignatureStrength } from './types.ts';

/** What an issuer signed with, and how strong its hash is. */
export interface SignatureAlgorithmFacts {
  readonly signatureAlgorithm: string;
  readonly signatureStrength: SignatureStrength;
}

/** Signature algorithms of certificates (RFC 3279, 4055, 5758, 8410): name and strength. */
const ALGORITHMS: Readonly<Record<string, readonly [name: string, strength: SignatureStrength]>> = {
  '1.2.840.113549.1.1.2': ['md2WithRSAEncryption', 'weak'],
  '1.2.840.113549.1.1.4': ['md5WithRSAEncryption', 'weak'],
  '1.2.840.113549.1.1.5': ['sha1WithRSAEncryption', 'weak'],
  '1.3.14.3.2.29': ['sha1WithRSA', 'weak'],
  '1.2.840.10040.4.3': ['dsaWithSha1', 'weak'],
  '1.2.840.10045.4.1': ['ecdsaWithSHA1', 'weak'],
  '1.2.840.113549.1.1.14': ['sha224WithRSAEncryption', 'weak'],
  '1.2.840.113549.1.1.11': ['sha256WithRSAEncryption', 'strong'],
  '1.2.840.113549.1.1.12': ['sha384WithRSAEncryption', 'strong'],
  '1.2.840.113549.1.1.13': ['sha512WithRSAEncryption', 'strong'],
  '1.2.840.10045.4.3.2': ['ecdsaWithSHA256', 'strong'],
  '1.2.840.10045.4.3.3': ['ecdsaWithSHA384', 'strong'],
  '1.2.840.10045.4.3.4': ['ecdsaWithSHA512', 'strong'],
  '1.3.101.112': ['Ed25519', 'strong'],
  '1.3.101.113': ['Ed448', 'strong'],
};

const RSA_PSS = '1.2.840.113549.1.1.10';
const STRONG_HASHES: ReadonlySet<string> = new Set([
  '2.16.840.1.101.3.4.2.1',
  '2.16.840.1.101.3.4.2.2',
  '2.16.840.1.101.3.4.2.3',
]);

/** Digests node:crypto wants beside the key to verify a list of revocations; null where the algorithm brings its own. */
const DIGESTS: Readonly<Record<string, string | null>> = {
  sha256WithRSAEncryption: 'sha256',
  sha384WithRSAEncryption: 'sha384',
  sha512WithRSAEncryption: 'sha512',
  ecdsaWithSHA256: 'sha256',
  ecdsaWithSHA384: 'sha384',
  ecdsaWithSHA512: 'sha512',
  Ed25519: null,
  Ed448: null,
};

/** Verifies a signature as X.509 structures carry it; false for weak algorithms and for those not in the table. */
export function verifyWith(
  { signatureAlgorithm }: SignatureAlgorithmFacts,
  { data, key, signature }: { readonly data: Buffer; readonly key: KeyObject; readonly signature: Buffer },
): boolean {
  const digest = DIGESTS[signatureAlgorithm];
  if (digest === undefined) return false;
  try {
    return verify(digest, data, key, signature);
  } catch {
    // Key and algorithm do not go together: not signed with this key.
    return false;
  }
}

/** Names an AlgorithmIdentifier (RFC 5280 4.1.1.2). */
export function readSignatureAlgorithm(node: DerNode | undefined): SignatureAlgorithmFacts {
  const parts = members(node);
  const oid = objectIdentifier(parts[0]);
  if (oid === RSA_PSS) return { signatureAlgorithm: 'rsassaPss', signatureStrength: strengthOfPss(parts[1]) };
  const [signatureAlgorithm, signatureStrength] = ALGORITHMS[oid] ?? [oid, 'unknown'];
  return { signatureAlgorithm, signatureStrength };
}

/** RFC 4055 3.1: the hash stands in `[0]`; absent it is SHA-1. */
function strengthOfPss(parameters: DerNode | undefined): SignatureStrength {
  const hash =
    parameters === undefined ? undefined : members(parameters).find((node) => isContextTag(node, 0));
  if (hash === undefined) return 'weak';
  return STRONG_HASHES.has(objectIdentifier(members(members(hash)[0])[0])) ? 'strong' : 'weak';
}
