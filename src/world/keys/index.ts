/** Keys and certificates from files: the adapter of the key ring port. */
export { DEMO_UNIT, isDemoCertificate } from './demonstration.ts';
export { diffKeys } from './diff.ts';
export { loadKeyRing } from './load-key-ring.ts';
export { mirroredCertificates, unreadable } from './mirrored.ts';
export type { MirroredCertificates } from './mirrored.ts';
export type {
  CertificateInventoryEntry,
  FileKeyRing,
  KeyProblem,
  KeyRingOptions,
  KeySource,
  KeyUse,
  LoadedKeyRing,
} from './types.ts';
