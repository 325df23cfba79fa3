import type { CertificateFacts } from '../errors/index.ts';
import { placeOf } from '../xml/index.ts';
import { findAlgorithm } from './algorithms.ts';
import type { AlgorithmKind } from './algorithms.ts';
import { describeKeyReference } from './match-key-reference.ts';
import type {
  ClaimedEncryptedKey,
  ClaimedKeyReference,
  ClaimedReference,
  ClaimedSecurity,
  ClaimedSignature,
} from './types.ts';

/** A Security header as plain data that prints and serialises, for `inspect` and journals. Nothing in it is proven. */
export interface SecurityDescription {
  readonly signature?: SignatureDescription | undefined;
  readonly encryption?: EncryptionDescription | undefined;
}

/** Who claims to have signed what, and how. */
export interface SignatureDescription {
  readonly algorithm: string;
  readonly canonicalization: string;
  readonly signer: string;
  /** Set when the signer's certificate travels with the message. */
  readonly certificate?: CertificateFacts | undefined;
  readonly references: readonly {
    readonly uri: string;
    /** The place of the element in the envelope, or `attachment`. */
    readonly covers: string;
    readonly transforms: readonly string[];
    readonly digestAlgorithm: string;
    readonly digestValue: string;
  }[];
}

/** What is encrypted for whom, and how. */
export interface EncryptionDescription {
  readonly keyEncryption: string;
  readonly recipient: string;
  readonly certificate?: CertificateFacts | undefined;
  readonly parts: readonly {
    readonly contentId: string;
    readonly algorithm: string;
    readonly mimeType: string;
    readonly form: 'content only' | 'with MIME headers';
  }[];
}

/** A claimed Security header in words: algorithms by their names, and by URI where this gateway has no name for them. */
export function describeSecurity({
  signature,
  encryptedKey,
  encryptedParts,
}: ClaimedSecurity): SecurityDescription {
  return {
    ...(signature === undefined ? {} : { signature: describeSignature(signature) }),
    ...(encryptedKey === undefined ? {} : { encryption: describeEncryption(encryptedKey, encryptedParts) }),
  };
}

function describeSignature(signature: ClaimedSignature): SignatureDescription {
  const { algorithm, canonicalization, keyReference, references } = signature;
  return {
    algorithm: nameOf('signature', algorithm),
    canonicalization: transformName(canonicalization),
    signer: describeKeyReference(keyReference),
    ...certificateOf(keyReference),
    references: references.map((reference) => ({
      uri: reference.uri,
      covers: coveredBy(reference),
      transforms: reference.transforms.map(transformName),
      digestAlgorithm: nameOf('digest', reference.digestAlgorithm),
      digestValue: reference.digestValue,
    })),
  };
}

function describeEncryption(
  key: ClaimedEncryptedKey,
  parts: ClaimedSecurity['encryptedParts'],
): EncryptionDescription {
  const { algorithm, digestAlgorithm, maskGeneration, keyReference } = key;
  const hashes = [
    digestAlgorithm === undefined ? 'no DigestMethod' : nameOf('digest', digestAlgorithm),
    maskGeneration === undefined ? 'no MGF' : nameOf('mask-generation', maskGeneration),
  ];
  return {
    keyEncryption: `${nameOf('key-encryption', algorithm)} (${hashes.join(', ')})`,
    recipient: describeKeyReference(keyReference),
    ...certificateOf(keyReference),
    parts: parts.map((part) => ({
      contentId: part.contentId,
      algorithm: nameOf('data-encryption', part.algorithm),
      mimeType: part.mimeType,
      form: part.complete ? 'with MIME headers' : 'content only',
    })),
  };
}

function certificateOf(reference: ClaimedKeyReference): { certificate?: CertificateFacts } {
  return 'certificate' in reference ? { certificate: reference.certificate.facts } : {};
}

function coveredBy({ target }: ClaimedReference): string {
  return target.kind === 'element' ? placeOf(target.element) : 'attachment';
}

function transformName({
  algorithm,
  prefixes,
}: {
  algorithm: string;
  prefixes?: readonly string[] | undefined;
}): string {
  const kind =
    findAlgorithm('canonicalization', algorithm) === undefined ? 'attachment-transform' : 'canonicalization';
  const name = nameOf(kind, algorithm);
  return prefixes === undefined ? name : `${name} with prefixes "${prefixes.join(' ')}"`;
}

function nameOf(kind: AlgorithmKind, uri: string): string {
  return findAlgorithm(kind, uri)?.name ?? uri;
}
