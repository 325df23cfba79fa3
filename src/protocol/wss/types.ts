import type { Certificate, KeyEntry } from '../pki/index.ts';
import type { XmlElement } from '../xml/index.ts';

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

/** What a reference of a signature names: an element of the envelope, or a payload part by its canonical Content-ID. */
export type ReferenceTarget =
  | { readonly kind: 'element'; readonly id: string; readonly element: XmlElement }
  | { readonly kind: 'attachment'; readonly contentId: string };

/** A `ds:Reference` as a partner wrote it, with what it names; the digest is not yet compared. */
export interface ClaimedReference extends SignedReference {
  readonly target: ReferenceTarget;
}

/** A `ds:Signature` read but not verified. */
export interface ClaimedSignature {
  readonly signedInfo: XmlElement;
  readonly canonicalization: TransformStatement;
  readonly algorithm: string;
  readonly value: Buffer;
  readonly references: readonly ClaimedReference[];
  readonly keyReference: ClaimedKeyReference;
}

/** The `xenc:EncryptedKey` that the encrypted parts use, read but not opened. */
export interface ClaimedEncryptedKey {
  readonly id: string | undefined;
  readonly algorithm: string;
  /** `ds:DigestMethod` of RSA-OAEP; undefined where it stood not, which means SHA-1. */
  readonly digestAlgorithm: string | undefined;
  /** `xenc11:MGF` of RSA-OAEP; undefined where it stood not, which means MGF1 with SHA-1. */
  readonly maskGeneration: string | undefined;
  readonly keyReference: ClaimedKeyReference;
  readonly value: Buffer;
}

/** An `xenc:EncryptedData` of the Security header: one encrypted payload part. */
export interface ClaimedEncryptedPart {
  /** Canonical Content-ID of the part. */
  readonly contentId: string;
  readonly algorithm: string;
  /** Media type of the plaintext part; `application/octet-stream` where none was given. */
  readonly mimeType: string;
  /** The plaintext begins with MIME headers (`#Attachment-Complete`, sent by old peers). */
  readonly complete: boolean;
}

/** A Security header as a partner wrote it: well-formed and within limits, nothing about it proven. */
export interface ClaimedSecurity {
  /** A signature stands there; whether it verifies is another matter. */
  readonly signed: boolean;
  readonly signature: ClaimedSignature | undefined;
  /** Set exactly when `encryptedParts` is not empty. */
  readonly encryptedKey: ClaimedEncryptedKey | undefined;
  readonly encryptedParts: readonly ClaimedEncryptedPart[];
}

/** What a signature was found to prove. It says which certificate signed, not whether to trust it. */
export interface VerifiedSignature {
  readonly certificate: Certificate;
  /** Issuers the signer sent along, nearest first; empty unless the token was a PKIPath. */
  readonly chain: readonly Certificate[];
  readonly keyReference: ClaimedKeyReference;
  readonly suite: SuiteName;
  /** All references in document order, ready to be copied into a receipt. */
  readonly references: readonly SignedReference[];
  /** The very elements whose digests agreed; read what was signed from these nodes. */
  readonly coveredElements: readonly XmlElement[];
  /** Canonical Content-ID to the base64 digest the part's content must have; a promise the stream has to meet. */
  readonly attachmentDigests: ReadonlyMap<string, string>;
}

/** Which parts are encrypted and how to open them. */
export interface Decryption {
  /** Canonical Content-IDs of the encrypted parts. */
  readonly contentIds: ReadonlySet<string>;
  /** thumbprintSha256 of our certificate that the session key was encrypted for. */
  readonly recipient: string;
  /**
   * Media type of the plaintext part, which decides how its digest is made. For an Attachment-Complete part it may
   * change when the first plaintext has come: give `attachmentDigester` the function, not the value.
   */
  mimeTypeOf(contentId: string): string;
  /**
   * Decrypts a part as it streams, once for each part. What it yields is UNPROVEN until it ends; throws EBMS:0102
   * with the fixed sentence at the end when key, tag or length are wrong.
   */
  decrypt(contentId: string, ciphertext: AsyncIterable<Uint8Array>): AsyncIterable<Uint8Array>;
}
