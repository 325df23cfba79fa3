import { canonicalElement, isInstruction } from './element.ts';
import type { XmlElement } from './element.ts';
import { excerpt, xmlError } from './errors.ts';
import { NS } from './namespaces.ts';
import type { XmlDoc } from './document.ts';

/** The elements directly inside an element, in order. */
export function children(element: XmlElement): readonly XmlElement[] {
  return canonicalElement(element).elements;
}

/** The elements of one name directly inside an element, in order. */
export function childrenNamed(element: XmlElement, namespace: string, name: string): readonly XmlElement[] {
  return children(element).filter((child) => isElement(child, namespace, name));
}

/** The one element of a name inside an element. Throws QuoinError `xml/child-missing` or `xml/child-repeated`. */
export function onlyChild(element: XmlElement, namespace: string, name: string): XmlElement {
  const child = optionalChild(element, namespace, name);
  if (child !== undefined) return child;
  throw xmlError('xml/child-missing', `${placeOf(element)} has no ${name}.`, {
    field: placeOf(element),
    expected: `one ${name} of ${namespace || 'no namespace'}`,
    found: 'none',
  });
}

/** The one element of a name inside an element, or undefined. Throws QuoinError `xml/child-repeated`. */
export function optionalChild(element: XmlElement, namespace: string, name: string): XmlElement | undefined {
  const [child, ...more] = childrenNamed(element, namespace, name);
  if (more.length === 0) return child;
  throw xmlError('xml/child-repeated', `${placeOf(element)} has more than one ${name}.`, {
    field: placeOf(element),
    expected: `one ${name}`,
    found: String(more.length + 1),
  });
}

/** The value of an attribute; without a namespace argument, of the attribute without prefix. */
export function attribute(element: XmlElement, name: string, namespace = ''): string | undefined {
  return element.attrs.find((attr) => attr.name === name && attr.namespaceUri === namespace)?.value;
}

/** The namespace declarations are not told apart from the name: prefixes never decide. */
export function isElement(element: XmlElement, namespace: string, name: string): boolean {
  return element.name === name && element.namespaceUri === namespace;
}

/** True when both are the same element of the same document. */
export function sameNode(one: XmlElement, other: XmlElement): boolean {
  return one === other;
}

/**
 * The text of an element that holds text only: text and CDATA joined, comments and processing instructions left out, so
 * that none of them can cut a value short. Throws QuoinError `xml/not-text` when there is an element inside.
 */
export function textOf(element: XmlElement): string {
  const { elements, ownText } = canonicalElement(element);
  if (elements.length === 0) return ownText;
  throw notText(element, `the element ${excerpt(elements[0]!.name)}`);
}

/** The text directly inside an element, whatever elements stand in between; comments and instructions are left out. */
export function ownTextOf(element: XmlElement): string {
  return canonicalElement(element).ownText;
}

/** As textOf, and comments and processing instructions are refused too: for values that a signature depends on. */
export function strictTextOf(element: XmlElement): string {
  const { comments, inside } = canonicalElement(element);
  if (comments > 0) throw notText(element, 'a comment');
  if (inside.some((one) => typeof one === 'string' && isInstruction(one)))
    throw notText(element, 'a processing instruction');
  return textOf(element);
}

/** Where an element stands, for messages: local names, with a position where a name repeats. */
export function placeOf(element: XmlElement): string {
  const steps: string[] = [];
  for (let at: XmlElement | undefined = element; at !== undefined; at = canonicalElement(at).parent)
    steps.unshift(stepOf(at));
  return `/${steps.join('/')}`;
}

/** Every element that carries a value as identifier: wsu:Id, xml:id and unprefixed Id, ID and id. */
export interface IdAttribute {
  readonly id: string;
  readonly element: XmlElement;
}

/** All identifiers of a document, in document order, repeated ones too. */
export function idAttributesOf(doc: XmlDoc): readonly IdAttribute[] {
  const found: IdAttribute[] = [];
  collectIds(doc.root, found);
  return found;
}

/**
 * The elements of a document by identifier. An identifier that two elements carry, by whatever attributes, would let a
 * signature cover one and a reader see the other: QuoinError `xml/duplicate-id`.
 */
export function indexIds(doc: XmlDoc): ReadonlyMap<string, XmlElement> {
  const index = new Map<string, XmlElement>();
  for (const { id, element } of idAttributesOf(doc)) {
    const first = index.get(id);
    if (first !== undefined && first !== element) throw duplicateId(id, first, element);
    index.set(id, element);
  }
  return index;
}

const UNPREFIXED_IDS: readonly string[] = ['Id', 'ID', 'id'];
const PREFIXED_IDS: Readonly<Record<string, string>> = { [NS.WSU]: 'Id', [NS.XML]: 'id' };

function collectIds(element: XmlElement, found: IdAttribute[]): void {
  for (const { name, namespaceUri, value } of element.attrs) {
    const isId = namespaceUri === '' ? UNPREFIXED_IDS.includes(name) : PREFIXED_IDS[namespaceUri] === name;
    if (isId) found.push({ id: value, element });
  }
  for (const child of children(element)) collectIds(child, found);
}

/** For every parent that was asked for, the positions of its children among those of their name. */
const positions = new WeakMap<XmlElement, ReadonlyMap<XmlElement, string>>();

function stepOf(element: XmlElement): string {
  const { parent } = canonicalElement(element);
  const name = excerpt(element.name);
  if (parent === undefined) return name;
  let known = positions.get(parent);
  if (known === undefined) positions.set(parent, (known = positionsIn(parent)));
  return name + known.get(element)!;
}

/** `[2]` for the second of several, nothing for the only one. */
function positionsIn(parent: XmlElement): ReadonlyMap<XmlElement, string> {
  const alike = new Map<string, XmlElement[]>();
  for (const child of children(parent)) {
    const key = `{${child.namespaceUri}}${child.name}`;
    const group = alike.get(key);
    if (group === undefined) alike.set(key, [child]);
    else group.push(child);
  }
  const groups = [...alike.values()];
  return new Map(
    groups.flatMap((group) =>
      group.map((child, index) => [child, group.length > 1 ? `[${index + 1}]` : ''] as const),
    ),
  );
}

function notText(element: XmlElement, found: string): Error {
  return xmlError('xml/not-text', `${placeOf(element)} may hold text only.`, {
    field: placeOf(element),
    expected: 'text only',
    found,
  });
}

function duplicateId(id: string, first: XmlElement, second: XmlElement): Error {
  return xmlError('xml/duplicate-id', 'Two elements carry the same identifier.', {
    field: placeOf(second),
    expected: `an identifier of its own (the first is on ${placeOf(first)})`,
    found: excerpt(id),
  });
}
