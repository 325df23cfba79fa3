import { QuoinError } from '../errors/index.ts';
import {
  attribute,
  children,
  element,
  escapeText,
  isElement,
  NS,
  onlyChild,
  optionalChild,
  placeOf,
  strictTextOf,
} from '../xml/index.ts';
import type { XmlElement } from '../xml/index.ts';
import { URI } from './algorithms.ts';
import { decodeBase64 } from './base64.ts';
import { policyNoncompliance } from './refusals.ts';
import type { SignedReference, TransformStatement } from './types.ts';

/** Longest digest there is (SHA-512), in bytes. */
const MAX_DIGEST_BYTES = 64;

/**
 * Reads a `ds:Reference`, wherever it stands (XML Signature 1.1 4.4.3, ebBP signals `MessagePartNRInformation`).
 * Throws QuoinError `wss/malformed-reference`, `xml/...`, or EBMS:0103 `wss/transform-parameters`.
 */
export function readReference(reference: XmlElement): SignedReference {
  const uri = attribute(reference, 'URI');
  if (uri === undefined) throw malformed(reference, 'a URI attribute', 'none');
  const transforms = optionalChild(reference, NS.DS, 'Transforms');
  const digestMethod = onlyChild(reference, NS.DS, 'DigestMethod');
  const digestValue = onlyChild(reference, NS.DS, 'DigestValue');
  const strange = children(reference).find(
    (child) => ![transforms, digestMethod, digestValue].includes(child),
  );
  if (strange !== undefined)
    throw malformed(reference, 'Transforms, DigestMethod, DigestValue', strange.name);
  return {
    uri,
    transforms: transforms === undefined ? [] : children(transforms).map(readReferenceTransform),
    digestAlgorithm: readBareAlgorithm(digestMethod),
    digestValue: readDigest(digestValue),
  };
}

function readReferenceTransform(transform: XmlElement): TransformStatement {
  if (isElement(transform, NS.DS, 'Transform')) return readTransform(transform);
  throw malformed(transform, 'ds:Transform', transform.name);
}

/**
 * Reads the algorithm of a `ds:Transform` or `ds:CanonicalizationMethod`, and the prefix list of exclusive c14n.
 * Parameters of transforms that no suite allows are not looked at: the transform itself will be refused.
 */
export function readTransform(transform: XmlElement): TransformStatement {
  const algorithm = algorithmOf(transform);
  if (algorithm === URI.attachmentContent) return { algorithm: readBareAlgorithm(transform) };
  if (algorithm !== URI.exclusiveC14n) return { algorithm };
  const parameters = children(transform);
  const list = parameters[0];
  if (list === undefined) return { algorithm };
  if (parameters.length > 1 || !isElement(list, NS.EC, 'InclusiveNamespaces'))
    throw unexpectedParameters(transform);
  const prefixes = attribute(list, 'PrefixList') ?? '';
  return { algorithm, prefixes: prefixes.split(/[ \t\r\n]+/).filter((prefix) => prefix !== '') };
}

/** Reads the algorithm of a method that takes no parameters; throws EBMS:0103 `wss/transform-parameters` if it has some. */
export function readBareAlgorithm(method: XmlElement): string {
  if (children(method).length > 0) throw unexpectedParameters(method);
  return algorithmOf(method);
}

/** Writes a `ds:Reference` that can stand anywhere: it declares its own namespaces (AS4 5.1.8, for receipts). */
export function writeReference(reference: SignedReference): string {
  return referenceText(reference, { 'xmlns:ds': NS.DS });
}

/**
 * Writes a `ds:Reference` as the child of an element that declares `ds`; the text is its own exclusive canonical form,
 * so that what is signed needs no parsing.
 */
export function canonicalReference(reference: SignedReference): string {
  return referenceText(reference, {});
}

/** Writes `ds:Transform` or `ds:CanonicalizationMethod` in canonical form. */
export function canonicalTransform(name: string, { algorithm, prefixes }: TransformStatement): string {
  if (prefixes === undefined) return element(name, { Algorithm: algorithm });
  const list = element('ec:InclusiveNamespaces', { 'xmlns:ec': NS.EC, PrefixList: prefixes.join(' ') });
  return element(name, { Algorithm: algorithm }, list);
}

function referenceText(reference: SignedReference, declarations: Readonly<Record<string, string>>): string {
  const { uri, transforms, digestAlgorithm, digestValue } = reference;
  const chain = transforms.map((transform) => canonicalTransform('ds:Transform', transform));
  return element(
    'ds:Reference',
    { ...declarations, URI: uri },
    chain.length === 0 ? '' : element('ds:Transforms', {}, ...chain),
    element('ds:DigestMethod', { Algorithm: digestAlgorithm }),
    element('ds:DigestValue', {}, escapeText(digestValue)),
  );
}

function algorithmOf(method: XmlElement): string {
  const algorithm = attribute(method, 'Algorithm');
  if (algorithm === undefined) throw malformed(method, 'an Algorithm attribute', 'none');
  return algorithm;
}

function readDigest(value: XmlElement): string {
  const octets = decodeBase64(strictTextOf(value), MAX_DIGEST_BYTES);
  if (octets === undefined || octets.length === 0)
    throw malformed(value, 'base64 of a digest', 'something else');
  return octets.toString('base64');
}

function malformed(at: XmlElement, expected: string, found: string): QuoinError {
  return new QuoinError('wss/malformed-reference', `${placeOf(at)} is not as XML Signature wants it`, {
    finding: { check: 'reference-well-formed', field: placeOf(at), expected, found },
  });
}

function unexpectedParameters(method: XmlElement): QuoinError {
  return policyNoncompliance(
    'wss/transform-parameters',
    `${placeOf(method)} carries parameters it may not have`,
    {
      check: 'algorithm-parameters',
      field: placeOf(method),
      expected: 'no parameters, or one ec:InclusiveNamespaces for exclusive c14n',
      found: children(method)
        .map((child) => child.name)
        .join(', '),
    },
  );
}
