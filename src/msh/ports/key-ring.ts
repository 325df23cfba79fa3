import type { Certificate, KeyEntry, RevocationList } from '../../protocol/pki/index.ts';
import type { Party } from '../../protocol/pmode/index.ts';

/** Keys and certificates as one snapshot: a message is handled with one snapshot from beginning to end. */
export interface KeyRing {
  /** The key we sign with; throws `keys/no-signing-key` naming what is missing. */
  signingKey(): KeyEntry;
  /** All keys a partner may have encrypted for, newest first (rollover keeps the old one). */
  decryptionKeys(): readonly KeyEntry[];
  /** Pinned signing certificates of a party, expired ones included so that a refusal can name them. */
  signingCertificates(party: Party): readonly Certificate[];
  /** Trust anchors of a party. */
  anchors(party: Party): readonly Certificate[];
  /** The encryption certificate to use for a party at this instant; throws `keys/no-encryption-certificate` with the reason for each candidate. */
  encryptionCertificate(party: Party, at: Date): Certificate;
  /** Verified revocation lists; absent or empty when none are configured. */
  readonly revocationLists?: (() => readonly RevocationList[]) | undefined;
  /** Every certificate known by pinning or as an anchor, for SKI, issuer-serial and thumbprint look-ups. */
  knownCertificates(): readonly Certificate[];
}
