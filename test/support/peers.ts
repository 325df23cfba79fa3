import { constants, createCipheriv, createHash, publicEncrypt, randomBytes, sign } from 'node:crypto';
import type { Certificate, KeyEntry } from '../../src/protocol/pki/index.ts';
import { canonicalize, children, escapeText, NS, withXml } from '../../src/protocol/xml/index.ts';
import type { XmlElement } from '../../src/protocol/xml/index.ts';

/**
 * Envelopes as other products write them (prefixes, declarations, order, prefix lists, references, white space), made
 * by a signer and an encrypter of their own: nothing here calls the code under test but the XML engine.
 */

/** How a product writes. Prefix `''` stands for the default namespace, declared on every element that needs it. */
export interface PeerShape {
  readonly name: string;
  readonly prefixes: { readonly S12: string; readonly EB: string } & Partial<
    Record<'DS' | 'WSSE' | 'WSU' | 'XENC' | 'XENC11' | 'EC' | 'WSSE11', string>
  >;
  /** Declarations on the Envelope beside that of S12; those of `prefixes` not named here stand on the blocks. */
  readonly onEnvelope: Readonly<Record<string, string>>;
  readonly securityFirst: boolean;
  readonly order: readonly PeerBlock[];
  /** undefined: no InclusiveNamespaces element; empty: one with an empty list. */
  readonly signedInfoPrefixes?: readonly string[];
  readonly messagingPrefixes?: readonly string[];
  readonly bodyPrefixes?: readonly string[];
  readonly signerReference: 'BST' | 'SKI' | 'IssuerSerial';
  readonly recipientReference: 'BST' | 'SKI' | 'IssuerSerial';
  /** `defaults`: no DigestMethod and no MGF, which means SHA-1. */
  readonly keyTransport: 'sha256' | 'defaults';
  readonly signsBody: boolean;
  /** base64 broken into lines, elements of the Security header on lines of their own. */
  readonly lineBreaks: boolean;
  readonly dataNamesKey: boolean;
  readonly attachmentComplete: boolean;
  /** Writes an `id` beside `wsu:Id` on Messaging, as the OASIS receipt stylesheet does. */
  readonly plainIdToo: boolean;
  readonly mustUnderstand: 'true' | '1';
}

/** What may stand in a Security header, in the order of a shape. */
export type PeerBlock =
  'recipient-token' | 'unused-key' | 'key' | 'data' | 'data-reversed' | 'signer-token' | 'signature';

const XSD = { xsd: 'http://www.w3.org/2001/XMLSchema', xsi: 'http://www.w3.org/2001/XMLSchema-instance' };
const USUAL = {
  DS: 'ds',
  WSSE: 'wsse',
  WSU: 'wsu',
  XENC: 'xenc',
  XENC11: 'xenc11',
  EC: 'ec',
  WSSE11: 'wsse11',
};
const WITH_TOKENS: readonly PeerBlock[] = ['recipient-token', 'key', 'data', 'signer-token', 'signature'];
const WITHOUT_TOKENS: readonly PeerBlock[] = ['key', 'data', 'signature'];

const PLAIN: Omit<PeerShape, 'name' | 'prefixes'> = {
  onEnvelope: {},
  securityFirst: false,
  order: WITH_TOKENS,
  signerReference: 'BST',
  recipientReference: 'BST',
  keyTransport: 'sha256',
  signsBody: true,
  lineBreaks: false,
  dataNamesKey: true,
  attachmentComplete: false,
  plainIdToo: false,
  mustUnderstand: 'true',
};

const domibus = (name: string, reference: 'BST' | 'SKI' | 'IssuerSerial'): PeerShape => ({
  ...PLAIN,
  name,
  prefixes: { ...USUAL, S12: 'env', EB: 'eb' },
  order: reference === 'BST' ? WITH_TOKENS : WITHOUT_TOKENS,
  signedInfoPrefixes: ['env'],
  signerReference: reference,
  recipientReference: reference,
});

const AXIS2 = {
  prefixes: { ...USUAL, S12: 'soapenv', EB: 'eb3' },
  onEnvelope: { eb3: NS.EB, ...XSD },
  signedInfoPrefixes: ['eb3', 'soapenv', 'xsd', 'xsi'],
  messagingPrefixes: ['xsd', 'xsi'],
  bodyPrefixes: ['eb3', 'xsd', 'xsi'],
  lineBreaks: true,
};

/** The products of the field as their messages were seen, user messages first. */
export const PEERS: readonly PeerShape[] = [
  {
    ...PLAIN,
    name: 'phase4, older',
    prefixes: { ...USUAL, S12: 'S12', EB: 'eb' },
    securityFirst: true,
    order: ['recipient-token', 'key', 'data-reversed', 'signer-token', 'signature'],
    signedInfoPrefixes: ['S12'],
  },
  {
    ...PLAIN,
    name: 'phase4, newer',
    prefixes: { ...USUAL, S12: 'S12', EB: 'eb' },
    securityFirst: true,
    signedInfoPrefixes: ['S12'],
    messagingPrefixes: ['S12'],
    bodyPrefixes: ['S12'],
  },
  domibus('Domibus, BST policy', 'BST'),
  domibus('Domibus, SKI policy', 'SKI'),
  domibus('Domibus, issuer serial policy', 'IssuerSerial'),
  {
    ...PLAIN,
    name: 'Domibus of 2015',
    prefixes: { ...USUAL, S12: 'soap', EB: 'ns2' },
    order: ['key', 'data', 'signer-token', 'signature'],
    recipientReference: 'IssuerSerial',
    signedInfoPrefixes: ['soap'],
    messagingPrefixes: ['soap'],
    bodyPrefixes: [],
    dataNamesKey: false,
    attachmentComplete: true,
  },
  {
    ...PLAIN,
    ...AXIS2,
    name: 'Holodeck B2B',
    order: WITHOUT_TOKENS,
    signerReference: 'IssuerSerial',
    recipientReference: 'IssuerSerial',
  },
  {
    ...PLAIN,
    name: 'AS4.NET',
    prefixes: {
      S12: 's12',
      EB: '',
      DS: '',
      WSSE: 'wsse',
      WSU: 'wsu',
      XENC: '',
      XENC11: '',
      EC: '',
      WSSE11: 'p5',
    },
    onEnvelope: { wsu: NS.WSU },
    mustUnderstand: '1',
  },
  { ...PLAIN, ...AXIS2, name: 'RSSBus' },
  {
    ...PLAIN,
    name: 'Flame',
    prefixes: { ...USUAL, S12: 'env', EB: 'eb' },
    onEnvelope: { wsse: NS.WSSE, ds: NS.DS, eb: NS.EB, ebbpsig: NS.EBBP, wsu: NS.WSU, S11: NS.S11 },
    signedInfoPrefixes: ['wsse', 'ds', 'eb', 'ebbpsig', 'env', 'wsu'],
    keyTransport: 'defaults',
  },
  {
    ...PLAIN,
    name: 'IBM B2B',
    prefixes: { ...USUAL, S12: 'soapenv', EB: 'eb' },
    order: ['key', 'data', 'signer-token', 'signature'],
    recipientReference: 'SKI',
    signedInfoPrefixes: ['soapenv'],
    messagingPrefixes: [],
    bodyPrefixes: [],
    lineBreaks: true,
  },
  {
    ...PLAIN,
    name: 'Laurentius',
    prefixes: { ...USUAL, S12: 'soap', EB: 'ns2' },
    order: WITHOUT_TOKENS,
    signedInfoPrefixes: ['soap'],
    messagingPrefixes: ['soap'],
    signerReference: 'IssuerSerial',
    recipientReference: 'IssuerSerial',
    signsBody: false,
  },
];

const EBMS_SIGNALS = {
  ebbp: NS.EBBP,
  ebint: NS.EBINT,
  wsa: 'http://www.w3.org/2005/08/addressing',
  ds: NS.DS,
  eb3: NS.EB,
  wsse: NS.WSSE,
  wsu: NS.WSU,
};

/** Receipts as the products sign them: nothing encrypted, sometimes with noise. */
export const RECEIPT_PEERS: readonly PeerShape[] = [
  ...(['recipient-token', 'unused-key'] as const).map((noise): PeerShape => ({
    ...PLAIN,
    name: `Domibus receipt with ${noise === 'unused-key' ? 'an unused key' : 'an unused token'}`,
    prefixes: { ...USUAL, S12: 'S12', EB: 'eb3' },
    onEnvelope: EBMS_SIGNALS,
    order: [noise, 'signer-token', 'signature'],
    recipientReference: noise === 'unused-key' ? 'SKI' : 'BST',
    signedInfoPrefixes: ['S12', 'ds', 'eb3', 'ebbp', 'ebint', 'wsa', 'wsse', 'wsu'],
    messagingPrefixes: ['ds', 'ebbp', 'ebint', 'wsa', 'wsse'],
    bodyPrefixes: ['ds', 'eb3', 'ebbp', 'ebint', 'wsa', 'wsse'],
    plainIdToo: true,
  })),
  {
    ...PLAIN,
    name: 'IBM receipt',
    prefixes: { ...USUAL, S12: 'soapenv', EB: 'eb' },
    order: ['signer-token', 'signature'],
  },
  {
    ...PLAIN,
    name: 'phase4 receipt',
    prefixes: { ...USUAL, S12: 'S12', EB: 'eb' },
    securityFirst: true,
    order: ['signer-token', 'signature'],
    signedInfoPrefixes: ['S12'],
  },
];

/** A payload part to be sent. */
export interface PeerPart {
  readonly contentId: string;
  readonly mimeType: string;
  readonly content: Buffer;
  /** For `attachmentComplete`: the MIME headers in front of the content, in place of the usual ones. */
  readonly headers?: string;
}

/** Who signs, for whom, what. */
export interface PeerRequest {
  readonly signer: KeyEntry;
  readonly recipient: Certificate;
  readonly parts: readonly PeerPart[];
  /** Text put inside the Messaging header, to make it awkward. */
  readonly messageText?: string;
}

/** A message of a peer: the SOAP part and the encrypted parts. */
export interface PeerMessage {
  readonly envelope: Buffer;
  readonly ciphertexts: ReadonlyMap<string, Buffer>;
}

/**
 * Makes the signature of an envelope right again after its text was changed: digests of the elements it names, then
 * SignatureValue. What is wrong with the envelope besides is left as it is, so that a test meets that and nothing else.
 */
export function signAgain(envelope: Buffer | string, signer: KeyEntry): Buffer {
  let text = envelope.toString();
  const digests = withXml(Buffer.from(text), {}, ({ root }) =>
    all(find(root, 'SignedInfo')!, 'Reference').map((reference) => {
      const uri = reference.attrs.find(({ name }) => name === 'URI')?.value ?? '';
      const named = uri.startsWith('#') ? findById(root, uri.slice(1)) : undefined;
      return named === undefined ? undefined : sha256(canonicalize(named, prefixesOf(reference)));
    }),
  );
  let at = 0;
  text = text.replace(
    /(<(?:\w+:)?DigestValue[^>]*>)[^<]*(<)/g,
    (whole: string, open: string, close: string) => {
      const digest = digests[at++];
      return digest === undefined ? whole : open + digest + close;
    },
  );
  const canonical = withXml(Buffer.from(text), {}, ({ root }) => {
    const info = find(root, 'SignedInfo')!;
    return canonicalize(info, prefixesOf(find(info, 'CanonicalizationMethod')!));
  });
  const value = sign('sha256', canonical, signer.privateKey).toString('base64');
  return Buffer.from(text.replace(/(<(?:\w+:)?SignatureValue[^>]*>)[^<]*/, `$1${value}`));
}

function prefixesOf(parent: XmlElement): string[] {
  const list = find(parent, 'InclusiveNamespaces');
  const value = list?.attrs.find(({ name }) => name === 'PrefixList')?.value ?? '';
  return value.split(/\s+/).filter((prefix) => prefix !== '');
}

function findById(element: XmlElement, id: string): XmlElement | undefined {
  if (element.attrs.some(({ name, value }) => /^id$/i.test(name) && value === id)) return element;
  for (const child of children(element)) {
    const found = findById(child, id);
    if (found !== undefined) return found;
  }
  return undefined;
}

function all(element: XmlElement, name: string): XmlElement[] {
  return [
    ...(element.name === name ? [element] : []),
    ...children(element).flatMap((child) => all(child, name)),
  ];
}

type PrefixKey = keyof typeof NS;

/** Writes one message as a product would. */
export function writeAsPeer(shape: PeerShape, request: PeerRequest): PeerMessage {
  const write = writerFor(shape);
  const messaging = messagingText(shape, write, request);
  const body = write(
    'S12',
    'Body',
    { [`${shape.prefixes.WSU ?? 'wsu'}:Id`]: 'N65675', ...wsuDeclared(shape) },
    '',
  );
  const sealed = sealParts(shape, write, request);
  const info = signedInfo(shape, write, request, digestsOf(shape, messaging, body));
  const security = (value: string) => securityText(shape, write, request, sealed.blocks, info, value);
  const envelope = (value: string) => {
    const blocks = [messaging, security(value)];
    if (shape.securityFirst) blocks.reverse();
    const declared = envelopeDeclarations(shape);
    const s12 = shape.prefixes.S12;
    return (
      `<?xml version="1.0" encoding="UTF-8"?><${s12}:Envelope xmlns:${s12}="${NS.S12}"${declared.join('')}>` +
      `<${s12}:Header>${blocks.join('')}</${s12}:Header>${body}</${s12}:Envelope>`
    );
  };
  const canonical = withXml(Buffer.from(envelope('')), {}, (doc) =>
    canonicalize(find(doc.root, 'SignedInfo')!, shape.signedInfoPrefixes),
  );
  const value = sign('sha256', canonical, request.signer.privateKey);
  return { envelope: Buffer.from(envelope(base64(shape, value))), ciphertexts: sealed.ciphertexts };
}

/** `''` declares a default namespace. */
const envelopeDeclarations = (shape: PeerShape) =>
  Object.entries(shape.onEnvelope).map(
    ([prefix, uri]) => ` xmlns${prefix === '' ? '' : ':'}${prefix}="${uri}"`,
  );

type Write = (
  ns: PrefixKey,
  name: string,
  attributes: Readonly<Record<string, string>>,
  content: string,
) => string;

function writerFor(shape: PeerShape): Write {
  return (ns, name, attributes, content) => {
    const prefix = prefixOf(shape, ns);
    const all = prefix === '' ? { xmlns: NS[ns], ...attributes } : attributes;
    const text = Object.entries(all).map(([key, value]) => ` ${key}="${value}"`);
    const tag = prefix === '' ? name : `${prefix}:${name}`;
    return content === '' ? `<${tag}${text.join('')}/>` : `<${tag}${text.join('')}>${content}</${tag}>`;
  };
}

function prefixOf(shape: PeerShape, ns: PrefixKey): string {
  const prefix = (shape.prefixes as Readonly<Record<string, string | undefined>>)[ns];
  if (prefix === undefined) throw new Error(`${shape.name} has no prefix for ${ns}`);
  return prefix;
}

/** Declarations a block needs because the Envelope has them not. */
function declarations(shape: PeerShape, namespaces: readonly PrefixKey[]): Record<string, string> {
  const entries = namespaces
    .map((ns) => [prefixOf(shape, ns), NS[ns]] as const)
    .filter(([prefix]) => prefix !== '' && !(prefix in shape.onEnvelope))
    .map(([prefix, uri]) => [`xmlns:${prefix}`, uri] as const);
  return Object.fromEntries(entries);
}

const wsuDeclared = (shape: PeerShape) => declarations(shape, ['WSU']);
const base64 = (shape: PeerShape, octets: Buffer) =>
  shape.lineBreaks
    ? `\n${octets.toString('base64').replace(/(.{76})/g, '$1\n')}\n`
    : octets.toString('base64');
const lines = (shape: PeerShape, blocks: readonly string[]) =>
  shape.lineBreaks ? blocks.map((block) => `\n    ${block}`).join('') : blocks.join('');

function messagingText(shape: PeerShape, write: Write, request: PeerRequest): string {
  const infos = request.parts.map((part) => write('EB', 'PartInfo', { href: `cid:${part.contentId}` }, ''));
  const unit = write(
    'EB',
    'UserMessage',
    {},
    write('EB', 'MessageInfo', {}, write('EB', 'MessageId', {}, request.messageText ?? 'm@example.org')) +
      (infos.length === 0 ? '' : write('EB', 'PayloadInfo', {}, infos.join(''))),
  );
  return write(
    'EB',
    'Messaging',
    {
      ...declarations(shape, ['EB', 'WSU']),
      [`${shape.prefixes.S12}:mustUnderstand`]: shape.mustUnderstand,
      ...(shape.plainIdToo ? { id: '_ebmessaging_N65541' } : {}),
      [`${shape.prefixes.WSU}:Id`]: '_1a2b3c',
    },
    unit,
  );
}

interface Digests {
  readonly messaging: string;
  readonly body: string;
}

function digestsOf(shape: PeerShape, messaging: string, body: string): Digests {
  const s12 = shape.prefixes.S12;
  const declared = envelopeDeclarations(shape);
  const text =
    `<${s12}:Envelope xmlns:${s12}="${NS.S12}"${declared.join('')}>` +
    `<${s12}:Header>${messaging}</${s12}:Header>${body}</${s12}:Envelope>`;
  return withXml(Buffer.from(text), {}, (doc) => ({
    messaging: sha256(canonicalize(find(doc.root, 'Messaging')!, shape.messagingPrefixes)),
    body: sha256(canonicalize(find(doc.root, 'Body')!, shape.bodyPrefixes)),
  }));
}

function signedInfo(shape: PeerShape, write: Write, request: PeerRequest, digests: Digests): string {
  const list = (prefixes: readonly string[] | undefined) =>
    prefixes === undefined
      ? ''
      : write(
          'EC',
          'InclusiveNamespaces',
          { ...declarations(shape, ['EC']), PrefixList: prefixes.join(' ') },
          '',
        );
  const reference = (
    uri: string,
    transform: string,
    prefixes: readonly string[] | undefined,
    digest: string,
  ) =>
    write(
      'DS',
      'Reference',
      { URI: uri },
      write('DS', 'Transforms', {}, write('DS', 'Transform', { Algorithm: transform }, list(prefixes))) +
        write('DS', 'DigestMethod', { Algorithm: 'http://www.w3.org/2001/04/xmlenc#sha256' }, '') +
        write('DS', 'DigestValue', {}, digest),
    );
  const c14n = NS.EC;
  const swa =
    'http://docs.oasis-open.org/wss/oasis-wss-SwAProfile-1.1#Attachment-Content-Signature-Transform';
  const references = [
    ...(shape.signsBody ? [reference('#N65675', c14n, shape.bodyPrefixes, digests.body)] : []),
    reference('#_1a2b3c', c14n, shape.messagingPrefixes, digests.messaging),
    ...request.parts.map((part) => reference(`cid:${part.contentId}`, swa, undefined, sha256(part.content))),
  ];
  const methods =
    write('DS', 'CanonicalizationMethod', { Algorithm: c14n }, list(shape.signedInfoPrefixes)) +
    write('DS', 'SignatureMethod', { Algorithm: 'http://www.w3.org/2001/04/xmldsig-more#rsa-sha256' }, '');
  return write('DS', 'SignedInfo', {}, lines(shape, [methods, ...references]));
}

function securityText(
  shape: PeerShape,
  write: Write,
  request: PeerRequest,
  sealed: SealedBlocks,
  info: string,
  value: string,
): string {
  const signer = request.signer.certificate;
  const signature = write(
    'DS',
    'Signature',
    { ...declarations(shape, ['DS']), Id: 'SIG-1' },
    info +
      write('DS', 'SignatureValue', {}, value === '' ? 'AA==' : value) +
      write(
        'DS',
        'KeyInfo',
        { Id: 'KI-1' },
        keyReference(shape, write, shape.signerReference, signer, 'X509-signer'),
      ),
  );
  const texts: Readonly<Record<PeerBlock, () => string[]>> = {
    'recipient-token': () => [token(shape, write, request.recipient, 'X509-recipient')],
    'unused-key': () => [sealed.key],
    key: () => [sealed.key],
    data: () => [...sealed.data],
    'data-reversed': () => [...sealed.data].reverse(),
    'signer-token': () => [token(shape, write, signer, 'X509-signer')],
    signature: () => [signature],
  };
  const attributes = {
    ...declarations(shape, ['WSSE', 'WSU']),
    [`${shape.prefixes.S12}:mustUnderstand`]: shape.mustUnderstand,
  };
  return write(
    'WSSE',
    'Security',
    attributes,
    lines(
      shape,
      shape.order.flatMap((block) => texts[block]()),
    ),
  );
}

interface SealedBlocks {
  readonly key: string;
  readonly data: readonly string[];
}

function sealParts(shape: PeerShape, write: Write, request: PeerRequest) {
  const cek = randomBytes(16);
  const ciphertexts = new Map(
    request.parts.map((part) => [part.contentId, encrypt(cek, plaintextOf(shape, part))]),
  );
  const oaepHash = shape.keyTransport === 'sha256' ? 'sha256' : 'sha1';
  const wrapped = publicEncrypt(
    { key: request.recipient.publicKey, padding: constants.RSA_PKCS1_OAEP_PADDING, oaepHash },
    cek,
  );
  const methods =
    shape.keyTransport === 'defaults'
      ? ''
      : write('DS', 'DigestMethod', { Algorithm: 'http://www.w3.org/2001/04/xmlenc#sha256' }, '') +
        write(
          'XENC11',
          'MGF',
          { ...declarations(shape, ['XENC11']), Algorithm: 'http://www.w3.org/2009/xmlenc11#mgf1sha256' },
          '',
        );
  const list = request.parts.map((_, i) => write('XENC', 'DataReference', { URI: `#ED-${i}` }, '')).join('');
  const key = write(
    'XENC',
    'EncryptedKey',
    { ...declarations(shape, ['XENC', 'DS']), Id: 'EK-1' },
    write('XENC', 'EncryptionMethod', { Algorithm: 'http://www.w3.org/2009/xmlenc11#rsa-oaep' }, methods) +
      write(
        'DS',
        'KeyInfo',
        {},
        keyReference(shape, write, shape.recipientReference, request.recipient, 'X509-recipient'),
      ) +
      write('XENC', 'CipherData', {}, write('XENC', 'CipherValue', {}, base64(shape, wrapped))) +
      write('XENC', 'ReferenceList', {}, list),
  );
  const data = request.parts.map((part, i) => encryptedData(shape, write, part, i));
  return { blocks: { key, data }, ciphertexts };
}

function encryptedData(shape: PeerShape, write: Write, part: PeerPart, index: number): string {
  const swa = 'http://docs.oasis-open.org/wss/oasis-wss-SwAProfile-1.1#';
  const str = write(
    'WSSE',
    'SecurityTokenReference',
    {
      ...declarations(shape, ['WSSE', 'WSSE11']),
      [`${shape.prefixes.WSSE11}:TokenType`]:
        'http://docs.oasis-open.org/wss/oasis-wss-soap-message-security-1.1#EncryptedKey',
    },
    write('WSSE', 'Reference', { URI: '#EK-1' }, ''),
  );
  return write(
    'XENC',
    'EncryptedData',
    {
      ...declarations(shape, ['XENC', 'DS']),
      Id: `ED-${index}`,
      MimeType: part.mimeType,
      Type: `${swa}${shape.attachmentComplete ? 'Attachment-Complete' : 'Attachment-Content-Only'}`,
    },
    write('XENC', 'EncryptionMethod', { Algorithm: 'http://www.w3.org/2009/xmlenc11#aes128-gcm' }, '') +
      (shape.dataNamesKey ? write('DS', 'KeyInfo', {}, str) : '') +
      write(
        'XENC',
        'CipherData',
        {},
        write(
          'XENC',
          'CipherReference',
          { URI: `cid:${part.contentId}` },
          write(
            'XENC',
            'Transforms',
            {},
            write('DS', 'Transform', { Algorithm: `${swa}Attachment-Ciphertext-Transform` }, ''),
          ),
        ),
      ),
  );
}

function plaintextOf(shape: PeerShape, part: PeerPart): Buffer {
  if (!shape.attachmentComplete) return part.content;
  const headers = part.headers ?? `Content-ID:${part.contentId}\r\nContent-Type:${part.mimeType}\r\n\r\n`;
  return Buffer.concat([Buffer.from(headers), part.content]);
}

function encrypt(key: Buffer, plaintext: Buffer): Buffer {
  const iv = randomBytes(12);
  const cipher = createCipheriv('aes-128-gcm', key, iv);
  return Buffer.concat([iv, cipher.update(plaintext), cipher.final(), cipher.getAuthTag()]);
}

const X509 = 'http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-x509-token-profile-1.0#';
const BASE64 =
  'http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-soap-message-security-1.0#Base64Binary';

function token(shape: PeerShape, write: Write, certificate: Certificate, id: string): string {
  return write(
    'WSSE',
    'BinarySecurityToken',
    {
      ...declarations(shape, ['WSSE', 'WSU']),
      EncodingType: BASE64,
      ValueType: `${X509}X509v3`,
      [`${shape.prefixes.WSU}:Id`]: id,
    },
    base64(shape, certificate.der),
  );
}

function keyReference(
  shape: PeerShape,
  write: Write,
  kind: PeerShape['signerReference'],
  certificate: Certificate,
  tokenId: string,
): string {
  const content = {
    BST: () => write('WSSE', 'Reference', { URI: `#${tokenId}`, ValueType: `${X509}X509v3` }, ''),
    SKI: () =>
      write(
        'WSSE',
        'KeyIdentifier',
        { EncodingType: BASE64, ValueType: `${X509}X509SubjectKeyIdentifier` },
        certificate.subjectKeyIdentifier!.toString('base64'),
      ),
    IssuerSerial: () =>
      write(
        'DS',
        'X509Data',
        declarations(shape, ['DS']),
        write(
          'DS',
          'X509IssuerSerial',
          {},
          write('DS', 'X509IssuerName', {}, escapeText(certificate.issuer)) +
            write('DS', 'X509SerialNumber', {}, certificate.serialNumber),
        ),
      ),
  }[kind]();
  return write('WSSE', 'SecurityTokenReference', declarations(shape, ['WSSE']), content);
}

function find(element: XmlElement, name: string): XmlElement | undefined {
  if (element.name === name) return element;
  for (const child of children(element)) {
    const found = find(child, name);
    if (found !== undefined) return found;
  }
  return undefined;
}

const sha256 = (octets: Buffer) => createHash('sha256').update(octets).digest('base64');
