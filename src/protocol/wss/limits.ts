/** Bounds on what one Security header may make us do; sizes in bytes. */
export interface SecurityLimits {
  /** `ds:Reference` elements in all. */
  readonly references: number;
  /** `ds:Reference` elements that name elements of the envelope: each costs a canonicalization. */
  readonly elementReferences: number;
  /** `ds:Transform` elements in one reference. */
  readonly transforms: number;
  /** `xenc:EncryptedKey` elements, empty ones included. */
  readonly encryptedKeys: number;
  /** `xenc:EncryptedData` elements, and `xenc:DataReference` elements in one list. */
  readonly encryptedData: number;
  /** `wsse:BinarySecurityToken` elements, used or not. */
  readonly tokens: number;
  /** Decoded size of a token, a key or a signature value. */
  readonly tokenBytes: number;
  /** Certificates in a PKIPath. */
  readonly pathCertificates: number;
  /** Certificates that are tried for one reference that several share. */
  readonly candidates: number;
}

/** Limits that leave room for the 64 parts of the largest message and for the noise old peers add. */
export const DEFAULT_SECURITY_LIMITS: SecurityLimits = {
  references: 70,
  elementReferences: 8,
  transforms: 2,
  encryptedKeys: 4,
  encryptedData: 70,
  tokens: 8,
  tokenBytes: 65_536,
  pathCertificates: 8,
  candidates: 8,
};
