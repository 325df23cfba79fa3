import { DOMParser, XMLSerializer } from '@xmldom/xmldom';
import type { Element, Node } from '@xmldom/xmldom';

/** A document that differs from its origin in one thing. */
export interface Mutation {
  /** What was done, and where; the same for the same place of another document. */
  readonly name: string;
  readonly xml: string;
}

const XSI = 'http://www.w3.org/2001/XMLSchema-instance';
const LONG = 'x'.repeat(1100);
const TEXTS = ['', 'x', '2026-02-30', '2026-02-28', 'true', '2026-02-28T10:00:00Z', 'a b', LONG, 'Male'];
const TYPES = [
  'StringValueType',
  'DateTimeValueType',
  'BooleanValueType',
  'AnyValueType',
  'CollectionValueType',
]
  .concat(['InternationalStringValueType', 'ExtrinsicObjectType', 'AssociationType', 'RegistryPackageType'])
  .map((name) => `rim:${name}`)
  .concat([
    'rs:TimeoutExceptionType',
    'rs:RegistryExceptionType',
    'query:QueryExceptionType',
    'rim:Unheard',
    'x',
  ]);

/** Every document that differs from a given one in one element or attribute, each kind of place once over all calls. */
export function* mutationsOf(xml: string, seen: Set<string>): Generator<Mutation> {
  const doc = new DOMParser().parseFromString(xml, 'text/xml');
  const serialize = (): string => new XMLSerializer().serializeToString(doc);
  for (const { element, path } of elementsOf(doc.documentElement!, '')) {
    for (const [what, change] of [...elementChanges(element), ...attributeChanges(element)]) {
      const name = `${what} ${path}`;
      if (seen.has(name)) continue;
      seen.add(name);
      const undo = change();
      if (undo === undefined) continue;
      yield { name, xml: serialize() };
      undo();
    }
  }
}

type Undo = () => void;
type Change = readonly [what: string, change: () => Undo | undefined];

function* elementsOf(
  element: Element,
  path: string,
): Generator<{ readonly element: Element; readonly path: string }> {
  const here = `${path}/${element.nodeName}${element.getAttribute('name') ?? ''}`;
  yield { element, path: here };
  for (const child of childElements(element)) yield* elementsOf(child, here);
}

function childElements(element: Element): readonly Element[] {
  return [...element.childNodes].filter((node): node is Element => node.nodeType === 1);
}

function elementChanges(element: Element): readonly Change[] {
  const parent = element.parentNode;
  const isRoot = parent === null || parent.nodeType === 9;
  const structural: readonly Change[] = isRoot
    ? []
    : [
        ['drop', () => drop(parent, element)],
        ['double', () => double(parent, element)],
        ['swap', () => swap(parent, element)],
        ['rename', () => rename(parent, element)],
      ];
  const isLeaf = childElements(element).length === 0;
  const texts: readonly Change[] = isLeaf
    ? TEXTS.map((text) => [`text ${text.slice(0, 20)}`, () => setText(element, text)])
    : [['add text to', () => append(element, element.ownerDocument!.createTextNode('stray'))]];
  const added: Change = [
    'add element to',
    () => append(element, element.ownerDocument!.createElement('odd')),
  ];
  return [...structural, ...texts, added];
}

function attributeChanges(element: Element): readonly Change[] {
  const known = [...element.attributes].filter(({ name }) => !name.startsWith('xmlns'));
  const changes = known.flatMap(({ name, namespaceURI }): readonly Change[] => {
    const isType = namespaceURI === XSI;
    const values = isType ? TYPES : ['', 'x', 'a b', LONG];
    return [
      [`drop @${name} of`, () => withAttribute(element, name, namespaceURI, undefined)],
      ...values.map((value): Change => [
        `set @${name} ${value.slice(0, 30)} of`,
        () => withAttribute(element, name, namespaceURI, value),
      ]),
    ];
  });
  return [...changes, ['add @odd to', () => withAttribute(element, 'odd', null, 'x')]];
}

function drop(parent: Node, element: Element): Undo {
  const next = element.nextSibling;
  parent.removeChild(element);
  return () => parent.insertBefore(element, next);
}

function double(parent: Node, element: Element): Undo {
  const copy = parent.insertBefore(element.cloneNode(true), element);
  return () => parent.removeChild(copy);
}

function swap(parent: Node, element: Element): Undo | undefined {
  let next = element.nextSibling;
  while (next !== null && next.nodeType !== 1) next = next.nextSibling;
  if (next === null) return undefined;
  const behind = element.nextSibling;
  parent.insertBefore(element, next.nextSibling);
  return () => parent.insertBefore(element, behind);
}

function rename(parent: Node, element: Element): Undo {
  const renamed = element.ownerDocument!.createElementNS(element.namespaceURI, `${element.nodeName}Odd`);
  parent.replaceChild(renamed, element);
  return () => parent.replaceChild(element, renamed);
}

function setText(element: Element, text: string): Undo {
  const before = element.textContent ?? '';
  element.textContent = text;
  return () => (element.textContent = before);
}

function append(element: Element, node: Node): Undo {
  element.appendChild(node);
  return () => element.removeChild(node);
}

function withAttribute(
  element: Element,
  name: string,
  namespace: string | null,
  value: string | undefined,
): Undo {
  const before = element.getAttribute(name);
  const set = (to: string | null | undefined): void => {
    if (to == null) element.removeAttribute(name);
    else if (namespace === null) element.setAttribute(name, to);
    else element.setAttributeNS(namespace, name, to);
  };
  set(value);
  return () => set(before);
}
