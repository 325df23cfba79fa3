import fc from 'fast-check';
import { NS } from '../../../src/protocol/xml/index.ts';
import type { PeerShape } from '../../support/peers.ts';

/** XML that is correct and as inconvenient for canonicalisation as it can be. */

const PREFIXES = ['a', 'b', 'A1', '_x', 'é'];
const URIS = ['urn:a', 'urn:b', 'urn:q?x=1', 'http://example.org/#'];
const TEXTS = [
  'x',
  '  ',
  '\n',
  '\r\n',
  '\t',
  'é漢🙂',
  '&amp;',
  '&lt;&gt;',
  '>',
  '&#13;',
  '&#x1F642;',
  '&#xA;',
  '<![CDATA[ <&>]] ]]>',
  '<![CDATA[]]>',
  '<!-- a comment -->',
  '"\'',
];
const VALUES = [
  '',
  'v',
  ' two  words ',
  '&quot;',
  '&apos;',
  '&#9;&#10;&#13;',
  '\n\t',
  '&lt;',
  '>',
  'é🙂',
  '&amp;amp;',
];

interface Node {
  readonly declared: readonly { readonly prefix: number; readonly uri: number }[];
  readonly name: number;
  readonly attributes: readonly { readonly prefix: number; readonly value: number }[];
  readonly gap: number;
  readonly quote: boolean;
  readonly content: readonly (Node | number)[];
}

const index = fc.nat(1000);
const { node } = fc.letrec<{ node: Node }>((tie) => ({
  node: fc.record({
    declared: fc.array(fc.record({ prefix: index, uri: index }), { maxLength: 3 }),
    name: index,
    attributes: fc.array(fc.record({ prefix: index, value: index }), { maxLength: 4 }),
    gap: index,
    quote: fc.boolean(),
    content: fc.array(fc.oneof({ maxDepth: 3, depthIdentifier: 'awkward' }, index, tie('node')), {
      maxLength: 4,
    }),
  }),
}));

const at = <T>(values: readonly T[], i: number): T => values[i % values.length]!;

/** Writes a node; `scope` holds the prefixes that are declared around it, `''` the default namespace. */
function write(one: Node, scope: ReadonlySet<string>): string {
  const declared = new Map(
    one.declared.map(({ prefix, uri }) => [at(['', ...PREFIXES], prefix), at(URIS, uri)]),
  );
  // A default namespace may also be taken back.
  if (declared.has('') && one.gap % 3 === 0) declared.set('', '');
  const inner = new Set([...scope, ...[...declared.keys()].filter((prefix) => prefix !== '')]);
  const prefixes = ['', ...inner];
  const local = at(['n', 'N', 'é'], one.name);
  const prefix = at(prefixes, one.name);
  const tag = prefix === '' ? local : `${prefix}:${local}`;
  const gap = at([' ', '  ', '\n ', '\t'], one.gap);
  const quote = one.quote ? '"' : "'";
  const quoted = (value: string) => (quote === "'" ? `'${value}'` : `"${value}"`);
  const attributes = one.attributes.map(({ prefix: wanted, value }, i) => {
    const own = at(prefixes, wanted);
    return `${own === '' ? '' : `${own}:`}at${(i * 7) % 5}${i}=${quoted(at(VALUES, value))}`;
  });
  const declarations = [...declared].map(
    ([name, uri]) => `xmlns${name === '' ? '' : `:${name}`}=${quoted(uri)}`,
  );
  const head = [tag, ...attributes.slice(0, 2), ...declarations, ...attributes.slice(2)].join(gap);
  const content = one.content
    .map((child) => (typeof child === 'number' ? at(TEXTS, child) : write(child, inner)))
    .join('');
  return content === '' && one.quote ? `<${head}/>` : `<${head}>${content}</${tag}>`;
}

/** Element content, to stand inside an element that declares none of the prefixes. */
export const awkwardContent: fc.Arbitrary<string> = fc
  .array(fc.oneof(index, node), { maxLength: 4 })
  .map((parts) =>
    parts.map((part) => (typeof part === 'number' ? at(TEXTS, part) : write(part, new Set()))).join(''),
  );

const prefixList = (declared: readonly string[]) =>
  fc.option(
    fc.uniqueArray(fc.constantFrom('#default', 'nowhere', 'xml', ...declared, ...PREFIXES), { maxLength: 6 }),
    {
      nil: undefined,
      freq: 4,
    },
  );

/** A way to write that no product has, and any might have. */
export const awkwardShape: fc.Arbitrary<PeerShape> = fc
  .record({
    s12: fc.constantFrom('S12', 'env', 'soap', 'Z'),
    eb: fc.constantFrom('eb', 'eb3', 'ns2', ''),
    ds: fc.constantFrom('ds', 'DS', ''),
    envelope: fc.constantFrom<Readonly<Record<string, string>>>(
      {},
      { '': 'urn:default' },
      { wsu: NS.WSU, xsd: 'urn:xsd', unused: 'urn:unused' },
      { wsse: NS.WSSE, wsu: NS.WSU, ec: NS.EC, '': NS.EB },
    ),
    securityFirst: fc.boolean(),
    lineBreaks: fc.boolean(),
  })
  .chain(({ s12, eb, ds, envelope, securityFirst, lineBreaks }) => {
    const declared = [
      s12,
      ...Object.keys(envelope).filter((prefix) => prefix !== ''),
      ...(eb === '' ? [] : [eb]),
    ];
    return fc
      .record({ info: prefixList(declared), messaging: prefixList(declared), body: prefixList(declared) })
      .map(({ info, messaging, body }): PeerShape => ({
        name: 'awkward',
        prefixes: {
          S12: s12,
          EB: eb,
          DS: ds,
          WSSE: 'wsse',
          WSU: 'wsu',
          XENC: 'xenc',
          XENC11: 'xenc11',
          EC: 'ec',
          WSSE11: 'wsse11',
        },
        onEnvelope: envelope,
        securityFirst,
        order: ['signer-token', 'signature'],
        ...(info === undefined ? {} : { signedInfoPrefixes: info }),
        ...(messaging === undefined ? {} : { messagingPrefixes: messaging }),
        ...(body === undefined ? {} : { bodyPrefixes: body }),
        signerReference: 'BST',
        recipientReference: 'BST',
        keyTransport: 'sha256',
        signsBody: true,
        lineBreaks,
        dataNamesKey: true,
        attachmentComplete: false,
        plainIdToo: false,
        mustUnderstand: 'true',
      }));
  });
