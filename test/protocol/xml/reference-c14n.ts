import { DOMParser } from '@xmldom/xmldom';

/**
 * Exclusive XML Canonicalization 1.0 without comments, written from the recommendation over another parser's tree and
 * with no regard to speed: the oracle for the engine.
 */

/** What is used of a DOM node. */
export interface DomNode {
  readonly nodeType: number;
  readonly nodeName: string;
  readonly localName: string | null;
  readonly prefix: string | null;
  readonly namespaceURI: string | null;
  readonly data?: string | null;
  readonly target?: string;
  readonly parentNode: DomNode | null;
  readonly childNodes: { readonly length: number; item(index: number): DomNode };
  readonly attributes?: { readonly length: number; item(index: number): DomAttribute };
}

/** What is used of a DOM attribute. */
export interface DomAttribute extends DomNode {
  readonly name: string;
  readonly value: string;
}

const XMLNS = 'http://www.w3.org/2000/xmlns/';

/** The document element of a text, by @xmldom/xmldom. */
export function parseDom(xml: string): DomNode {
  return new DOMParser().parseFromString(xml, 'text/xml').documentElement as unknown as DomNode;
}

/** All elements of a tree in document order. */
export function elementsOf(root: DomNode): DomNode[] {
  return [
    root,
    ...childrenOf(root)
      .filter((child) => child.nodeType === 1)
      .flatMap(elementsOf),
  ];
}

/** The canonical form of an element in its document. */
export function referenceC14n(apex: DomNode, prefixes: readonly string[] = []): string {
  const inclusive = prefixes.map((prefix) => (prefix === '#default' ? '' : prefix));
  return render(apex, new Map(), inclusive);
}

function render(node: DomNode, rendered: ReadonlyMap<string, string>, inclusive: readonly string[]): string {
  if (node.nodeType === 3 || node.nodeType === 4) return escaped(node.data ?? '', /[&<>\r]/g);
  if (node.nodeType === 7) return `<?${node.target}${node.data ? ` ${node.data}` : ''}?>`;
  return node.nodeType === 1 ? renderElement(node, rendered, inclusive) : '';
}

function renderElement(
  element: DomNode,
  above: ReadonlyMap<string, string>,
  inclusive: readonly string[],
): string {
  const scope = inScope(element);
  const attributes = attributesOf(element).filter((attribute) => attribute.namespaceURI !== XMLNS);
  const utilized = [element, ...attributes.filter((attribute) => attribute.prefix)].map(
    (node) => node.prefix ?? '',
  );
  const candidates = new Set([...utilized, ...inclusive].filter((prefix) => prefix !== 'xml'));
  const rendered = new Map(above);
  const declarations: string[] = [];
  for (const prefix of [...candidates].sort(byCodePoint)) {
    const uri = scope.get(prefix) ?? '';
    if (uri === (rendered.get(prefix) ?? '')) continue;
    rendered.set(prefix, uri);
    declarations.push(` ${prefix === '' ? 'xmlns' : `xmlns:${prefix}`}="${escaped(uri, /[&<"\t\n\r]/g)}"`);
  }
  const written = attributes
    .sort(
      (a, b) =>
        byCodePoint(a.namespaceURI ?? '', b.namespaceURI ?? '') || byCodePoint(a.localName!, b.localName!),
    )
    .map(({ name, value }) => ` ${name}="${escaped(value, /[&<"\t\n\r]/g)}"`);
  const inside = childrenOf(element).map((child) => render(child, rendered, inclusive));
  return `<${element.nodeName}${declarations.join('')}${written.join('')}>${inside.join('')}</${element.nodeName}>`;
}

function inScope(element: DomNode): Map<string, string> {
  const scope = element.parentNode?.nodeType === 1 ? inScope(element.parentNode) : new Map<string, string>();
  for (const { namespaceURI, prefix, localName, value } of attributesOf(element)) {
    if (namespaceURI === XMLNS) scope.set(prefix === 'xmlns' ? localName! : '', value);
  }
  return scope;
}

function childrenOf(node: DomNode): DomNode[] {
  return Array.from({ length: node.childNodes.length }, (_, index) => node.childNodes.item(index));
}

function attributesOf(node: DomNode): DomAttribute[] {
  const { attributes } = node;
  return attributes === undefined
    ? []
    : Array.from({ length: attributes.length }, (_, index) => attributes.item(index));
}

const ESCAPES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  '\t': '&#x9;',
  '\n': '&#xA;',
  '\r': '&#xD;',
};

function escaped(text: string, which: RegExp): string {
  return text.replace(which, (character) => ESCAPES[character]!);
}

/** UTF-8 sorts as code points do; JavaScript strings do not. */
function byCodePoint(a: string, b: string): number {
  return Buffer.compare(Buffer.from(a), Buffer.from(b));
}
