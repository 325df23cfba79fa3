import type { CanonicalElement } from './element.ts';

/**
 * Exclusive XML Canonicalization 1.0 without comments of an element and all inside it, written from the canonical form
 * of its document: texts and attributes stand there as they must, only namespace declarations go elsewhere. Undefined
 * when it would be longer than `limit` characters.
 */
export function exclusiveForm(
  apex: CanonicalElement,
  prefixes: readonly string[],
  limit: number,
): string | undefined {
  const inclusive = new Set(prefixes.map((prefix) => (prefix === '#default' ? '' : prefix)));
  const writing: Writing = { apex, text: '', limit, inclusive, rendered: new Map() };
  return write(writing, apex) ? writing.text : undefined;
}

interface Writing {
  readonly apex: CanonicalElement;
  text: string;
  readonly limit: number;
  /** Prefixes of the InclusiveNamespaces list, `''` for `#default`. */
  readonly inclusive: ReadonlySet<string>;
  /** The namespace of each prefix as the elements around have written it. */
  readonly rendered: Map<string, string>;
}

type Bound = readonly [prefix: string, uri: string];

const NOTHING: readonly never[] = [];

function write(writing: Writing, element: CanonicalElement): boolean {
  const name = element.prefix === '' ? element.name : `${element.prefix}:${element.name}`;
  const declared = newDeclarations(writing, element);
  writing.text += `<${name}${declared.map(declaration).join('')}`;
  for (const attribute of element.attributeTexts) writing.text += ` ${attribute}`;
  writing.text += '>';
  if (writing.text.length > writing.limit) return false;
  const outside = declared.map(([prefix, uri]) => bind(writing.rendered, prefix, uri));
  for (const piece of element.inside) {
    if (typeof piece === 'string') writing.text += piece;
    else if (!write(writing, piece)) return false;
  }
  declared.forEach(([prefix], index) => bind(writing.rendered, prefix, outside[index]));
  writing.text += `</${name}>`;
  return writing.text.length <= writing.limit;
}

function declaration([prefix, uri]: Bound): string {
  return prefix === '' ? ` xmlns="${uri}"` : ` xmlns:${prefix}="${uri}"`;
}

/** Lets a prefix stand for a namespace, or for none; the result is what it stood for. */
function bind(rendered: Map<string, string>, prefix: string, uri: string | undefined): string | undefined {
  const before = rendered.get(prefix);
  if (uri === undefined) rendered.delete(prefix);
  else rendered.set(prefix, uri);
  return before;
}

/** Declarations that are used by this element itself, or listed, and that no element around has written (3, rule 3). */
function newDeclarations(writing: Writing, element: CanonicalElement): readonly Bound[] {
  const fresh: Bound[] = [];
  consider(writing, element, element.prefix, fresh);
  for (const { prefix } of element.attrs) if (prefix !== '') consider(writing, element, prefix, fresh);
  if (writing.inclusive.size > 0) considerListed(writing, element, fresh);
  if (fresh.length === 0) return NOTHING;
  return fresh.length === 1 ? fresh : fresh.sort(([one], [other]) => byCodePoint(one, other));
}

/** Inside the apex a listed prefix is as it was last written, but where it is declared: all are looked up only once. */
function considerListed(writing: Writing, element: CanonicalElement, fresh: Bound[]): void {
  const { apex, inclusive } = writing;
  if (element === apex) for (const prefix of inclusive) consider(writing, element, prefix, fresh);
  else
    for (const { prefix } of element.declarations)
      if (inclusive.has(prefix)) consider(writing, element, prefix, fresh);
}

function consider({ rendered }: Writing, element: CanonicalElement, prefix: string, fresh: Bound[]): void {
  if (prefix === 'xml') return;
  const none = prefix === '' ? '' : undefined;
  const uri = (prefix === element.prefix ? element.ownNamespace : element.namespaceOf(prefix)) ?? none;
  if (uri === undefined || uri === (rendered.get(prefix) ?? none)) return;
  if (!fresh.some(([known]) => known === prefix)) fresh.push([prefix, uri]);
}

const ASCII = /^[!-~]*$/;

/** Canonical form orders by code point, strings compare by half characters. */
function byCodePoint(one: string, other: string): number {
  if (ASCII.test(one + other)) return one < other ? -1 : 1;
  return Buffer.compare(Buffer.from(one), Buffer.from(other));
}
