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
  const inclusive = prefixes.map((prefix) => (prefix === '#default' ? '' : prefix));
  const writing: Writing = { pieces: [], length: 0, limit, inclusive, rendered: new Map() };
  return write(writing, apex) ? writing.pieces.join('') : undefined;
}

interface Writing {
  readonly pieces: string[];
  length: number;
  readonly limit: number;
  /** Prefixes of the InclusiveNamespaces list, `''` for `#default`. */
  readonly inclusive: readonly string[];
  /** The namespace of each prefix as the elements around have written it. */
  readonly rendered: Map<string, string>;
}

function write(writing: Writing, element: CanonicalElement): boolean {
  const name = element.prefix === '' ? element.name : `${element.prefix}:${element.name}`;
  const outside = render(writing, element, name);
  for (const piece of element.inside) {
    const goesOn = typeof piece === 'string' ? put(writing, piece) : write(writing, piece);
    if (!goesOn) return false;
  }
  for (const [prefix, uri] of outside) restore(writing.rendered, prefix, uri);
  return put(writing, `</${name}>`);
}

/** Writes the start tag; the result is what `rendered` held before. */
function render(
  writing: Writing,
  element: CanonicalElement,
  name: string,
): readonly (readonly [prefix: string, uri: string | undefined])[] {
  const declared = newDeclarations(writing, element);
  const attributes = element.attributeTexts.length === 0 ? '' : ` ${element.attributeTexts.join(' ')}`;
  if (declared.length === 0) {
    put(writing, `<${name}${attributes}>`);
    return declared;
  }
  const texts = declared.map(([prefix, uri]) =>
    prefix === '' ? ` xmlns="${uri}"` : ` xmlns:${prefix}="${uri}"`,
  );
  put(writing, `<${name}${texts.join('')}${attributes}>`);
  return declared.map(([prefix, uri]) => {
    const before = writing.rendered.get(prefix);
    writing.rendered.set(prefix, uri);
    return [prefix, before];
  });
}

/** Declarations that are used by this element itself, or listed, and that no element around has written (3, rule 3). */
function newDeclarations(
  { inclusive, rendered }: Writing,
  element: CanonicalElement,
): readonly (readonly [prefix: string, uri: string])[] {
  const fresh: (readonly [string, string])[] = [];
  const consider = (prefix: string): void => {
    const uri =
      prefix === 'xml' ? undefined : (element.namespaceOf(prefix) ?? (prefix === '' ? '' : undefined));
    if (uri === undefined || uri === (rendered.get(prefix) ?? (prefix === '' ? '' : undefined))) return;
    if (!fresh.some(([known]) => known === prefix)) fresh.push([prefix, uri]);
  };
  consider(element.prefix);
  for (const { prefix } of element.attrs) if (prefix !== '') consider(prefix);
  for (const prefix of inclusive) consider(prefix);
  return fresh.length < 2 ? fresh : fresh.sort(([one], [other]) => byCodePoint(one, other));
}

/** Canonical form orders by code point, strings compare by half characters. */
function byCodePoint(one: string, other: string): number {
  return Buffer.compare(Buffer.from(one), Buffer.from(other));
}

function restore(rendered: Map<string, string>, prefix: string, uri: string | undefined): void {
  if (uri === undefined) rendered.delete(prefix);
  else rendered.set(prefix, uri);
}

function put(writing: Writing, piece: string): boolean {
  writing.length += piece.length;
  writing.pieces.push(piece);
  return writing.length <= writing.limit;
}
