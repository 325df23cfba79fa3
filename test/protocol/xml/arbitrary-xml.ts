import fc from 'fast-check';

/** A generated document: its text, and how many of each thing are in it. */
export interface GeneratedXml {
  readonly xml: string;
  readonly elements: number;
  readonly depth: number;
  /** Attributes and declarations of the element that has most. */
  readonly attributes: number;
}

/** What may be generated. */
export interface XmlShape {
  /** Bind one prefix to several namespaces, and undeclare the default namespace. */
  readonly rebinding: boolean;
  readonly instructions: boolean;
}

interface Tree {
  readonly prefix: string;
  readonly name: string;
  readonly declarations: readonly (readonly [string, string])[];
  readonly attributes: readonly (readonly [string, string, string])[];
  readonly quote: string;
  readonly space: string;
  readonly inside: readonly (Tree | string)[];
}

const PREFIXES = ['a', 'b', 'c'];
const NAMES = ['x', 'Y', 'z-1', 'é', 'long.name'];
const TEXTS = [
  'x',
  ' ',
  '\n',
  '\r\n',
  '\t',
  '&amp;',
  '&lt;',
  '&gt;',
  '&#13;',
  '&#xA;',
  '&quot;',
  '"',
  "'",
  '>',
  'é',
  '漢字',
  '😀',
  '&#x1F600;',
];
const VALUES = [
  'v',
  ' ',
  '\n',
  '\t',
  '&amp;',
  '&lt;',
  '&#9;',
  '&#10;',
  '&#13;',
  '&quot;',
  '&apos;',
  '>',
  'ü',
  '😀',
];
const HIDDEN = ['x', '<', '&', '"', ']]', '\n', 'é', '&amp;', '<a>', '😀'];

const joined = (from: readonly string[]) =>
  fc.array(fc.constantFrom(...from), { maxLength: 6 }).map((pieces) => pieces.join(''));

/** Documents with awkward namespaces, white space, references, CDATA, comments and characters beyond ASCII. */
export function arbitraryXml(shape: XmlShape): fc.Arbitrary<GeneratedXml> {
  const leaf = fc.oneof(
    joined(TEXTS),
    joined(HIDDEN).map((text) => `<![CDATA[${text}x]]>`),
    fc.constantFrom('<!---->', '<!-- <a b="c"> & -->', '<!-- é - > -->'),
    ...(shape.instructions ? [fc.constantFrom('<?go?>', '<?go  there <x> ?>', '<?xml-a b="c"?>')] : []),
  );
  const tree = (depth: number): fc.Arbitrary<Tree> =>
    fc.record({
      prefix: fc.constantFrom('', '', ...PREFIXES),
      name: fc.constantFrom(...NAMES),
      declarations: declarations(shape),
      attributes: fc.uniqueArray(
        fc.tuple(
          fc.constantFrom('', '', ...PREFIXES, 'xml'),
          fc.constantFrom('k', 'Id', 'l', 'ö', 'm', 'n'),
          joined(VALUES),
        ),
        { maxLength: 4, selector: ([, name]) => name },
      ),
      quote: fc.constantFrom('"', "'"),
      space: fc.constantFrom(' ', '\n', '  \t', '\r\n'),
      inside: fc.array(depth === 0 ? leaf : fc.oneof(leaf, tree(depth - 1)), { maxLength: 4 }),
    });
  return tree(4).map((root) => generated({ ...root, declarations: allPrefixes(root.declarations) }));
}

function declarations(shape: XmlShape): fc.Arbitrary<readonly (readonly [string, string])[]> {
  const uris = ['urn:one', 'urn:two', 'http://example.org/?a=1;b=2#c'];
  const binding: fc.Arbitrary<readonly [string, string]> = shape.rebinding
    ? fc.oneof<fc.Arbitrary<readonly [string, string]>[]>(
        fc.tuple(fc.constantFrom('', ...PREFIXES), fc.constantFrom(...uris)),
        fc.constant(['', ''] as const),
      )
    : fc.constantFrom('', ...PREFIXES).map((prefix) => [prefix, `urn:only:${prefix}`] as const);
  return fc.uniqueArray(binding, { maxLength: 2, selector: ([prefix]) => prefix });
}

/** Every prefix is bound on the root, so that it may be used anywhere. */
function allPrefixes(own: readonly (readonly [string, string])[]): readonly (readonly [string, string])[] {
  const missing = PREFIXES.filter((prefix) => !own.some(([declared]) => declared === prefix));
  return [...own, ...missing.map((prefix) => [prefix, `urn:only:${prefix}`] as const)];
}

function generated(root: Tree): GeneratedXml {
  const trees = all(root);
  return {
    xml: textOf(root),
    elements: trees.length,
    depth: depthOf(root),
    attributes: Math.max(...trees.map((tree) => tree.declarations.length + tree.attributes.length)),
  };
}

function textOf({ prefix, name, declarations: declared, attributes, quote, space, inside }: Tree): string {
  const qname = prefix === '' ? name : `${prefix}:${name}`;
  const quoted = (value: string): string => {
    const other = quote === '"' ? '&quot;' : '&apos;';
    return quote + value.replaceAll(quote, other) + quote;
  };
  const written = [
    ...attributes.slice(0, 1),
    ...declared.map(([to, uri]) =>
      to === '' ? (['', 'xmlns', uri] as const) : (['xmlns', to, uri] as const),
    ),
    ...attributes.slice(1),
  ].map(
    ([to, key, value]) =>
      `${space}${to === '' ? '' : `${to}:`}${key}${space === ' ' ? '=' : ' = '}${quoted(value)}`,
  );
  const content = inside.map((piece) => (typeof piece === 'string' ? piece : textOf(piece))).join('');
  if (inside.length === 0 && quote === '"') return `<${qname}${written.join('')}/>`;
  return `<${qname}${written.join('')}>${content}</${qname}${quote === '"' ? '' : space}>`;
}

function all(tree: Tree): Tree[] {
  return [tree, ...tree.inside.flatMap((piece) => (typeof piece === 'string' ? [] : all(piece)))];
}

function depthOf(tree: Tree): number {
  return 1 + Math.max(0, ...tree.inside.map((piece) => (typeof piece === 'string' ? 0 : depthOf(piece))));
}
