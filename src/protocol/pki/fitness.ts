import type { Finding } from '../errors/index.ts';
import type { Certificate, CertificateUse, KeyUsage } from './types.ts';

/** What a certificate is measured against. */
export interface FitnessRequest {
  readonly use: CertificateUse;
  readonly at: Date;
  /** Smallest RSA modulus in bits; 2048 unless given. */
  readonly minRsaBits?: number | undefined;
  /** Key types as node:crypto names them; `rsa` alone unless given (eDelivery AS4 1.15 knows no other). */
  readonly keyTypes?: readonly string[] | undefined;
  /** The certificate is pinned whole: one that issued itself may then call itself an authority, as OpenSSL makes them. */
  readonly pinned?: boolean | undefined;
}

type Check = (
  certificate: Certificate,
  request: FitnessRequest,
) => Omit<Finding, 'check' | 'certificate'> | undefined;

/** Smallest RSA modulus accepted, and the largest: bits. Verifying beyond it is a burden a partner could lay on us. */
export const MIN_RSA_BITS = 2048;
const MAX_RSA_BITS = 8192;

/** Key usage bits of which one is needed (RFC 5280 4.2.1.3), by use and key type. */
const NEEDED_USAGE: Readonly<Record<CertificateUse, (keyType: string) => readonly KeyUsage[]>> = {
  sign: () => ['digitalSignature', 'nonRepudiation'],
  encrypt: (keyType) => (keyType === 'rsa' ? ['keyEncipherment'] : ['keyAgreement']),
};

/** Purposes that have nothing to do with messages; a certificate only for these is for something else. */
const FOREIGN_PURPOSES: Readonly<Record<string, string>> = {
  '1.3.6.1.5.5.7.3.3': 'codeSigning',
  '1.3.6.1.5.5.7.3.8': 'timeStamping',
  '1.3.6.1.5.5.7.3.9': 'OCSPSigning',
};

/** The checks by name, in the order in which they are reported. */
const CHECKS: readonly (readonly [check: string, run: Check])[] = Object.entries({
  'certificate-validity': validity,
  'certificate-key-type': keyType,
  'certificate-key-strength': keyStrength,
  'certificate-key-usage': keyUsage,
  'certificate-extended-key-usage': extendedKeyUsage,
  'certificate-not-an-authority': notAnAuthority,
  'certificate-critical-extensions': criticalExtensions,
  'certificate-signature-hash': signatureHash,
} satisfies Readonly<Record<string, Check>>);

/**
 * What speaks against using a certificate: nothing, or one finding a failed check. It measures the certificate alone;
 * who issued it and whether that is trusted is for `decideTrust`.
 */
export function checkFitness(certificate: Certificate, request: FitnessRequest): readonly Finding[] {
  const findings: Finding[] = [];
  for (const [check, run] of CHECKS) {
    const failed = run(certificate, request);
    if (failed !== undefined) findings.push({ check, ...failed, certificate: certificate.facts });
  }
  return findings;
}

/** A certificate that names itself as its issuer. */
export function isSelfIssued(certificate: Certificate): boolean {
  return certificate.subject === certificate.issuer;
}

/** Validity at an instant (RFC 5280 4.1.2.5), both ends included. */
export function validity(
  { notBefore, notAfter }: Certificate,
  { at }: Pick<FitnessRequest, 'at'>,
): ReturnType<Check> {
  if (at < notBefore)
    return {
      field: 'notBefore',
      expected: `not later than ${at.toISOString()}`,
      found: notBefore.toISOString(),
      advice: 'The certificate is not valid yet: check the clock, or wait until it is.',
    };
  if (at > notAfter)
    return {
      field: 'notAfter',
      expected: `not earlier than ${at.toISOString()}`,
      found: notAfter.toISOString(),
      advice: 'The certificate has expired: put the one that follows it in its place.',
    };
  return undefined;
}

function keyType({ publicKey }: Certificate, { keyTypes = ['rsa'] }: FitnessRequest): ReturnType<Check> {
  const found = publicKey.asymmetricKeyType ?? 'unknown';
  return keyTypes.includes(found)
    ? undefined
    : {
        field: 'subjectPublicKeyInfo',
        expected: keyTypes.join(' or '),
        found,
        advice: 'The security suite knows no such key: use a certificate with one that it names.',
      };
}

/** RSA modulus within bounds and a sound exponent; every other key type has one strength. */
export function keyStrength(
  { publicKey }: Certificate,
  { minRsaBits = MIN_RSA_BITS }: Pick<FitnessRequest, 'minRsaBits'>,
): ReturnType<Check> {
  const { modulusLength, publicExponent } = publicKey.asymmetricKeyDetails ?? {};
  if (modulusLength === undefined) return undefined;
  const isSound =
    modulusLength >= minRsaBits &&
    modulusLength <= MAX_RSA_BITS &&
    publicExponent !== undefined &&
    publicExponent > 2n;
  return isSound
    ? undefined
    : {
        field: 'subjectPublicKeyInfo',
        expected: `RSA with ${minRsaBits} to ${MAX_RSA_BITS} bits and an exponent of 3 or more`,
        found: `RSA with ${modulusLength} bits, exponent ${publicExponent}`,
        advice: 'Make a new key, of 3072 bits best, and a certificate for it.',
      };
}

function keyUsage(certificate: Certificate, { use }: FitnessRequest): ReturnType<Check> {
  const needed = NEEDED_USAGE[use](certificate.publicKey.asymmetricKeyType ?? 'unknown');
  const { keyUsage: stated } = certificate;
  return stated === undefined || needed.some((usage) => stated.has(usage))
    ? undefined
    : {
        field: 'keyUsage',
        expected: needed.join(' or '),
        found: [...stated].join(', ') || 'none',
        advice: `The certificate is not meant to ${use}: name the one that is.`,
      };
}

function extendedKeyUsage({ extendedKeyUsage: stated }: Certificate): ReturnType<Check> {
  if (stated === undefined || [...stated].some((purpose) => !(purpose in FOREIGN_PURPOSES))) return undefined;
  return {
    field: 'extendedKeyUsage',
    expected: 'a purpose that fits messages, or none stated',
    found: [...stated].map((purpose) => FOREIGN_PURPOSES[purpose]).join(', ') || 'none',
    advice: 'The certificate was issued for something else: use one issued for an access point.',
  };
}

function notAnAuthority(certificate: Certificate, { pinned = false }: FitnessRequest): ReturnType<Check> {
  if (!certificate.isCa || (pinned && isSelfIssued(certificate))) return undefined;
  return {
    field: 'basicConstraints',
    expected: 'cA=FALSE',
    found: 'cA=TRUE',
    advice: 'This is the certificate of an authority: use the one issued to the access point.',
  };
}

/** Critical extensions nobody here understands (RFC 5280 4.2). */
export function criticalExtensions({ unknownCriticalExtensions }: Certificate): ReturnType<Check> {
  return unknownCriticalExtensions.length === 0
    ? undefined
    : {
        field: 'extensions',
        expected: 'no critical extension beyond those of RFC 5280 that are processed',
        found: unknownCriticalExtensions.join(', '),
        advice: 'Ask the issuer for a certificate without this critical extension.',
      };
}

/** SHA-1 and older under the signature of the issuer can be forged. */
export function signatureHash({ signatureAlgorithm, signatureStrength }: Certificate): ReturnType<Check> {
  return signatureStrength === 'strong'
    ? undefined
    : {
        field: 'signatureAlgorithm',
        expected: 'SHA-256 or stronger',
        found: signatureAlgorithm,
        advice: 'Have the certificate issued again with SHA-256 or stronger.',
      };
}
