import {
  constants,
  createCipheriv,
  createHash,
  publicEncrypt,
  randomBytes,
  randomUUID,
  sign,
} from 'node:crypto';
import { gzipSync } from 'node:zlib';
import type { Certificate, KeyEntry } from '../../src/protocol/pki/index.ts';
import { canonicalize, escapeText, NS, withXml } from '../../src/protocol/xml/index.ts';
import { writeMime } from './attacker-mime.ts';
import type { MimeLayout, WirePart } from './attacker-mime.ts';

/**
 * Messages made by hand: signed with node:crypto over what the XML engine canonicalizes, encrypted with node:crypto.
 * Nothing here calls the code under test beyond that engine, so every step can be made wrong on its own; with no change
 * at all the result is an honest message.
 */

export const SWA = 'http://docs.oasis-open.org/wss/oasis-wss-SwAProfile-1.1#';
export const X509 = 'http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-x509-token-profile-1.0#';
export const SMS = 'http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-soap-message-security-1.0#';
export const SMS11 = 'http://docs.oasis-open.org/wss/oasis-wss-soap-message-security-1.1#';
export const SHA256 = `${NS.XENC}sha256`;
export const RSA_SHA256 = 'http://www.w3.org/2001/04/xmldsig-more#rsa-sha256';
export const OAEP = `${NS.XENC11}rsa-oaep`;

/** One payload part before anything is done to it. */
export interface ForgedPart {
  /** As the MIME header will have it, without brackets. */
  readonly contentId: string;
  /** The business document. */
  readonly content: Buffer;
  readonly mimeType: string;
  /** gzip it and say so; true unless told. */
  readonly compress?: boolean;
  /** `PartInfo/@href`; made from the Content-ID. */
  readonly href?: string;
  /** XML of the properties; the usual ones unless told. */
  readonly properties?: string;
  /** Type of the plaintext part: decides the signature transform; follows from compress and mimeType. */
  readonly plainType?: string;
}

/** A `ds:Reference` about to be written. */
export interface ForgedReference {
  readonly uri: string;
  /** XML of the transforms. */
  readonly transforms: string;
  readonly digestMethod: string;
  readonly digest: string;
}

/** The children of the Security header in the order in which they are written. */
export type SecurityBlocks = readonly { readonly name: BlockName; readonly xml: string }[];
export type BlockName = 'recipient-token' | 'key' | 'data' | 'signer-token' | 'signature' | 'other';

/** What a message says; who speaks and for whom; and at which step it is made wrong. */
export interface Forgery {
  readonly signer: KeyEntry;
  readonly recipient: Certificate;
  readonly messageId?: string;
  readonly refToMessageId?: string;
  readonly conversationId?: string;
  /** XML of `eb:PartyInfo`, `eb:CollaborationInfo` without ConversationId, and `eb:MessageProperties`. */
  readonly partyInfo: string;
  readonly collaboration: string;
  readonly messageProperties?: string;
  readonly parts: readonly ForgedPart[];
  /** The unit (UserMessage or SignalMessage) as text; a UserMessage of the values above unless told. */
  readonly unit?: string;
  readonly signed?: boolean;
  readonly encrypted?: boolean;
  readonly changes?: Changes;
}

/** Where a forger may interfere, in the order of making; each gets the honest thing and gives back what takes its place. */
export interface Changes {
  readonly unit?: (xml: string) => string;
  /** Before the digest is made: the signature will be right about it. */
  readonly messaging?: (xml: string) => string;
  readonly body?: (xml: string) => string;
  /** Bytes of a part before digest and encryption. */
  readonly plain?: (bytes: Buffer, part: ForgedPart) => Buffer;
  /** What the digest of a part is made of. */
  readonly digested?: (plain: Buffer, cipher: Buffer, part: ForgedPart) => Buffer;
  readonly references?: (references: readonly ForgedReference[]) => readonly ForgedReference[];
  /** Signed as it is given back. */
  readonly signedInfo?: (xml: string) => string;
  readonly signatureMethod?: string;
  /** The canonical SignedInfo to be signed, to a signature value. */
  readonly value?: (canonical: Buffer) => Buffer;
  /** Content of ds:KeyInfo. */
  readonly keyInfo?: (xml: string) => string;
  /** After signing. */
  readonly signature?: (xml: string) => string;
  readonly signerToken?: (xml: string) => string;
  readonly sessionKey?: Buffer;
  readonly wrap?: (sessionKey: Buffer) => Buffer;
  readonly keyMethod?: string;
  readonly encipher?: (sessionKey: Buffer, plain: Buffer, part: ForgedPart) => Buffer;
  readonly dataMethod?: string;
  readonly encryptedKey?: (xml: string) => string;
  readonly encryptedData?: (xml: string, part: ForgedPart, index: number) => string;
  readonly security?: (blocks: SecurityBlocks) => SecurityBlocks;
  /** The header blocks: Messaging, Security. */
  readonly blocks?: (blocks: readonly string[]) => readonly string[];
  readonly envelope?: (xml: string) => string | Buffer;
  readonly mime?: (parts: readonly WirePart[]) => readonly WirePart[];
  readonly layout?: Partial<MimeLayout>;
}

/** A message as it goes on the wire. */
export interface Forged {
  readonly messageId: string;
  readonly contentType: string;
  readonly bytes: Buffer;
  readonly envelope: string;
}

interface Digested {
  readonly part: ForgedPart;
  readonly plain: Buffer;
  readonly cipher: Buffer;
}

/** Makes the message. */
export function forge(forgery: Forgery): Forged {
  const changes = forgery.changes ?? {};
  const messageId = forgery.messageId ?? `${randomUUID()}@attacker.test`;
  const messaging = same(changes.messaging)(messagingXml(unitXml({ ...forgery, messageId })));
  const body = same(changes.body)(BODY);
  const isEncrypted = forgery.encrypted !== false && forgery.parts.length > 0;
  const sessionKey = changes.sessionKey ?? randomBytes(16);
  const parts = forgery.parts.map((part) => digestedPart(part, sessionKey, changes));
  const blocks: SecurityBlocks = [
    ...(isEncrypted ? encryptionBlocks(forgery, sessionKey, parts) : []),
    ...(forgery.signed === false ? [] : signatureBlocks(forgery, messaging, body, parts)),
  ];
  const security = securityXml(changes.security === undefined ? blocks : changes.security(blocks));
  const honest = blocks.length === 0 && !changes.security ? [messaging] : [messaging, security];
  const header = (changes.blocks ?? ((all) => all))(honest);
  const xml = envelopeXml(header.join(''), body);
  const envelope = changes.envelope === undefined ? xml : changes.envelope(xml);
  return { messageId, envelope: envelope.toString(), ...packaged(envelope, parts, isEncrypted, changes) };
}

function same<T extends string>(change: ((value: T) => T) | undefined): (value: T) => T {
  return change ?? ((value) => value);
}

export const MESSAGING_ID = '_messaging';
export const BODY_ID = '_body';
export const BODY = `<S12:Body xmlns:S12="${NS.S12}" xmlns:wsu="${NS.WSU}" wsu:Id="${BODY_ID}"></S12:Body>`;

/** eb:Messaging around a unit. */
export function messagingXml(unit: string, id = MESSAGING_ID): string {
  return (
    `<eb:Messaging xmlns:S12="${NS.S12}" xmlns:eb="${NS.EB}" xmlns:wsu="${NS.WSU}"` +
    ` S12:mustUnderstand="true" wsu:Id="${id}">${unit}</eb:Messaging>`
  );
}

export function envelopeXml(header: string, body: string): string {
  return (
    `<?xml version="1.0" encoding="UTF-8"?><S12:Envelope xmlns:S12="${NS.S12}">` +
    `<S12:Header>${header}</S12:Header>${body}</S12:Envelope>`
  );
}

function unitXml(forgery: Forgery & { readonly messageId: string }): string {
  return same(forgery.changes?.unit)(forgery.unit ?? userMessageXml(forgery));
}

function userMessageXml(forgery: Forgery & { readonly messageId: string }): string {
  const { messageId, refToMessageId, conversationId = 'conversation-1', parts } = forgery;
  const reference =
    refToMessageId === undefined
      ? ''
      : `<eb:RefToMessageId>${escapeText(refToMessageId)}</eb:RefToMessageId>`;
  const payload =
    parts.length === 0 ? '' : `<eb:PayloadInfo>${parts.map(partInfoXml).join('')}</eb:PayloadInfo>`;
  return (
    `<eb:UserMessage><eb:MessageInfo><eb:Timestamp>2026-01-15T12:00:00.000Z</eb:Timestamp>` +
    `<eb:MessageId>${escapeText(messageId)}</eb:MessageId>${reference}</eb:MessageInfo>` +
    `<eb:PartyInfo>${forgery.partyInfo}</eb:PartyInfo><eb:CollaborationInfo>${forgery.collaboration}` +
    `<eb:ConversationId>${escapeText(conversationId)}</eb:ConversationId></eb:CollaborationInfo>` +
    `${forgery.messageProperties ?? ''}${payload}</eb:UserMessage>`
  );
}

/** eb:PartInfo with the usual properties. */
export function partInfoXml(part: ForgedPart): string {
  const property = (name: string, value: string): string =>
    `<eb:Property name="${name}">${escapeText(value)}</eb:Property>`;
  const usual =
    property('MimeType', part.mimeType) +
    (part.compress === false ? '' : property('CompressionType', 'application/gzip'));
  const href = escapeText(part.href ?? `cid:${part.contentId}`);
  const properties = part.properties ?? usual;
  const inside = properties === '' ? '' : `<eb:PartProperties>${properties}</eb:PartProperties>`;
  return `<eb:PartInfo href="${href}">${inside}</eb:PartInfo>`;
}

/** Type of the part as it is signed: what the attachment transform goes by. */
export function plainTypeOf(part: ForgedPart): string {
  return part.plainType ?? (part.compress === false ? part.mimeType : 'application/gzip');
}

function digestedPart(part: ForgedPart, sessionKey: Buffer, changes: Changes): Digested {
  const bytes = part.compress === false ? part.content : gzipSync(part.content);
  const plain = changes.plain === undefined ? bytes : changes.plain(bytes, part);
  return { part, plain, cipher: (changes.encipher ?? encipher)(sessionKey, plain, part) };
}

/** IV, ciphertext, tag. */
export function encipher(sessionKey: Buffer, plain: Buffer): Buffer {
  const iv = randomBytes(12);
  const cipher = createCipheriv(`aes-${(sessionKey.length * 8) as 128}-gcm`, sessionKey, iv);
  return Buffer.concat([iv, cipher.update(plain), cipher.final(), cipher.getAuthTag()]);
}

/** RSA-OAEP as the profile has it. */
export function wrapKey(recipient: Certificate, sessionKey: Buffer, oaepHash = 'sha256'): Buffer {
  const padding = constants.RSA_PKCS1_OAEP_PADDING;
  return publicEncrypt({ key: recipient.publicKey, padding, oaepHash }, sessionKey);
}

/** SHA-256 in base64. */
export function sha256(bytes: Buffer | string): string {
  return createHash('sha256').update(bytes).digest('base64');
}

/** Exclusive c14n of a fragment that declares all it uses: the same wherever it stands. */
export function canonical(fragment: string, prefixes: readonly string[] = []): Buffer {
  return withXml(Buffer.from(fragment), {}, (doc) => canonicalize(doc.root, prefixes));
}

export const C14N_TRANSFORM = `<ds:Transform Algorithm="${NS.EC}"></ds:Transform>`;
export const ATTACHMENT_TRANSFORM = `<ds:Transform Algorithm="${SWA}Attachment-Content-Signature-Transform"></ds:Transform>`;

/** A reference to an element of the envelope, right about the given text. */
export function elementReference(id: string, fragment: string): ForgedReference {
  return {
    uri: `#${id}`,
    transforms: C14N_TRANSFORM,
    digestMethod: SHA256,
    digest: sha256(canonical(fragment)),
  };
}

/** A reference to a payload part, right about the given bytes. */
export function partReference(contentId: string, bytes: Buffer): ForgedReference {
  return {
    uri: `cid:${contentId}`,
    transforms: ATTACHMENT_TRANSFORM,
    digestMethod: SHA256,
    digest: sha256(bytes),
  };
}

export function referenceXml({ uri, transforms, digestMethod, digest }: ForgedReference): string {
  const list = transforms === '' ? '' : `<ds:Transforms>${transforms}</ds:Transforms>`;
  return (
    `<ds:Reference URI="${escapeText(uri)}">${list}<ds:DigestMethod Algorithm="${digestMethod}"></ds:DigestMethod>` +
    `<ds:DigestValue>${digest}</ds:DigestValue></ds:Reference>`
  );
}

/** What is hashed of an honest part. */
function transformed({ part, plain }: Digested): Buffer {
  const type = plainTypeOf(part).toLowerCase();
  if (/^(text\/xml|application\/xml|(application|image)\/.*\+xml)/.test(type))
    return canonical(plain.toString());
  if (type.startsWith('text/'))
    return Buffer.from(plain.toString('latin1').replace(/\r\n|\r|\n/g, '\r\n'), 'latin1');
  return plain;
}

/** SignedInfo over references; declares `ds` itself. */
export function signedInfoXml(references: readonly ForgedReference[], method = RSA_SHA256): string {
  return (
    `<ds:SignedInfo xmlns:ds="${NS.DS}"><ds:CanonicalizationMethod Algorithm="${NS.EC}"></ds:CanonicalizationMethod>` +
    `<ds:SignatureMethod Algorithm="${method}"></ds:SignatureMethod>` +
    `${references.map(referenceXml).join('')}</ds:SignedInfo>`
  );
}

/** A whole signature over SignedInfo. */
export function signatureXml(signedInfo: string, value: Buffer, keyInfo: string): string {
  return (
    `<ds:Signature xmlns:ds="${NS.DS}">${signedInfo}<ds:SignatureValue>${value.toString('base64')}</ds:SignatureValue>` +
    `<ds:KeyInfo>${keyInfo}</ds:KeyInfo></ds:Signature>`
  );
}

function signatureBlocks(
  forgery: Forgery,
  messaging: string,
  body: string,
  parts: readonly Digested[],
): SecurityBlocks {
  const changes = forgery.changes ?? {};
  const honest = [
    elementReference(MESSAGING_ID, messaging),
    elementReference(BODY_ID, body),
    ...parts.map((one) => {
      const input = changes.digested?.(one.plain, one.cipher, one.part) ?? transformed(one);
      return {
        ...partReference(one.part.contentId, input),
        uri: one.part.href ?? `cid:${one.part.contentId}`,
      };
    }),
  ];
  const references = changes.references === undefined ? honest : changes.references(honest);
  const signedInfo = same(changes.signedInfo)(signedInfoXml(references, changes.signatureMethod));
  const value = changes.value ?? ((bytes: Buffer) => sign('sha256', bytes, forgery.signer.privateKey));
  const keyInfo = same(changes.keyInfo)(tokenReference('signer-token'));
  const signature = signatureXml(signedInfo, value(canonical(signedInfo)), keyInfo);
  return [
    {
      name: 'signer-token',
      xml: same(changes.signerToken)(tokenXml('signer-token', forgery.signer.certificate.der)),
    },
    { name: 'signature', xml: same(changes.signature)(signature) },
  ];
}

/** A BinarySecurityToken. */
export function tokenXml(id: string, der: Buffer, valueType = `${X509}X509v3`): string {
  return (
    `<wsse:BinarySecurityToken xmlns:wsse="${NS.WSSE}" xmlns:wsu="${NS.WSU}" EncodingType="${SMS}Base64Binary"` +
    ` ValueType="${valueType}" wsu:Id="${id}">${der.toString('base64')}</wsse:BinarySecurityToken>`
  );
}

/** A SecurityTokenReference around something. */
export function strXml(inside: string): string {
  return `<wsse:SecurityTokenReference xmlns:wsse="${NS.WSSE}">${inside}</wsse:SecurityTokenReference>`;
}

export function tokenReference(id: string, valueType = `${X509}X509v3`): string {
  return strXml(`<wsse:Reference URI="#${id}" ValueType="${valueType}"></wsse:Reference>`);
}

export function skiReference(octets: Buffer): string {
  return strXml(
    `<wsse:KeyIdentifier EncodingType="${SMS}Base64Binary" ValueType="${X509}X509SubjectKeyIdentifier">${octets.toString('base64')}</wsse:KeyIdentifier>`,
  );
}

export function issuerSerialReference(issuer: string, serialNumber: string): string {
  return strXml(
    `<ds:X509Data xmlns:ds="${NS.DS}"><ds:X509IssuerSerial><ds:X509IssuerName>${escapeText(issuer)}</ds:X509IssuerName>` +
      `<ds:X509SerialNumber>${serialNumber}</ds:X509SerialNumber></ds:X509IssuerSerial></ds:X509Data>`,
  );
}

export const KEY_METHOD =
  `<xenc:EncryptionMethod Algorithm="${OAEP}"><ds:DigestMethod xmlns:ds="${NS.DS}" Algorithm="${SHA256}"></ds:DigestMethod>` +
  `<xenc11:MGF xmlns:xenc11="${NS.XENC11}" Algorithm="${NS.XENC11}mgf1sha256"></xenc11:MGF></xenc:EncryptionMethod>`;
export const DATA_METHOD = `<xenc:EncryptionMethod Algorithm="${NS.XENC11}aes128-gcm"></xenc:EncryptionMethod>`;

/** An EncryptedKey that lists parts by number. */
export function encryptedKeyXml(value: Buffer, count: number, id = 'EK', method = KEY_METHOD): string {
  const list = Array.from(
    { length: count },
    (_, i) => `<xenc:DataReference URI="#ED-${i}"></xenc:DataReference>`,
  );
  return (
    `<xenc:EncryptedKey xmlns:xenc="${NS.XENC}" Id="${id}">${method}` +
    `<ds:KeyInfo xmlns:ds="${NS.DS}">${tokenReference('recipient-token')}</ds:KeyInfo>` +
    `<xenc:CipherData><xenc:CipherValue>${value.toString('base64')}</xenc:CipherValue></xenc:CipherData>` +
    `<xenc:ReferenceList>${list.join('')}</xenc:ReferenceList></xenc:EncryptedKey>`
  );
}

/** An EncryptedData about one payload part. */
export function encryptedDataXml(
  index: number,
  about: { readonly uri: string; readonly mimeType: string; readonly method?: string; readonly key?: string },
): string {
  const { uri, mimeType, method = DATA_METHOD, key = 'EK' } = about;
  return (
    `<xenc:EncryptedData xmlns:xenc="${NS.XENC}" Id="ED-${index}" MimeType="${mimeType}" Type="${SWA}Attachment-Content-Only">` +
    `${method}<ds:KeyInfo xmlns:ds="${NS.DS}"><wsse:SecurityTokenReference xmlns:wsse="${NS.WSSE}" xmlns:wsse11="${NS.WSSE11}"` +
    ` wsse11:TokenType="${SMS11}EncryptedKey"><wsse:Reference URI="#${key}"></wsse:Reference></wsse:SecurityTokenReference></ds:KeyInfo>` +
    `<xenc:CipherData><xenc:CipherReference URI="${escapeText(uri)}"><xenc:Transforms>` +
    `<ds:Transform xmlns:ds="${NS.DS}" Algorithm="${SWA}Attachment-Ciphertext-Transform"></ds:Transform>` +
    `</xenc:Transforms></xenc:CipherReference></xenc:CipherData></xenc:EncryptedData>`
  );
}

function encryptionBlocks(forgery: Forgery, sessionKey: Buffer, parts: readonly Digested[]): SecurityBlocks {
  const changes = forgery.changes ?? {};
  const wrapped = (changes.wrap ?? ((key: Buffer) => wrapKey(forgery.recipient, key)))(sessionKey);
  const key = encryptedKeyXml(wrapped, parts.length, 'EK', changes.keyMethod);
  const data = parts.map(({ part }, index) => {
    const method = changes.dataMethod ?? DATA_METHOD;
    const about = { uri: part.href ?? `cid:${part.contentId}`, mimeType: plainTypeOf(part), method };
    const xml = encryptedDataXml(index, about);
    return { name: 'data' as const, xml: changes.encryptedData?.(xml, part, index) ?? xml };
  });
  return [
    { name: 'recipient-token', xml: tokenXml('recipient-token', forgery.recipient.der) },
    { name: 'key', xml: same(changes.encryptedKey)(key) },
    ...data,
  ];
}

function securityXml(blocks: SecurityBlocks): string {
  return (
    `<wsse:Security xmlns:S12="${NS.S12}" xmlns:wsse="${NS.WSSE}" S12:mustUnderstand="true">` +
    `${blocks.map(({ xml }) => xml).join('')}</wsse:Security>`
  );
}

function packaged(
  envelope: string | Buffer,
  parts: readonly Digested[],
  isEncrypted: boolean,
  changes: Changes,
): { readonly contentType: string; readonly bytes: Buffer } {
  const root = Buffer.from(envelope);
  if (parts.length === 0 && changes.mime === undefined)
    return { contentType: 'application/soap+xml; charset=utf-8', bytes: root };
  const honest: readonly WirePart[] = [
    {
      headers: [
        ['Content-Type', 'application/soap+xml; charset=UTF-8'],
        ['Content-Transfer-Encoding', 'binary'],
        ['Content-ID', '<root@attacker.test>'],
      ],
      body: root,
    },
    ...parts.map(({ part, plain, cipher }): WirePart => ({
      headers: [
        ['Content-Type', isEncrypted ? 'application/octet-stream' : plainTypeOf(part)],
        ['Content-Transfer-Encoding', 'binary'],
        ['Content-ID', `<${part.contentId}>`],
      ],
      body: isEncrypted ? cipher : plain,
    })),
  ];
  return writeMime(changes.mime === undefined ? honest : changes.mime(honest), changes.layout);
}
