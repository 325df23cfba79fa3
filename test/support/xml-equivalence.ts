import { children, ownTextOf, withXml } from '../../src/protocol/xml/index.ts';
import type { XmlElement } from '../../src/protocol/xml/index.ts';

/** One line for each element: what a document says, whatever its prefixes, white space and order of attributes. */
export function outline(xml: string | Uint8Array): readonly string[] {
  return withXml(typeof xml === 'string' ? Buffer.from(xml) : xml, {}, ({ root }) => {
    const lines: string[] = [];
    describe(root, '', lines);
    return lines;
  });
}

const TYPE = '{http://www.w3.org/2001/XMLSchema-instance}type';

function describe(element: XmlElement, indent: string, lines: string[]): void {
  const attributes = element.attrs
    .map(({ namespaceUri, name, value }) => [`{${namespaceUri}}${name}`, value] as const)
    .map(([name, value]) => `${name}=${name === TYPE ? value.replace(/^[^:]*:/, '') : value}`)
    .sort();
  const text = ownTextOf(element).replaceAll(/\s+/g, ' ').trim();
  lines.push(`${indent}{${element.namespaceUri}}${element.name} [${attributes.join(' ')}] ${text}`);
  for (const child of children(element)) describe(child, `${indent} `, lines);
}
