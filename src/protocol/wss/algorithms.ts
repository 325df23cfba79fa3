/** What an algorithm is used for. */
export type AlgorithmKind =
  | 'digest'
  | 'signature'
  | 'canonicalization'
  | 'attachment-transform'
  | 'data-encryption'
  | 'key-encryption'
  | 'mask-generation';

/**
 * Who may accept an algorithm: `suite` where a suite lists it, `legacy` only where a P-Mode also switches old key
 * transport on, `never` where it is known so that a refusal can say what is wrong with it.
 */
export type Standing = 'suite' | 'legacy' | 'never';

/** The ways to carry a session key to its recipient; each is a module behind `KeyEncryption`. */
export type KeyMechanism = 'rsa-oaep';

interface Row<Kind extends AlgorithmKind> {
  readonly uri: string;
  readonly kind: Kind;
  /** What people call it, for findings. */
  readonly name: string;
  readonly standing: Standing;
  /** For `never` and `legacy`: the reason, for findings. */
  readonly reason?: string | undefined;
}

/** A hash; `node` is its name in node:crypto. */
export interface DigestAlgorithm extends Row<'digest'> {
  readonly node: string;
}

/** A signature algorithm with the keys it may be used with; bits are those of the RSA modulus. */
export interface SignatureAlgorithm extends Row<'signature'> {
  readonly node: string;
  readonly keyType: 'rsa' | 'ec' | 'ed25519' | 'secret';
  readonly minKeyBits: number;
  /** Bounds the work an attacker's key can cause. */
  readonly maxKeyBits: number;
}

/** A canonicalization of an element, or the transform of an attachment. */
export type TransformAlgorithm = Row<'canonicalization'> | Row<'attachment-transform'>;

/** An authenticated cipher for payload parts; lengths in bytes. */
export interface DataEncryptionAlgorithm extends Row<'data-encryption'> {
  readonly node: 'aes-128-gcm' | 'aes-192-gcm' | 'aes-256-gcm' | undefined;
  readonly keyBytes: number;
}

/** A way to carry the session key; bits are those of the recipient's RSA modulus. */
export interface KeyEncryptionAlgorithm extends Row<'key-encryption'> {
  readonly mechanism: KeyMechanism | undefined;
  readonly minKeyBits: number;
  readonly maxKeyBits: number;
  /** `xmlenc#rsa-oaep-mgf1p` fixes the mask generation function; a MGF child does not apply to it. */
  readonly fixedMaskGeneration?: string | undefined;
}

/** A mask generation function of RSA-OAEP; `node` is the hash inside. */
export interface MaskGenerationAlgorithm extends Row<'mask-generation'> {
  readonly node: string;
}

/** One row of the table. */
export type Algorithm =
  | DigestAlgorithm
  | SignatureAlgorithm
  | Row<'canonicalization'>
  | Row<'attachment-transform'>
  | DataEncryptionAlgorithm
  | KeyEncryptionAlgorithm
  | MaskGenerationAlgorithm;

/** The row type of a kind. */
export type AlgorithmOf<Kind extends AlgorithmKind> = Extract<Algorithm, { kind: Kind }>;

const DS = 'http://www.w3.org/2000/09/xmldsig#';
const DSIG_MORE = 'http://www.w3.org/2001/04/xmldsig-more#';
const XENC = 'http://www.w3.org/2001/04/xmlenc#';
const XENC11 = 'http://www.w3.org/2009/xmlenc11#';
const SWA = 'http://docs.oasis-open.org/wss/oasis-wss-SwAProfile-1.1#';

/** The algorithm URIs that this room writes, or names in code. */
export const URI = {
  sha1: `${DS}sha1`,
  sha256: `${XENC}sha256`,
  rsaSha256: `${DSIG_MORE}rsa-sha256`,
  exclusiveC14n: 'http://www.w3.org/2001/10/xml-exc-c14n#',
  attachmentContent: `${SWA}Attachment-Content-Signature-Transform`,
  attachmentCiphertext: `${SWA}Attachment-Ciphertext-Transform`,
  aes128Gcm: `${XENC11}aes128-gcm`,
  rsaOaep: `${XENC11}rsa-oaep`,
  rsaOaepMgf1p: `${XENC}rsa-oaep-mgf1p`,
  mgf1Sha1: `${XENC11}mgf1sha1`,
  mgf1Sha256: `${XENC11}mgf1sha256`,
} as const;

const RSA = { keyType: 'rsa', minKeyBits: 2048, maxKeyBits: 8192 } as const;
const NO_KEY = { minKeyBits: 0, maxKeyBits: 0 } as const;
const COLLISIONS = 'collisions can be made';
const PADDING_ORACLE = 'open to padding oracles';
const NOT_AUTHENTICATED = 'not authenticated, open to padding oracles';
const PROGRAMMABLE = 'lets the sender choose what is signed';
const SECRET_KEY = 'a secret key proves no sender';

const digest = (uri: string, name: string, node: string, standing: Standing, reason?: string) =>
  ({ uri, kind: 'digest', name, node, standing, reason }) as const;
const refusedSignature = (
  uri: string,
  name: string,
  keyType: SignatureAlgorithm['keyType'],
  node: string,
  reason: string,
) => ({ uri, kind: 'signature', name, keyType, node, standing: 'never', reason, ...NO_KEY }) as const;
const transform = (
  kind: 'canonicalization' | 'attachment-transform',
  uri: string,
  name: string,
  reason?: string,
) => ({ uri, kind, name, standing: reason === undefined ? 'suite' : 'never', reason }) as const;
const gcm = (bits: 128 | 192 | 256) =>
  ({
    uri: `${XENC11}aes${bits}-gcm`,
    kind: 'data-encryption',
    name: `AES-${bits}-GCM`,
    node: `aes-${bits}-gcm`,
    keyBytes: bits / 8,
    standing: 'suite',
  }) as const;
const refusedCipher = (uri: string, name: string) =>
  ({
    uri,
    kind: 'data-encryption',
    name,
    node: undefined,
    keyBytes: 0,
    standing: 'never',
    reason: NOT_AUTHENTICATED,
  }) as const;

/** Every algorithm this gateway knows by name, allowed or not. eDelivery AS4 2.0 adds rows here. */
export const ALGORITHMS: readonly Algorithm[] = [
  digest(URI.sha256, 'SHA-256', 'sha256', 'suite'),
  digest(`${DSIG_MORE}sha384`, 'SHA-384', 'sha384', 'suite'),
  digest(`${XENC}sha512`, 'SHA-512', 'sha512', 'suite'),
  digest(URI.sha1, 'SHA-1', 'sha1', 'legacy', COLLISIONS),
  digest(`${DSIG_MORE}md5`, 'MD5', 'md5', 'never', COLLISIONS),

  { uri: URI.rsaSha256, kind: 'signature', name: 'RSA-SHA256', node: 'sha256', standing: 'suite', ...RSA },
  {
    uri: `${DSIG_MORE}rsa-sha512`,
    kind: 'signature',
    name: 'RSA-SHA512',
    node: 'sha512',
    standing: 'suite',
    ...RSA,
  },
  refusedSignature(`${DS}rsa-sha1`, 'RSA-SHA1', 'rsa', 'sha1', COLLISIONS),
  refusedSignature(`${DSIG_MORE}rsa-md5`, 'RSA-MD5', 'rsa', 'md5', COLLISIONS),
  refusedSignature(`${DS}hmac-sha1`, 'HMAC-SHA1', 'secret', 'sha1', SECRET_KEY),
  refusedSignature(`${DSIG_MORE}hmac-sha256`, 'HMAC-SHA256', 'secret', 'sha256', SECRET_KEY),
  refusedSignature(
    `${DSIG_MORE}ecdsa-sha256`,
    'ECDSA-SHA256',
    'ec',
    'sha256',
    'belongs to eDelivery AS4 2.0, which no suite here speaks yet',
  ),

  transform('canonicalization', URI.exclusiveC14n, 'exclusive c14n'),
  transform(
    'canonicalization',
    `${URI.exclusiveC14n}WithComments`,
    'exclusive c14n with comments',
    'comments are not part of a message',
  ),
  transform(
    'canonicalization',
    'http://www.w3.org/TR/2001/REC-xml-c14n-20010315',
    'c14n 1.0',
    'depends on what surrounds the element',
  ),
  transform(
    'canonicalization',
    'http://www.w3.org/2006/12/xml-c14n11',
    'c14n 1.1',
    'depends on what surrounds the element',
  ),
  transform('canonicalization', `${DS}enveloped-signature`, 'enveloped signature', PROGRAMMABLE),
  transform('canonicalization', `${DS}base64`, 'base64', PROGRAMMABLE),
  transform('canonicalization', 'http://www.w3.org/TR/1999/REC-xslt-19991116', 'XSLT', PROGRAMMABLE),
  transform('canonicalization', 'http://www.w3.org/TR/1999/REC-xpath-19991116', 'XPath', PROGRAMMABLE),
  transform('canonicalization', 'http://www.w3.org/2002/06/xmldsig-filter2', 'XPath filter', PROGRAMMABLE),
  transform(
    'canonicalization',
    'http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-soap-message-security-1.0#STR-Transform',
    'STR-Transform',
    'the signing token needs no signature in AS4',
  ),
  transform('attachment-transform', URI.attachmentContent, 'Attachment-Content'),
  transform(
    'attachment-transform',
    `${SWA}Attachment-Complete-Signature-Transform`,
    'Attachment-Complete',
    'AS4 signs the content of a part, never its MIME headers',
  ),

  gcm(128),
  gcm(192),
  gcm(256),
  refusedCipher(`${XENC}aes128-cbc`, 'AES-128-CBC'),
  refusedCipher(`${XENC}aes192-cbc`, 'AES-192-CBC'),
  refusedCipher(`${XENC}aes256-cbc`, 'AES-256-CBC'),
  refusedCipher(`${XENC}tripledes-cbc`, '3DES-CBC'),

  {
    uri: URI.rsaOaep,
    kind: 'key-encryption',
    name: 'RSA-OAEP',
    mechanism: 'rsa-oaep',
    standing: 'suite',
    minKeyBits: 2048,
    maxKeyBits: 8192,
  },
  {
    uri: URI.rsaOaepMgf1p,
    kind: 'key-encryption',
    name: 'RSA-OAEP with MGF1-SHA1',
    mechanism: 'rsa-oaep',
    standing: 'legacy',
    reason: 'replaced in eDelivery AS4 1.13',
    minKeyBits: 2048,
    maxKeyBits: 8192,
    fixedMaskGeneration: URI.mgf1Sha1,
  },
  {
    uri: `${XENC}rsa-1_5`,
    kind: 'key-encryption',
    name: 'RSA PKCS#1 v1.5',
    mechanism: undefined,
    standing: 'never',
    reason: PADDING_ORACLE,
    ...NO_KEY,
  },

  {
    uri: URI.mgf1Sha256,
    kind: 'mask-generation',
    name: 'MGF1 with SHA-256',
    node: 'sha256',
    standing: 'suite',
  },
  {
    uri: URI.mgf1Sha1,
    kind: 'mask-generation',
    name: 'MGF1 with SHA-1',
    node: 'sha1',
    standing: 'legacy',
    reason: 'replaced in eDelivery AS4 1.13',
  },
];

const byUri = new Map<AlgorithmKind, Map<string, Algorithm>>();
for (const row of ALGORITHMS) {
  const rows = byUri.get(row.kind) ?? new Map<string, Algorithm>();
  byUri.set(row.kind, rows.set(row.uri, row));
}

/** The row for a URI used as this kind, or undefined: URIs are compared byte for byte (XML Signature 1.1 6). */
export function findAlgorithm<Kind extends AlgorithmKind>(
  kind: Kind,
  uri: string,
): AlgorithmOf<Kind> | undefined {
  return byUri.get(kind)?.get(uri) as AlgorithmOf<Kind> | undefined;
}
