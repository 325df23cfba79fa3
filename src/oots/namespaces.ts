import type { XmlElement } from '../protocol/xml/index.ts';

/** Namespaces of the Exchange Data Model, by the prefixes written here (TDD 4.4). Readers never look at prefixes. */
export const NAMESPACES = {
  query: 'urn:oasis:names:tc:ebxml-regrep:xsd:query:4.0',
  rim: 'urn:oasis:names:tc:ebxml-regrep:xsd:rim:4.0',
  rs: 'urn:oasis:names:tc:ebxml-regrep:xsd:rs:4.0',
  sdg: 'http://data.europa.eu/p4s',
  xlink: 'http://www.w3.org/1999/xlink',
  xsi: 'http://www.w3.org/2001/XMLSchema-instance',
  xml: 'http://www.w3.org/XML/1998/namespace',
} as const;

/** A prefix of the table above. */
export type Prefix = keyof typeof NAMESPACES;

/** A name as it is written here, for example `sdg:Agent`; without prefix an attribute in no namespace. */
export interface QualifiedName {
  readonly namespace: string;
  readonly local: string;
}

const PREFIXES = new Map<string, string>(Object.entries(NAMESPACES).map(([prefix, uri]) => [uri, prefix]));

/** The prefix written for a namespace; undefined for one that is not of the model. */
export function prefixOf(namespace: string): string | undefined {
  return PREFIXES.get(namespace);
}

/** Takes a written name apart. */
export function qualified(name: string): QualifiedName {
  const [prefix, local] = name.split(':');
  return local === undefined
    ? { namespace: '', local: name }
    : { namespace: NAMESPACES[prefix as Prefix], local };
}

/** The name of an element or attribute for messages: with the prefix written here, or its namespace in braces. */
export function displayName(node: { readonly namespaceUri: string; readonly name: string }): string {
  if (node.namespaceUri === '') return node.name;
  const prefix = prefixOf(node.namespaceUri);
  return prefix === undefined ? `{${node.namespaceUri}}${node.name}` : `${prefix}:${node.name}`;
}

/** What follows the first colon of a type name: the prefix of `xsi:type` is free, but must be there (R-EDM-REQ-S020). */
export function localType(element: XmlElement): string | undefined {
  const type = element.attrs.find(
    ({ name, namespaceUri }) => name === 'type' && namespaceUri === NAMESPACES.xsi,
  )?.value;
  return type === undefined ? undefined : type.slice(type.indexOf(':') + 1).trim();
}

/** The declarations a root element carries. */
export function declarations(): string {
  return Object.entries(NAMESPACES)
    .filter(([prefix]) => prefix !== 'xml')
    .map(([prefix, uri]) => ` xmlns:${prefix}="${uri}"`)
    .join('');
}
