import { sameDistinguishedName } from '../pki/index.ts';
import type { Certificate } from '../pki/index.ts';
import type { ClaimedKeyReference } from './types.ts';

/**
 * Whether a key reference names this certificate. Distinguished names are compared as names, not as text: Java, .NET
 * and OpenSSL write the same name differently.
 */
export function namesCertificate(reference: ClaimedKeyReference, certificate: Certificate): boolean {
  switch (reference.kind) {
    case 'BinarySecurityToken':
    case 'PKIPath':
      return reference.certificate.thumbprintSha256 === certificate.thumbprintSha256;
    case 'SubjectKeyIdentifier':
      return certificate.subjectKeyIdentifier?.equals(reference.octets) ?? false;
    case 'ThumbprintSHA1':
      return certificate.thumbprintSha1.equals(reference.octets);
    case 'IssuerSerial':
      return (
        reference.serialNumber === certificate.serialNumber &&
        sameDistinguishedName(reference.issuer, certificate.issuer)
      );
  }
}

/** A key reference in words, for findings, journals and `inspect`. */
export function describeKeyReference(reference: ClaimedKeyReference): string {
  switch (reference.kind) {
    case 'BinarySecurityToken':
      return `BinarySecurityToken of ${reference.certificate.subject}`;
    case 'PKIPath':
      return `PKIPath of ${reference.certificate.subject} with ${reference.chain.length} issuers`;
    case 'SubjectKeyIdentifier':
      return `SubjectKeyIdentifier ${reference.octets.toString('hex')}`;
    case 'ThumbprintSHA1':
      return `ThumbprintSHA1 ${reference.octets.toString('hex')}`;
    case 'IssuerSerial':
      return `issuer ${reference.issuer}, serial number ${reference.serialNumber}`;
  }
}
