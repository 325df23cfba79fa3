import type { Certificate, KeyEntry } from '../pki/index.ts';

/** How a certificate is named inside `wsse:SecurityTokenReference` when we send (eDelivery AS4 1.15 1.4.2.6). */
export type KeyReferenceKind = 'BinarySecurityToken' | 'PKIPath' | 'SubjectKeyIdentifier' | 'IssuerSerial';

/** A `ds:Transform` of a reference: its algorithm URI and the InclusiveNamespaces prefixes where a list stood. */
export interface TransformStatement {
  readonly algorithm: string;
  /** An empty array means an empty PrefixList attribute stood there; undefined means there was none. */
  readonly prefixes?: readonly string[] | undefined;
}

/** One digest statement of a signature: what was covered and its digest (`ds:Reference`). */
export interface SignedReference {
  /** `#id` for a header block or the Body, `cid:...` (as written) for a payload part. */
  readonly uri: string;
  readonly transforms: readonly TransformStatement[];
  readonly digestAlgorithm: string;
  /** base64 of the digest, without white space. */
  readonly digestValue: string;
}

/** A payload part about to be signed: its `cid:` URI and the digest of its transformed content. */
export interface AttachmentDigest {
  readonly href: string;
  /** base64 SHA-256 of what the Attachment-Content-Signature-Transform yields for the part's MIME type. */
  readonly digestValue: string;
}

/** What is needed to sign an envelope; header blocks are finished XML text. */
export interface SignRequest {
  /** The complete `eb:Messaging` element as text, carrying `wsu:Id` = messagingId and `S12:mustUnderstand="true"`. */
  readonly messaging: string;
  readonly messagingId: string;
  readonly attachments: readonly AttachmentDigest[];
  readonly key: KeyEntry;
  readonly keyReference: KeyReferenceKind;
  /** Name of the row in the suite table, for example `eDelivery-AS4-1.15`. */
  readonly suite: SuiteName;
  /** SOAP 1.2 Fault as text to stand in the Body of an error answer; absent means an empty Body. */
  readonly fault?: string | undefined;
}

/**
 * A signed SOAP envelope as it is kept: signed once, sent as often as needed. The encryption blocks of one attempt
 * are inserted at `encryptionOffset`, which no reference covers.
 */
export interface SignedEnvelope {
  readonly bytes: Buffer;
  readonly encryptionOffset: number;
  readonly references: readonly SignedReference[];
  /** thumbprintSha256 of the signing certificate. */
  readonly signer: string;
}

/** A part about to be encrypted: `mimeType` is the type of the plaintext part (`application/gzip` when compressed). */
export interface PartToSeal {
  readonly href: string;
  readonly mimeType: string;
}

/** What is needed to encrypt the parts of one attempt. */
export interface SealRequest {
  readonly parts: readonly PartToSeal[];
  readonly recipient: Certificate;
  /** Issuers of the recipient, for PKIPath; may be empty. */
  readonly recipientChain?: readonly Certificate[] | undefined;
  readonly keyReference: KeyReferenceKind;
  readonly suite: SuiteName;
}

/** One attempt, sealed: the envelope with its encryption blocks, and a cipher for each part. */
export interface SealedEnvelope {
  readonly bytes: Buffer;
  /** Encrypts one part as it streams: IV, ciphertext, tag. Each href may be taken once. */
  encrypt(href: string, plaintext: AsyncIterable<Uint8Array>): AsyncIterable<Uint8Array>;
  /** Bytes that encryption adds to each part (IV and tag), so that Content-Length is known beforehand. */
  readonly overhead: number;
}

/** A reference to a key as a partner wrote it, not yet resolved to a certificate. */
export type ClaimedKeyReference =
  | { readonly kind: 'BinarySecurityToken'; readonly certificate: Certificate }
  | { readonly kind: 'PKIPath'; readonly certificate: Certificate; readonly chain: readonly Certificate[] }
  | { readonly kind: 'SubjectKeyIdentifier'; readonly octets: Buffer }
  | { readonly kind: 'IssuerSerial'; readonly issuer: string; readonly serialNumber: string }
  | { readonly kind: 'ThumbprintSHA1'; readonly octets: Buffer };

/** Names of the rows of the suite table. `eDelivery-AS4-2.0` is to be a new row, not new code paths. */
export type SuiteName = 'eDelivery-AS4-1.15';
