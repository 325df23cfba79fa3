import { cidToContentId } from '../mime/index.ts';
import { children, isElement, NS, placeOf, strictTextOf } from '../xml/index.ts';
import type { XmlElement } from '../xml/index.ts';
import { decodeBase64 } from './base64.ts';
import { readKeyReference } from './read-key-reference.ts';
import type { TokenPlaces } from './read-key-reference.ts';
import { readBareAlgorithm, readReference, readTransform } from './reference.ts';
import { atMost, failedAuthentication, policyNoncompliance } from './refusals.ts';
import type { ClaimedReference, ClaimedSignature, ReferenceTarget } from './types.ts';

const NCNAME_FRAGMENT = /^#[^\s#%()/?:]+$/;

/**
 * Reads a `ds:Signature`: exactly SignedInfo, SignatureValue and KeyInfo, in this order and nothing else, so that the
 * SignedInfo that is verified is the only one there is (XML Signature 1.1 4.2). Throws QuoinError or Refusal.
 */
export function readSignature(signature: XmlElement, places: TokenPlaces): ClaimedSignature {
  const [signedInfo, value, keyInfo] = exactly(signature, ['SignedInfo', 'SignatureValue', 'KeyInfo']);
  const [canonicalization, method, ...references] = children(signedInfo);
  expectNamed(signedInfo, canonicalization, 'CanonicalizationMethod');
  expectNamed(signedInfo, method, 'SignatureMethod');
  const place = (): string => placeOf(signedInfo);
  atMost(references.length, places.limits.references, place, 'references');
  if (references.length === 0) throw misshapen(signedInfo, 'at least one Reference', 'none');
  const claimed = references.map((reference) => readClaimedReference(signedInfo, reference, places));
  const elements = claimed.filter(({ target }) => target.kind === 'element');
  atMost(elements.length, places.limits.elementReferences, place, 'references to elements');
  return {
    signedInfo,
    canonicalization: readTransform(canonicalization),
    algorithm: readBareAlgorithm(method),
    value: signatureValue(value, places.limits.tokenBytes),
    references: claimed,
    keyReference: readKeyReference(keyInfo, places),
  };
}

function readClaimedReference(
  signedInfo: XmlElement,
  element: XmlElement,
  places: TokenPlaces,
): ClaimedReference {
  expectNamed(signedInfo, element, 'Reference');
  const reference = readReference(element);
  atMost(reference.transforms.length, places.limits.transforms, () => placeOf(element), 'transforms');
  return { ...reference, target: targetOf(reference.uri, element, places) };
}

function targetOf(uri: string, element: XmlElement, { ids }: TokenPlaces): ReferenceTarget {
  if (/^cid:/i.test(uri)) return { kind: 'attachment', contentId: cidToContentId(uri) };
  if (!NCNAME_FRAGMENT.test(uri)) {
    // The empty URI, xpointers, http: and file: are neither followed nor interpreted.
    throw policyNoncompliance(
      'wss/reference-target',
      'A signature reference names something a message may not sign',
      {
        check: 'reference-target',
        field: placeOf(element),
        expected: '#id of an element of the envelope, or cid: of a part',
        found: uri === '' ? 'an empty URI' : uri,
      },
    );
  }
  const id = uri.slice(1);
  const named = ids.get(id);
  if (named !== undefined) return { kind: 'element', id, element: named };
  throw failedAuthentication(
    'wss/reference-unresolved',
    'A signature reference names an element that is not there',
    {
      check: 'reference-resolves',
      field: placeOf(element),
      expected: `an element with the id ${id}`,
      found: 'none',
      advice: 'The element was removed, renamed or moved after signing.',
    },
  );
}

function signatureValue(element: XmlElement, maxBytes: number): Buffer {
  const value = decodeBase64(strictTextOf(element), maxBytes);
  if (value !== undefined && value.length > 0) return value;
  throw misshapen(element, 'base64 of a signature', 'something else');
}

function exactly<const Names extends readonly string[]>(
  parent: XmlElement,
  names: Names,
): { [I in keyof Names]: XmlElement } {
  const found = children(parent);
  const fits = found.length === names.length && names.every((name, i) => isElement(found[i]!, NS.DS, name));
  if (fits) return found as { [I in keyof Names]: XmlElement };
  throw misshapen(parent, names.join(', '), found.map((child) => child.name).join(', ') || 'nothing');
}

function expectNamed(
  parent: XmlElement,
  element: XmlElement | undefined,
  name: string,
): asserts element is XmlElement {
  if (element !== undefined && isElement(element, NS.DS, name)) return;
  throw misshapen(parent, name, element?.name ?? 'nothing');
}

function misshapen(element: XmlElement, expected: string, found: string) {
  return failedAuthentication(
    'wss/malformed-signature',
    `${placeOf(element)} is not shaped as a signature has to be`,
    {
      check: 'signature-well-formed',
      field: placeOf(element),
      expected,
      found,
    },
  );
}
