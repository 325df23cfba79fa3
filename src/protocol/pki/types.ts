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
  readonly isCa: boolean;
  /** Critical extensions this code does not process, as dotted OIDs; a non-empty list makes the certificate unusable. */
  readonly unknownCriticalExtensions: readonly string[];
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
