import { element, escapeText } from '../protocol/xml/index.ts';

/** Namespaces of the OOTS exchange data model, by the prefixes written here. */
export const NAMESPACES: Readonly<Record<string, string>> = {
  query: 'urn:oasis:names:tc:ebxml-regrep:xsd:query:4.0',
  rim: 'urn:oasis:names:tc:ebxml-regrep:xsd:rim:4.0',
  rs: 'urn:oasis:names:tc:ebxml-regrep:xsd:rs:4.0',
  sdg: 'http://data.europa.eu/p4s',
  xlink: 'http://www.w3.org/1999/xlink',
  xsi: 'http://www.w3.org/2001/XMLSchema-instance',
};

const COLLECTION = 'urn:oasis:names:tc:ebxml-regrep:CollectionType:Set';

/** The declarations a RegRep root element carries. */
export function declarations(): Record<string, string> {
  return Object.fromEntries(Object.entries(NAMESPACES).map(([prefix, uri]) => [`xmlns:${prefix}`, uri]));
}

/** An element that holds text. */
export function leaf(name: string, text: string, attributes: Readonly<Record<string, string>> = {}): string {
  return element(name, attributes, escapeText(text));
}

/** A slot with one plain value; `type` is the RegRep value type without its prefix. */
export function valueSlot(
  name: string,
  type: 'StringValueType' | 'DateTimeValueType' | 'BooleanValueType',
  value: string,
): string {
  return slot(name, element('rim:SlotValue', { 'xsi:type': `rim:${type}` }, leaf('rim:Value', value)));
}

/** A slot that holds one element of the SDG model. */
export function anySlot(name: string, content: string): string {
  return slot(name, element('rim:SlotValue', { 'xsi:type': 'rim:AnyValueType' }, content));
}

/** A slot that holds a set of elements of the SDG model. */
export function collectionSlot(name: string, contents: readonly string[]): string {
  const elements = contents.map((content) =>
    element('rim:Element', { 'xsi:type': 'rim:AnyValueType' }, content),
  );
  return slot(
    name,
    element(
      'rim:SlotValue',
      { 'xsi:type': 'rim:CollectionValueType', collectionType: COLLECTION },
      ...elements,
    ),
  );
}

function slot(name: string, value: string): string {
  return element('rim:Slot', { name }, value);
}
