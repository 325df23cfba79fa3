import { cidToContentId } from '../mime/index.ts';
import {
  attribute,
  children,
  childrenNamed,
  isElement,
  NS,
  onlyChild,
  optionalChild,
  placeOf,
  sameNode,
  strictTextOf,
} from '../xml/index.ts';
import type { XmlElement } from '../xml/index.ts';
import { URI } from './algorithms.ts';
import { decodeBase64 } from './base64.ts';
import { readKeyReference } from './read-key-reference.ts';
import type { TokenPlaces } from './read-key-reference.ts';
import { atMost, failedDecryption, policyNoncompliance } from './refusals.ts';
import { TOKEN } from './token-types.ts';
import type { ClaimedEncryptedKey, ClaimedEncryptedPart } from './types.ts';

/** The encryption blocks of our Security header, in document order. */
export interface EncryptionBlocks extends TokenPlaces {
  readonly encryptedKeys: readonly XmlElement[];
  readonly encryptedData: readonly XmlElement[];
  readonly referenceLists: readonly XmlElement[];
}

/** What is encrypted and with which key. */
export interface ClaimedEncryption {
  readonly encryptedKey: ClaimedEncryptedKey | undefined;
  readonly encryptedParts: readonly ClaimedEncryptedPart[];
}

/**
 * Reads the encrypted parts and the one key they use (XML Encryption 1.1 3, WSS SwA 1.1.1 5.5). An EncryptedKey that
 * no part uses is noise, seen in receipts of Domibus. Only EncryptedData of this header counts, whatever a list names.
 * Throws EBMS:0102 for a key structure that does not lead to exactly one key, EBMS:0103 for what may not be encrypted.
 */
export function readEncryption(blocks: EncryptionBlocks): ClaimedEncryption {
  const { encryptedKeys, encryptedData, referenceLists, limits } = blocks;
  atMost(encryptedKeys.length, limits.encryptedKeys, 'wsse:Security', 'encrypted keys');
  atMost(encryptedData.length, limits.encryptedData, 'wsse:Security', 'encrypted parts');
  const lists = new Map(
    encryptedKeys.map((key) => [key, listedData(optionalChild(key, NS.XENC, 'ReferenceList'), blocks)]),
  );
  for (const list of referenceLists) listedData(list, blocks);
  if (encryptedData.length === 0) return { encryptedKey: undefined, encryptedParts: [] };
  const used = new Set(encryptedData.flatMap((data) => keysOf(data, lists, blocks)));
  const [key] = used;
  if (key === undefined || used.size > 1) throw notOneKey(used.size);
  return { encryptedKey: readEncryptedKey(key, blocks), encryptedParts: readParts(encryptedData) };
}

/** The EncryptedData elements a ReferenceList names; a list that reaches elsewhere is refused. */
function listedData(
  list: XmlElement | undefined,
  { ids, encryptedData, limits }: EncryptionBlocks,
): XmlElement[] {
  if (list === undefined) return [];
  const entries = children(list);
  if (entries.length > limits.encryptedData) throw tooManyReferences(entries.length, limits.encryptedData);
  return entries.map((entry) => {
    if (!isElement(entry, NS.XENC, 'DataReference'))
      throw misleading(entry, 'xenc:DataReference', entry.name);
    const uri = attribute(entry, 'URI') ?? '';
    const named = uri.startsWith('#') ? ids.get(uri.slice(1)) : undefined;
    const data = encryptedData.find((candidate) => named !== undefined && sameNode(candidate, named));
    if (data !== undefined) return data;
    if (named === undefined)
      throw misleading(entry, 'the id of an EncryptedData in this header', uri || 'no URI');
    throw notAPart(named, 'an EncryptedData of this header', placeOf(named));
  });
}

/** The keys an EncryptedData may be opened with: the one its KeyInfo names, and those whose lists name it. */
function keysOf(
  data: XmlElement,
  lists: ReadonlyMap<XmlElement, readonly XmlElement[]>,
  blocks: EncryptionBlocks,
): XmlElement[] {
  const listing = [...lists]
    .filter(([, listed]) => listed.some((one) => sameNode(one, data)))
    .map(([key]) => key);
  const keyInfo = optionalChild(data, NS.DS, 'KeyInfo');
  if (keyInfo !== undefined) return [keyNamed(keyInfo, blocks), ...listing];
  if (listing.length === 0) throw misleading(data, 'a KeyInfo, or an EncryptedKey that lists it', 'neither');
  return listing;
}

function keyNamed(keyInfo: XmlElement, { ids, encryptedKeys }: EncryptionBlocks): XmlElement {
  const reference = onlyChild(onlyChild(keyInfo, NS.WSSE, 'SecurityTokenReference'), NS.WSSE, 'Reference');
  const uri = attribute(reference, 'URI') ?? '';
  const named = uri.startsWith('#') ? ids.get(uri.slice(1)) : undefined;
  const key = encryptedKeys.find((candidate) => named !== undefined && sameNode(candidate, named));
  if (key !== undefined) return key;
  throw misleading(reference, 'the id of an EncryptedKey in the same Security header', uri || 'no URI');
}

function readEncryptedKey(key: XmlElement, places: TokenPlaces): ClaimedEncryptedKey {
  const method = onlyChild(key, NS.XENC, 'EncryptionMethod');
  const parameters = optionalChild(method, NS.XENC, 'OAEPparams');
  if (parameters !== undefined && strictTextOf(parameters).trim() !== '') {
    throw policyNoncompliance(
      'wss/oaep-label',
      'The EncryptedKey has an OAEP label, which the profile does not know',
      {
        check: 'algorithm-parameters',
        field: placeOf(parameters),
        expected: 'no OAEPparams',
        found: 'a label',
      },
    );
  }
  return {
    id: attribute(key, 'Id') ?? attribute(key, 'Id', NS.WSU),
    algorithm: requiredAttribute(method, 'Algorithm'),
    digestAlgorithm: algorithmOf(optionalChild(method, NS.DS, 'DigestMethod')),
    maskGeneration: algorithmOf(optionalChild(method, NS.XENC11, 'MGF')),
    keyReference: readKeyReference(onlyChild(key, NS.DS, 'KeyInfo'), places),
    value: cipherValue(key, places.limits.tokenBytes),
  };
}

function algorithmOf(element: XmlElement | undefined): string | undefined {
  return element === undefined ? undefined : requiredAttribute(element, 'Algorithm');
}

function cipherValue(key: XmlElement, maxBytes: number): Buffer {
  const element = onlyChild(onlyChild(key, NS.XENC, 'CipherData'), NS.XENC, 'CipherValue');
  const value = decodeBase64(strictTextOf(element), maxBytes);
  if (value === undefined) throw misleading(element, 'base64 of an encrypted key', 'something else');
  return value;
}

function readParts(encryptedData: readonly XmlElement[]): ClaimedEncryptedPart[] {
  const parts = encryptedData.map(readPart);
  const seen = new Set<string>();
  for (const [i, { contentId }] of parts.entries()) {
    if (seen.has(contentId))
      throw notAPart(encryptedData[i]!, 'each part encrypted once', `cid:${contentId} again`);
    seen.add(contentId);
  }
  return parts;
}

/** EncryptedData types, and whether the plaintext begins with MIME headers. */
const TYPES: ReadonlyMap<string, boolean> = new Map([
  [TOKEN.attachmentContentOnly, false],
  [TOKEN.attachmentComplete, true],
]);

function readPart(data: XmlElement): ClaimedEncryptedPart {
  const type = attribute(data, 'Type') ?? 'no Type';
  const complete = TYPES.get(type);
  if (complete === undefined) throw notAPart(data, [...TYPES.keys()].join(' or '), type);
  return {
    contentId: contentIdOf(data),
    algorithm: requiredAttribute(onlyChild(data, NS.XENC, 'EncryptionMethod'), 'Algorithm'),
    mimeType: attribute(data, 'MimeType') ?? 'application/octet-stream',
    complete,
  };
}

function contentIdOf(data: XmlElement): string {
  const [reference, ...more] = children(onlyChild(data, NS.XENC, 'CipherData'));
  if (reference === undefined || more.length > 0 || !isElement(reference, NS.XENC, 'CipherReference')) {
    throw notAPart(data, 'one CipherReference', reference?.name ?? 'nothing');
  }
  const uri = attribute(reference, 'URI') ?? '';
  if (!/^cid:/i.test(uri)) throw notAPart(reference, 'the cid: of a part', uri || 'no URI');
  const transforms = childrenNamed(onlyChild(reference, NS.XENC, 'Transforms'), NS.DS, 'Transform');
  const algorithms = transforms.map((transform) => attribute(transform, 'Algorithm') ?? '');
  if (algorithms.length !== 1 || algorithms[0] !== URI.attachmentCiphertext) {
    throw notAPart(reference, URI.attachmentCiphertext, algorithms.join(', ') || 'no transform');
  }
  return cidToContentId(uri);
}

function requiredAttribute(element: XmlElement, name: string): string {
  const value = attribute(element, name);
  if (value === undefined) throw misleading(element, `an attribute ${name}`, 'none');
  return value;
}

function notOneKey(count: number) {
  return failedDecryption({
    check: 'one-encrypted-key',
    field: 'wsse:Security',
    expected: 'exactly one EncryptedKey for all encrypted parts',
    found: `${count} that the parts use`,
  });
}

function tooManyReferences(count: number, limit: number) {
  return failedDecryption({
    check: 'security-limits',
    field: 'xenc:ReferenceList',
    expected: `at most ${limit} references`,
    found: String(count),
  });
}

function misleading(element: XmlElement, expected: string, found: string) {
  return failedDecryption({ check: 'encryption-well-formed', field: placeOf(element), expected, found });
}

function notAPart(element: XmlElement, expected: string, found: string) {
  return policyNoncompliance('wss/encryption-target', 'Something other than a payload part is encrypted', {
    check: 'only-parts-encrypted',
    field: placeOf(element),
    expected,
    found,
    advice: 'eDelivery AS4 1.15 1.4.2.6 encrypts all payload parts and nothing else.',
  });
}
