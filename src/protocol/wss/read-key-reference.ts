import { QuoinError } from '../errors/index.ts';
import { parseCertificate, parsePkiPath } from '../pki/index.ts';
import {
  attribute,
  children,
  isElement,
  NS,
  onlyChild,
  placeOf,
  sameNode,
  strictTextOf,
} from '../xml/index.ts';
import type { XmlElement } from '../xml/index.ts';
import { decodeBase64 } from './base64.ts';
import type { SecurityLimits } from './limits.ts';
import { TOKEN } from './token-types.ts';
import type { ClaimedKeyReference } from './types.ts';

/** Where a reference may look: the ids of the whole document and the tokens of our Security header. */
export interface TokenPlaces {
  readonly ids: ReadonlyMap<string, XmlElement>;
  readonly tokens: readonly XmlElement[];
  readonly limits: SecurityLimits;
}

type Reader = (element: XmlElement, places: TokenPlaces) => ClaimedKeyReference;
type Readers = readonly (readonly [namespace: string, name: string, read: Reader])[];

/**
 * Reads which certificate a `ds:KeyInfo` names (WSS X.509 Token Profile 1.1.1 3, WSS 1.1.1 7). Exactly one reference,
 * in one of the forms that name a certificate: KeyValue, KeyName, RetrievalMethod and the like prove nobody and are
 * refused. Throws QuoinError `wss/key-reference` or `xml/...`.
 */
export function readKeyReference(keyInfo: XmlElement, places: TokenPlaces): ClaimedKeyReference {
  return readBy(KEY_INFO, only(keyInfo), places);
}

const KEY_INFO: Readers = [
  [NS.WSSE, 'SecurityTokenReference', (element, places) => readBy(TOKEN_REFERENCE, only(element), places)],
  [NS.DS, 'X509Data', (element, places) => readBy(X509_DATA, only(element), places)],
];

const TOKEN_REFERENCE: Readers = [
  [NS.WSSE, 'Reference', (element, places) => readToken(tokenNamed(element, places), places)],
  [NS.WSSE, 'KeyIdentifier', readKeyIdentifier],
  [NS.WSSE, 'Embedded', readEmbedded],
  [NS.DS, 'X509Data', (element, places) => readBy(X509_DATA, only(element), places)],
];

const X509_DATA: Readers = [
  [NS.DS, 'X509IssuerSerial', readIssuerSerial],
  [
    NS.DS,
    'X509SKI',
    (element, places) => ({ kind: 'SubjectKeyIdentifier', octets: octetsOf(element, places) }),
  ],
  [NS.DS, 'X509Certificate', (element, places) => certificateFrom(octetsOf(element, places))],
];

/** KeyIdentifier by ValueType; phase4's X509_KEY_IDENTIFIER is the certificate itself. */
const KEY_IDENTIFIERS = new Map<string, (octets: Buffer) => ClaimedKeyReference>([
  [TOKEN.subjectKeyIdentifier, (octets) => ({ kind: 'SubjectKeyIdentifier', octets })],
  [TOKEN.thumbprintSha1, (octets) => ({ kind: 'ThumbprintSHA1', octets })],
  [TOKEN.x509v3, certificateFrom],
]);

const TOKENS = new Map<string, (octets: Buffer, limits: SecurityLimits) => ClaimedKeyReference>([
  [TOKEN.x509v3, certificateFrom],
  [TOKEN.pkiPath, pathFrom],
]);

function readBy(readers: Readers, element: XmlElement, places: TokenPlaces): ClaimedKeyReference {
  const reader = readers.find(([namespace, name]) => isElement(element, namespace, name));
  if (reader !== undefined) return reader[2](element, places);
  throw unusable(element, readers.map(([, name]) => name).join(' or '), element.name);
}

function only(parent: XmlElement): XmlElement {
  const [first, ...more] = children(parent);
  if (first !== undefined && more.length === 0) return first;
  throw unusable(parent, 'exactly one child', `${more.length + (first === undefined ? 0 : 1)} children`);
}

/** The token is found by its id and nothing else: never "the first token that stands there". */
function tokenNamed(reference: XmlElement, { ids, tokens }: TokenPlaces): XmlElement {
  const uri = attribute(reference, 'URI') ?? '';
  const named = uri.startsWith('#') ? ids.get(uri.slice(1)) : undefined;
  const token = tokens.find((candidate) => named !== undefined && sameNode(candidate, named));
  if (token !== undefined) return token;
  throw unusable(reference, 'the id of a BinarySecurityToken in the same Security header', uri || 'no URI');
}

function readEmbedded(element: XmlElement, places: TokenPlaces): ClaimedKeyReference {
  const token = only(element);
  if (isElement(token, NS.WSSE, 'BinarySecurityToken')) return readToken(token, places);
  throw unusable(token, 'BinarySecurityToken', token.name);
}

function readToken(token: XmlElement, places: TokenPlaces): ClaimedKeyReference {
  const valueType = attribute(token, 'ValueType') ?? 'no ValueType';
  const read = TOKENS.get(valueType);
  if (read === undefined) throw unusable(token, [...TOKENS.keys()].join(' or '), valueType);
  return read(octetsOf(token, places), places.limits);
}

function readKeyIdentifier(element: XmlElement, places: TokenPlaces): ClaimedKeyReference {
  const valueType = attribute(element, 'ValueType') ?? 'no ValueType';
  const read = KEY_IDENTIFIERS.get(valueType);
  if (read === undefined) throw unusable(element, [...KEY_IDENTIFIERS.keys()].join(' or '), valueType);
  return read(octetsOf(element, places));
}

function readIssuerSerial(element: XmlElement): ClaimedKeyReference {
  const issuer = strictTextOf(onlyChild(element, NS.DS, 'X509IssuerName')).trim();
  const serialNumber = strictTextOf(onlyChild(element, NS.DS, 'X509SerialNumber')).trim();
  if (!/^-?\d{1,60}$/.test(serialNumber))
    throw unusable(element, 'a decimal serial number', 'something else');
  return { kind: 'IssuerSerial', issuer, serialNumber: BigInt(serialNumber).toString() };
}

function octetsOf(element: XmlElement, { limits }: TokenPlaces): Buffer {
  const encoding = attribute(element, 'EncodingType') ?? TOKEN.base64;
  if (encoding !== TOKEN.base64) throw unusable(element, TOKEN.base64, encoding);
  const octets = decodeBase64(strictTextOf(element), limits.tokenBytes);
  if (octets !== undefined && octets.length > 0) return octets;
  throw unusable(element, `base64 of 1 to ${limits.tokenBytes} bytes`, 'something else');
}

function certificateFrom(der: Buffer): ClaimedKeyReference {
  return { kind: 'BinarySecurityToken', certificate: parseCertificate(der) };
}

function pathFrom(der: Buffer, limits: SecurityLimits): ClaimedKeyReference {
  const [certificate, ...chain] = parsePkiPath(der);
  const count = chain.length + 1;
  if (certificate !== undefined && count <= limits.pathCertificates)
    return { kind: 'PKIPath', certificate, chain };
  const found = certificate === undefined ? 'none' : `${count}`;
  throw new QuoinError('wss/key-reference', 'A PKIPath token does not hold a usable path', {
    finding: {
      check: 'key-reference',
      field: 'wsse:BinarySecurityToken',
      expected: `1 to ${limits.pathCertificates} certificates`,
      found,
    },
  });
}

function unusable(element: XmlElement, expected: string, found: string): QuoinError {
  return new QuoinError(
    'wss/key-reference',
    `${placeOf(element)} does not name a certificate in an accepted way`,
    {
      finding: {
        check: 'key-reference',
        field: placeOf(element),
        expected,
        found,
        advice:
          'The profile knows BinarySecurityToken, PKIPath, SubjectKeyIdentifier and IssuerSerial references.',
      },
    },
  );
}
