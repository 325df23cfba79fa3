/**
 * WS-Security for AS4: signing, verifying and coverage; encrypting and decrypting payload parts; the attachment
 * digest; the tables of algorithms and suites. It says which certificate signed what, never whether to trust it.
 */
export { ALGORITHMS, findAlgorithm } from './algorithms.ts';
export type { Algorithm, AlgorithmKind, Standing } from './algorithms.ts';
export {
  attachmentDigester,
  attachmentTreatment,
  DEFAULT_MAX_CANONICAL_BYTES,
} from './attachment-digester.ts';
export type { AttachmentDigester, AttachmentTreatment } from './attachment-digester.ts';
export { checkCoverage } from './check-coverage.ts';
export type { RequiredCoverage } from './check-coverage.ts';
export { describeSecurity } from './describe-security.ts';
export type {
  EncryptionDescription,
  SecurityDescription,
  SignatureDescription,
} from './describe-security.ts';
export { GCM_OVERHEAD } from './gcm-streams.ts';
export { DEFAULT_SECURITY_LIMITS } from './limits.ts';
export type { SecurityLimits } from './limits.ts';
export { describeKeyReference, namesCertificate } from './match-key-reference.ts';
export { openEncryption } from './open-encryption.ts';
export type { Opening } from './open-encryption.ts';
export { readSecurity } from './read-security.ts';
export { readReference, writeReference } from './reference.ts';
export { DECRYPTION_FAILED } from './refusals.ts';
export { sealEnvelope } from './seal-envelope.ts';
export type { RandomSource } from './seal-envelope.ts';
export { signEnvelope } from './sign-envelope.ts';
export { SUITES } from './suites.ts';
export type { Choice, Suite } from './suites.ts';
export { verifySignature } from './verify-signature.ts';
export type { Verification } from './verify-signature.ts';
export type * from './types.ts';
