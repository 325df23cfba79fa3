import fc from 'fast-check';

/**
 * Arbitrary XML content that is hard to canonicalize: prefixes bound anew and taken from far above, a default namespace
 * that comes and goes, equal local names under several prefixes, white space and quotes of all kinds, references, CDATA,
 * comments, characters beyond ASCII. Rendering decides which declarations are needed, so that every tree is well-formed.
 *
 * Left out on purpose, each for a reason outside the comparison:
 * - processing instructions: SOAP 1.2 forbids them (part 1, 5) and so do we;
 * - namespace names written with references (`&amp;`): refused by us, since libxml2 does not escape them in canonical
 *   form; names that are no URI reference (letters beyond ASCII): refused by our parser; relative ones: refused by
 *   canonicalization itself (Canonical XML 1.1, 1.3);
 * - names beyond the Basic Multilingual Plane: Java's parser knows XML 1.0 fourth edition only;
 * - attributes named Id, ID or id and xml:id: an id that stands twice is refused by us whatever it names.
 */

/** Prefix to namespace name; '' is the default namespace. */
export type Scope = ReadonlyMap<string, string>;

/** An attribute of no matter what: its prefix must be bound where it is rendered, and is bound if it is not. */
export interface Attribute {
  readonly prefix: string;
  readonly name: string;
  /** As written, references and all, without quotes of the kind around it. */
  readonly value: string;
}

/** How one tag is laid out. */
export interface Layout {
  readonly quote: string;
  readonly space: string;
  readonly equals: string;
  /** White space before `>`, `/>` and inside the end tag. */
  readonly tail: string;
  readonly selfClosing: boolean;
  /** Declarations before or after the attributes. */
  readonly declarationsFirst: boolean;
}

/** An element to be rendered. */
export interface Tree {
  readonly prefix: string;
  readonly name: string;
  readonly declarations: readonly (readonly [prefix: string, namespace: string])[];
  readonly attributes: readonly Attribute[];
  readonly layout: Layout;
  readonly inside: readonly (Tree | string)[];
}

export const PREFIXES = ['a', 'b', 'c', 'eb', 'S12', 'é-1'] as const;

const XML = 'http://www.w3.org/XML/1998/namespace';
const NAMESPACES = [
  'urn:one',
  'urn:two',
  'http://example.org/?a=1;b=2#c',
  'http://example.org/%C3%A4/',
  'http://www.w3.org/2003/05/soap-envelope',
  'http://docs.oasis-open.org/ebxml-msg/ebms/v3.0/ns/core/200704/',
  `urn:${'long'.repeat(60)}`,
];
const NAMES = ['x', 'Y', 'z-1', 'é', '漢字', 'long.name', '_', 'Reference', 'Body'];
const ATTRIBUTES = ['k', 'K', 'l', 'ö', 'm-1', 'n.n', '_', 'type', 'lang'];
const XML_ATTRIBUTES = ['lang', 'base'];
const TEXTS = [
  'x',
  ' ',
  '\n',
  '\r\n',
  '\r',
  '\t',
  '&amp;',
  '&lt;',
  '&gt;',
  '&#13;',
  '&#xA;',
  '&#x9;',
  '&quot;',
  '&apos;',
  '"',
  "'",
  '>',
  ']]&gt;',
  'é',
  'e\u0301',
  '漢字',
  '😀',
  '&#x1F600;',
  '&#x85;',
  '\u0085',
  '\u00a0',
  '\u2028',
  '\ufeff',
  '\ufffd',
  'العربية',
];
const VALUES = TEXTS.filter((text) => !/["']/.test(text)).concat('&#10;', ' '.repeat(3));
const HIDDEN = ['x', '<', '&', '"', ']]', '\n', '\r\n', 'é', '&amp;', '<a>', '😀', '-'];
const SPACES = [' ', '\n', '  \t', '\r\n', '\r', '\t'];

const joined = (from: readonly string[], most = 6): fc.Arbitrary<string> =>
  fc.array(fc.constantFrom(...from), { maxLength: most }).map((pieces) => pieces.join(''));

/** Layout of a tag. */
export const layouts: fc.Arbitrary<Layout> = fc.record({
  quote: fc.constantFrom('"', "'"),
  space: fc.constantFrom(...SPACES),
  equals: fc.constantFrom('=', '=', ' = ', '\n=\t'),
  tail: fc.constantFrom('', '', ' ', '\n'),
  selfClosing: fc.boolean(),
  declarationsFirst: fc.boolean(),
});

/** Comments; canonical form without comments leaves no trace of them. */
export const comments: fc.Arbitrary<string> = fc.constantFrom(
  '<!---->',
  '<!-- <a b="c"> & -->',
  '<!-- é - > -->',
  '<!--\r\n-->',
);

/** White space between elements, now and then with a comment in it. */
export const gaps: fc.Arbitrary<string> = fc.oneof(
  { weight: 4, arbitrary: fc.constant('') },
  { weight: 3, arbitrary: fc.constantFrom('\n', '  ', '\r\n\t', '\n    ') },
  { weight: 1, arbitrary: fc.tuple(joined(SPACES, 2), comments).map((pair) => pair.join('')) },
);

/** Namespace declarations, of the default namespace too, and its undeclaration. */
export const declarations: fc.Arbitrary<Tree['declarations']> = fc.uniqueArray(
  fc.oneof<fc.Arbitrary<readonly [string, string]>[]>(
    fc.tuple(fc.constantFrom('', ...PREFIXES), fc.constantFrom(...NAMESPACES)),
    fc.constant(['', ''] as const),
  ),
  { maxLength: 3, selector: ([prefix]) => prefix },
);

/** Attributes; the same local name may come under several prefixes. */
export const attributes: fc.Arbitrary<readonly Attribute[]> = fc.array(
  fc.oneof(
    { weight: 6, arbitrary: attribute(['', '', ...PREFIXES], ATTRIBUTES) },
    { weight: 1, arbitrary: attribute(['xml'], XML_ATTRIBUTES) },
    { weight: 1, arbitrary: fc.constant({ prefix: 'xml', name: 'space', value: 'preserve' }) },
  ),
  { maxLength: 4 },
);

function attribute(prefixes: readonly string[], names: readonly string[]): fc.Arbitrary<Attribute> {
  return fc.record({
    prefix: fc.constantFrom(...prefixes),
    name: fc.constantFrom(...names),
    value: joined(VALUES),
  });
}

/** Trees of at most this depth. */
export function trees(depth: number): fc.Arbitrary<Tree> {
  const leaf = fc.oneof(
    { weight: 4, arbitrary: joined(TEXTS) },
    { weight: 1, arbitrary: joined(HIDDEN).map((text) => `<![CDATA[${text.replaceAll(']]>', '')}x]]>`) },
    { weight: 1, arbitrary: comments },
  );
  return fc.record({
    prefix: fc.constantFrom('', '', ...PREFIXES),
    name: fc.constantFrom(...NAMES),
    declarations,
    attributes,
    layout: layouts,
    inside: fc.array(depth === 0 ? leaf : fc.oneof(leaf, trees(depth - 1)), { maxLength: 4 }),
  });
}

/** Content of any element: text, comments and elements. */
export const contents: fc.Arbitrary<readonly (Tree | string)[]> = fc.array(
  fc.oneof(joined(TEXTS), comments, trees(3)),
  { maxLength: 3 },
);

/** Renders content where these prefixes are bound. */
export function renderContent(content: readonly (Tree | string)[], scope: Scope): string {
  return content.map((piece) => (typeof piece === 'string' ? piece : renderTree(piece, scope))).join('');
}

/** Renders a tree where these prefixes are bound; prefixes that nothing binds are bound on the element that needs them. */
export function renderTree(tree: Tree, scope: Scope): string {
  return renderElement(tree, scope, (inner) => renderContent(tree.inside, inner));
}

/** Renders an element whose content is given by a function of the scope inside it. */
export function renderElement(
  tree: Omit<Tree, 'inside'>,
  outer: Scope,
  content: (inner: Scope) => string,
): string {
  const declared = new Map(tree.declarations);
  const bound = (prefix: string): string | undefined => declared.get(prefix) ?? outer.get(prefix);
  const used = [tree.prefix, ...tree.attributes.map(({ prefix }) => prefix)];
  for (const prefix of used)
    if (prefix !== '' && prefix !== 'xml' && bound(prefix) === undefined)
      declared.set(prefix, `urn:needed:${prefix.length}`);
  const seen = new Set<string>();
  const distinct = tree.attributes.filter(({ prefix, name }) => {
    const space = prefix === 'xml' ? XML : prefix === '' ? '' : bound(prefix);
    const key = `${space} ${name}`;
    return !seen.has(key) && seen.add(key);
  });
  const inner = new Map([...outer, ...declared]);
  return written(tree, [...declared], distinct, content(inner));
}

function written(
  { prefix, name, layout }: Omit<Tree, 'inside'>,
  declared: Tree['declarations'],
  own: readonly Attribute[],
  content: string,
): string {
  const { quote, space, equals, tail } = layout;
  const pair = (key: string, value: string): string => `${space}${key}${equals}${quote}${value}${quote}`;
  const spaces = declared.map(([to, uri]) => pair(to === '' ? 'xmlns' : `xmlns:${to}`, uri));
  const pairs = own.map((one) => pair(one.prefix === '' ? one.name : `${one.prefix}:${one.name}`, one.value));
  const all = (layout.declarationsFirst ? [...spaces, ...pairs] : [...pairs, ...spaces]).join('');
  const tag = prefix === '' ? name : `${prefix}:${name}`;
  if (content === '' && layout.selfClosing) return `<${tag}${all}${tail}/>`;
  return `<${tag}${all}${tail}>${content}</${tag}${tail}>`;
}
