import { createHash, timingSafeEqual, verify } from 'node:crypto';
import { describeError, isQuoinError } from '../errors/index.ts';
import type { Refusal } from '../errors/index.ts';
import type { Certificate } from '../pki/index.ts';
import { canonicalize } from '../xml/index.ts';
import type { XmlElement } from '../xml/index.ts';
import type { SignatureAlgorithm } from './algorithms.ts';
import { DEFAULT_SECURITY_LIMITS } from './limits.ts';
import { describeKeyReference } from './match-key-reference.ts';
import { failedAuthentication, policyNoncompliance } from './refusals.ts';
import { acceptedAlgorithm } from './suites.ts';
import type {
  ClaimedKeyReference,
  ClaimedReference,
  ClaimedSecurity,
  ClaimedSignature,
  SignedReference,
  SuiteName,
  TransformStatement,
  VerifiedSignature,
} from './types.ts';

/** How a signature is to be verified. */
export interface Verification {
  readonly suite: SuiteName;
  /**
   * The certificates a reference may mean, most likely first; asked only for references that do not carry the
   * certificate. Several may share a key identifier: the signature decides.
   */
  findCertificates(reference: ClaimedKeyReference): readonly Certificate[];
}

/**
 * Verifies the signature of a Security header in this order: every algorithm is one the suite allows; SignedInfo
 * verifies with the certificate its own key reference names; the digest of every element it names agrees. Digests of
 * attachments are returned as promises for the stream to meet. Trust in the certificate is not decided here.
 * (XML Signature 1.1 3.2, WSS 1.1.1 8, AS4 5.1.4 and 5.1.5.) Throws EBMS:0103 for what the suite does not allow or
 * when there is no signature, EBMS:0101 for what does not verify.
 */
export function verifySignature(claimed: ClaimedSecurity, by: Verification): VerifiedSignature {
  const { signature } = claimed;
  if (signature === undefined) throw unsigned();
  const algorithm = acceptedAlgorithms(signature, by.suite);
  const certificate = signerOf(signature, algorithm, by);
  const { keyReference } = signature;
  return {
    certificate,
    chain: keyReference.kind === 'PKIPath' ? keyReference.chain : [],
    keyReference,
    suite: by.suite,
    references: signature.references.map(statementOf),
    coveredElements: signature.references.flatMap((reference) => coveredElement(reference, by.suite)),
    attachmentDigests: attachmentDigests(signature.references),
  };
}

function acceptedAlgorithms(signature: ClaimedSignature, suite: SuiteName): SignatureAlgorithm {
  const { canonicalization, algorithm, references } = signature;
  acceptedAlgorithm(suite, 'canonicalization', canonicalization.algorithm, {
    field: 'ds:CanonicalizationMethod',
  });
  for (const reference of references) {
    const field = `ds:Reference[@URI='${reference.uri}']`;
    acceptedAlgorithm(suite, 'digest', reference.digestAlgorithm, { field: `${field}/ds:DigestMethod` });
    const slot = reference.target.kind === 'element' ? 'canonicalization' : 'attachmentTransform';
    const transform = onlyTransform(reference.transforms, field);
    acceptedAlgorithm(suite, slot, transform.algorithm, { field: `${field}/ds:Transforms` });
  }
  return acceptedAlgorithm(suite, 'signature', algorithm, { field: 'ds:SignatureMethod' });
}

function onlyTransform(transforms: readonly TransformStatement[], field: string): TransformStatement {
  const [transform, ...more] = transforms;
  if (transform !== undefined && more.length === 0) return transform;
  throw policyNoncompliance('wss/transform-count', 'A signature reference has not exactly one transform', {
    check: 'one-transform',
    field: `${field}/ds:Transforms`,
    expected: 'exactly one',
    found: transforms.map(({ algorithm }) => algorithm).join(', ') || 'none',
  });
}

function signerOf(signature: ClaimedSignature, algorithm: SignatureAlgorithm, by: Verification): Certificate {
  const candidates = candidatesFor(signature.keyReference, by);
  const signedInfo = canonicalForm(signature.signedInfo, signature.canonicalization);
  const able = candidates.filter(({ publicKey }) => suits(publicKey, algorithm));
  if (able.length === 0) throw unsuitableKey(candidates[0]!, algorithm);
  const signer = able.find(({ publicKey }) => verify(algorithm.node, signedInfo, publicKey, signature.value));
  if (signer !== undefined) return signer;
  throw failedAuthentication('wss/signature-value', 'The signature does not verify', {
    check: 'signature-value',
    field: 'ds:SignatureValue',
    expected: `a signature by ${describeKeyReference(signature.keyReference)}`,
    found: able.length === 1 ? 'another value' : `another value, with each of ${able.length} certificates`,
    certificate: able[0]!.facts,
    advice: 'SignedInfo changed after signing, or the partner signs with another key than it names.',
  });
}

function candidatesFor(reference: ClaimedKeyReference, by: Verification): readonly Certificate[] {
  if ('certificate' in reference) return [reference.certificate];
  const found = by.findCertificates(reference).slice(0, DEFAULT_SECURITY_LIMITS.candidates);
  if (found.length > 0) return found;
  throw failedAuthentication('wss/unknown-signer', 'The signature names a certificate that we do not have', {
    check: 'signer-known',
    field: 'ds:KeyInfo',
    expected: 'a certificate in the key ring',
    found: describeKeyReference(reference),
    advice: 'Add the signing certificate of the partner, or ask it to send the certificate with the message.',
  });
}

function suits(
  key: Certificate['publicKey'],
  { keyType, minKeyBits, maxKeyBits }: SignatureAlgorithm,
): boolean {
  const bits = key.asymmetricKeyDetails?.modulusLength ?? 0;
  return key.asymmetricKeyType === keyType && bits >= minKeyBits && bits <= maxKeyBits;
}

function unsuitableKey({ publicKey, facts }: Certificate, algorithm: SignatureAlgorithm): Refusal {
  const bits = publicKey.asymmetricKeyDetails?.modulusLength ?? 0;
  return failedAuthentication(
    'wss/unsuitable-signer',
    `The signer's key cannot be used with ${algorithm.name}`,
    {
      check: 'signing-key-strength',
      field: 'ds:KeyInfo',
      expected: `${algorithm.keyType}, ${algorithm.minKeyBits} to ${algorithm.maxKeyBits} bits`,
      found: `${publicKey.asymmetricKeyType ?? 'unknown'}, ${bits} bits`,
      certificate: facts,
    },
  );
}

/** The element of a same-document reference, if its digest agrees; nothing for an attachment. */
function coveredElement(reference: ClaimedReference, suite: SuiteName): XmlElement[] {
  const { target, transforms, uri, digestAlgorithm, digestValue } = reference;
  if (target.kind !== 'element') return [];
  const digest = acceptedAlgorithm(suite, 'digest', digestAlgorithm, { field: 'ds:DigestMethod' });
  const found = createHash(digest.node).update(canonicalForm(target.element, transforms[0]!)).digest();
  const expected = Buffer.from(digestValue, 'base64');
  if (found.length === expected.length && timingSafeEqual(found, expected)) return [target.element];
  throw failedAuthentication('wss/digest-mismatch', `What ${uri} names is not what was signed`, {
    check: 'reference-digest',
    field: `ds:Reference[@URI='${uri}']`,
    expected: digestValue,
    found: found.toString('base64'),
    advice: 'The element changed after signing: look for a proxy that rewrites the envelope.',
  });
}

function canonicalForm(element: XmlElement, { prefixes }: TransformStatement): Buffer {
  try {
    return canonicalize(element, prefixes);
  } catch (error) {
    if (!isQuoinError(error)) throw error;
    throw policyNoncompliance(
      'wss/not-canonical',
      `A signed element has no canonical form: ${error.message}`,
      {
        check: 'canonical-form',
        found: describeError(error),
      },
    );
  }
}

function attachmentDigests(references: readonly ClaimedReference[]): Map<string, string> {
  const digests = new Map<string, string>();
  for (const { target, digestValue, uri } of references) {
    if (target.kind !== 'attachment') continue;
    if (digests.has(target.contentId)) throw twice(uri);
    digests.set(target.contentId, digestValue);
  }
  return digests;
}

function twice(uri: string): Refusal {
  return policyNoncompliance('wss/signed-twice', 'A signature names one part twice', {
    check: 'each-part-signed-once',
    field: 'ds:SignedInfo',
    expected: 'one reference for each part',
    found: `${uri} again`,
  });
}

function statementOf({ uri, transforms, digestAlgorithm, digestValue }: ClaimedReference): SignedReference {
  return { uri, transforms, digestAlgorithm, digestValue };
}

function unsigned(): Refusal {
  return policyNoncompliance('wss/not-signed', 'The message is not signed', {
    check: 'signature-present',
    field: 'wsse:Security',
    expected: 'a signature over Messaging, Body and every part',
    found: 'none',
    advice: 'Ask the partner to apply the security policy of the agreement.',
  });
}
