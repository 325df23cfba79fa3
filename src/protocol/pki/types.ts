import type { KeyObject } from 'node:crypto';
import type { CertificateFacts } from '../errors/index.ts';

/** Key usage bits of RFC 5280 4.2.1.3 that a gateway cares about. */
export type KeyUsage =
  | 'digitalSignature'
  | 'nonRepudiation'
  | 'keyEncipherment'
  | 'dataEncipherment'
  | 'keyAgreement'
  | 'keyCertSign'
  | 'cRLSign';

/** How strong the hash under the issuer's signature is; `unknown` means an algorithm this code does not know. */
export type SignatureStrength = 'strong' | 'weak' | 'unknown';

/** A parsed X.509 certificate, immutable. */
export interface Certificate {
  readonly der: Buffer;
  readonly pem: string;
  /** RFC 2253 order, as `ds:X509IssuerName` wants it. */
  readonly subject: string;
  readonly issuer: string;
  /** Decimal, as `ds:X509SerialNumber` wants it. */
  readonly serialNumber: string;
  readonly notBefore: Date;
  readonly notAfter: Date;
  /** Octets of the subjectKeyIdentifier extension, when there is one. */
  readonly subjectKeyIdentifier: Buffer | undefined;
  readonly thumbprintSha1: Buffer;
  /** Lower-case hex; the identity of a certificate inside Quoin. */
  readonly thumbprintSha256: string;
  readonly publicKey: KeyObject;
  /** undefined when the extension is absent: everything is allowed. */
  readonly keyUsage: ReadonlySet<KeyUsage> | undefined;
  /** Purposes as dotted OIDs (RFC 5280 4.2.1.12); undefined when the extension is absent. */
  readonly extendedKeyUsage: ReadonlySet<string> | undefined;
  readonly isCa: boolean;
  /** Issuers allowed below this one (RFC 5280 4.2.1.9); undefined means any number. */
  readonly pathLength: number | undefined;
  /** Critical extensions this code does not process, as dotted OIDs; a non-empty list makes the certificate unusable. */
  readonly unknownCriticalExtensions: readonly string[];
  /** What the issuer signed with: a name such as `sha256WithRSAEncryption`, or a dotted OID. */
  readonly signatureAlgorithm: string;
  readonly signatureStrength: SignatureStrength;
  readonly facts: CertificateFacts;
}

/** A private key with its certificate and the issuers above it, leaf first. */
export interface KeyEntry {
  readonly alias: string;
  readonly privateKey: KeyObject;
  readonly certificate: Certificate;
  /** Issuers, nearest first, the leaf not included; may be empty. */
  readonly chain: readonly Certificate[];
}

/** What a certificate is to be used for. */
export type CertificateUse = 'sign' | 'encrypt';
