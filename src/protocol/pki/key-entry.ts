import { createPublicKey } from 'node:crypto';
import type { KeyObject } from 'node:crypto';
import { QuoinError } from '../errors/index.ts';
import { parseCertificates } from './certificate.ts';
import { sameDistinguishedName } from './distinguished-name.ts';
import { isSelfIssued } from './fitness.ts';
import { parsePrivateKey } from './private-key.ts';
import type { Certificate, KeyEntry } from './types.ts';

/** A private key and its certificates as PEM. */
export interface PemKeySource {
  readonly alias: string;
  readonly key: string | Uint8Array;
  readonly password?: string | undefined;
  /** The certificate of the key and its issuers, in any order. */
  readonly certificates: string | Uint8Array | readonly Certificate[];
}

/**
 * Loads a key with its certificate and makes sure that they belong together. Throws what `parsePrivateKey` and
 * `parseCertificates` throw, and `pki/key-certificate-mismatch`.
 */
export function loadPemKeyEntry({ alias, key, password, certificates }: PemKeySource): KeyEntry {
  const given =
    typeof certificates === 'string' || certificates instanceof Uint8Array
      ? parseCertificates(certificates)
      : certificates;
  return keyEntry(alias, parsePrivateKey(key, password), given);
}

/** Finds the certificate of a private key among others and puts its issuers in order. Throws `pki/key-certificate-mismatch`. */
export function keyEntry(
  alias: string,
  privateKey: KeyObject,
  certificates: readonly Certificate[],
): KeyEntry {
  const publicKey = createPublicKey(privateKey);
  const certificate = certificates.find((candidate) => candidate.publicKey.equals(publicKey));
  if (certificate === undefined)
    throw new QuoinError(
      'pki/key-certificate-mismatch',
      `No certificate belongs to the private key ${alias}.`,
      {
        finding: {
          check: 'key-matches-certificate',
          expected: 'a certificate with the public half of the private key',
          found: certificates.map(({ facts }) => facts.subject).join('; ') || 'no certificate',
          certificate: certificates[0]?.facts,
          advice:
            'Give the certificate that was issued for this key, or the key this certificate was issued for.',
        },
      },
    );
  return Object.freeze({ alias, privateKey, certificate, chain: issuersOf(certificate, certificates) });
}

/** Issuers of a certificate among others, nearest first. */
function issuersOf(leaf: Certificate, certificates: readonly Certificate[]): readonly Certificate[] {
  const chain: Certificate[] = [];
  let last = leaf;
  while (!isSelfIssued(last)) {
    const issuer = certificates.find(
      (candidate) =>
        sameDistinguishedName(candidate.subject, last.issuer) &&
        candidate !== leaf &&
        !chain.includes(candidate),
    );
    if (issuer === undefined) break;
    chain.push(issuer);
    last = issuer;
  }
  return chain;
}
