/** Certificates, names, key stores, chains and trust (RFC 5280, RFC 2253, WSS X.509 Token Profile 1.1). */
export { parseCertificate, parseCertificates, subjectAttributes } from './certificate.ts';
export { isSignedBy, verifyChain } from './chain.ts';
export type { ChainRequest, ChainVerdict } from './chain.ts';
export { nameAttributes, sameDistinguishedName } from './distinguished-name.ts';
export { checkFitness, isSelfIssued, MIN_RSA_BITS } from './fitness.ts';
export type { FitnessRequest } from './fitness.ts';
export {
  createCa,
  createCsr,
  createSelfSigned,
  generateKey,
  issueCertificate,
  privateKeyPem,
  subjectForOots,
} from './issuing.ts';
export type { CaRequest, IssueRequest, OotsSubject } from './issuing.ts';
export { loadPemKeyEntry } from './key-entry.ts';
export type { PemKeySource } from './key-entry.ts';
export { loadPkcs12, writePkcs12 } from './pkcs12.ts';
export type { Pkcs12Content, TrustedEntry } from './pkcs12.ts';
export { encodePkiPath, parsePkiPath } from './pki-path.ts';
export { parsePrivateKey } from './private-key.ts';
export { checkRevocation, parseRevocationList } from './revocation.ts';
export type { RevocationList } from './revocation.ts';
export { decideTrust } from './trust.ts';
export type { TrustRequest, TrustVerdict } from './trust.ts';
export type * from './types.ts';
