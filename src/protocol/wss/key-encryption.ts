import type { Certificate, KeyEntry } from '../pki/index.ts';
import type { ClaimedEncryptedKey, SuiteName } from './types.ts';

/** A session key on its way to a recipient. */
export interface WrapRequest {
  readonly sessionKey: Buffer;
  readonly recipient: Certificate;
  /** `wsse:SecurityTokenReference` that names the recipient, as text. */
  readonly recipientReference: string;
  readonly suite: SuiteName;
}

/** What differs between the ways to carry a key inside `xenc:EncryptedKey`, as text. */
export interface WrappedKey {
  /** The complete `xenc:EncryptionMethod`. */
  readonly encryptionMethod: string;
  /** The content of `ds:KeyInfo`: the recipient's reference itself, or an agreement that holds it. */
  readonly keyInfo: string;
  readonly cipherValue: Buffer;
}

/** A session key to be had back with one of our keys. */
export interface UnwrapRequest {
  readonly claimed: ClaimedEncryptedKey;
  readonly key: KeyEntry;
  readonly sessionKeyBytes: number;
  readonly suite: SuiteName;
  readonly acceptLegacyKeyTransport: boolean;
}

/** A session key; with `problem` set it is random, and the problem is for the journal alone. */
export interface UnwrappedKey {
  readonly sessionKey: Buffer;
  readonly problem?: string | undefined;
}

/**
 * A way to carry a session key to its recipient (XML Encryption 1.1 5.5 and 5.6). `unwrapKey` settles every algorithm
 * before it touches the key (EBMS:0103); after that it never fails: what does not open yields a random key, so that
 * the partner cannot tell a bad key from a bad part (eDelivery AS4 1.15 1.4.2.6 and the attacks on PKCS#1).
 */
export interface KeyEncryption {
  wrapKey(request: WrapRequest): WrappedKey;
  unwrapKey(request: UnwrapRequest): UnwrappedKey;
}
