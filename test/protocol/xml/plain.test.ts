import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import test from 'node:test';
import fc from 'fast-check';
import { QuoinError } from '../../../src/protocol/errors/index.ts';
import { DEFAULT_XML_LIMITS, NS, parseXml } from '../../../src/protocol/xml/index.ts';
import type { XmlLimits } from '../../../src/protocol/xml/index.ts';
import { decodeXml } from '../../../src/protocol/xml/decode.ts';
import { canonicalElement } from '../../../src/protocol/xml/element.ts';
import type { CanonicalElement } from '../../../src/protocol/xml/element.ts';
import { plainTree } from '../../../src/protocol/xml/plain.ts';
import { FUZZ_RUNS, mutated } from '../../fuzz/mutations.ts';
import { findFiles } from '../../support/find-files.ts';
import { arbitraryXml } from './arbitrary-xml.ts';

/** Everything an element is asked for, by whoever reads, verifies or signs it. */
function described(element: CanonicalElement): unknown {
  const { name, prefix, namespaceUri, line, attrs, attributeTexts, declarations, comments, inside } = element;
  const content = inside.map((piece) => (typeof piece === 'string' ? piece : described(piece)));
  return { name, prefix, namespaceUri, line, attrs, attributeTexts, declarations, comments, content };
}

/** The same document as the engine reads it: a comment behind the root element is not plain and changes nothing. */
function byEngine(bytes: Uint8Array, limits: Partial<XmlLimits>): unknown {
  const doc = parseXml(Buffer.concat([bytes, Buffer.from('<!---->')]), limits);
  try {
    assert.equal(doc.processingInstructions, 0);
    return described(canonicalElement(doc.root));
  } finally {
    doc.dispose();
  }
}

/** True for a document that is read without the engine; it must be one the engine reads as well, and as the same. */
function isPlain(bytes: Uint8Array, limits: Partial<XmlLimits> = {}): boolean {
  const all = { ...DEFAULT_XML_LIMITS, ...limits };
  let found: CanonicalElement | undefined;
  try {
    found = plainTree(decodeXml(bytes), all);
  } catch (error) {
    // Not in an encoding anybody reads.
    assert.ok(error instanceof QuoinError && error.code === 'xml/encoding', String(error));
    return false;
  }
  if (found === undefined) return false;
  assert.deepEqual(described(found), byEngine(bytes, limits));
  return true;
}

const ENVELOPE =
  `<?xml version="1.0" encoding="UTF-8"?>\n<s:Envelope xmlns:s="${NS.S12}" xmlns:u="${NS.WSU}"><s:Header>\n` +
  `<eb:Messaging xmlns:eb="${NS.EB}" xmlns:s="${NS.S12}" s:mustUnderstand='true' u:Id="_m"><eb:UserMessage mpc="urn:m">` +
  '<eb:MessageInfo><eb:MessageId>a&amp;b@x</eb:MessageId></eb:MessageInfo></eb:UserMessage></eb:Messaging>' +
  `<w:Security xmlns:w="${NS.WSSE}" s:role="${NS.S12}/role/next"><d:Signature xmlns:d="${NS.DS}" Id="_s"/></w:Security>` +
  '</s:Header><s:Body u:Id="_b"/></s:Envelope>';
const SEEDS = [
  ENVELOPE,
  '<a xmlns="urn:d" xmlns:p="urn:p" xmlns:q="urn:p"><p:b c="&quot;" p:c="x" q:d="&lt;&amp;"></p:b><d xmlns=""><e xmlns=""/></d>é漢😀</a>',
  '<b z="1" a="2"\n\tc="3"><b><b xmlns="urn:b" x="y"/></b> &lt;&gt; <b  ></b\n></b>\n',
].map((text) => Buffer.from(text).toString('latin1'));

const TOKENS = [
  ...[
    '<',
    '>',
    '/>',
    '</',
    '"',
    "'",
    '=',
    '&',
    '&amp;',
    '&lt;',
    '&gt;',
    '&quot;',
    '&apos;',
    '&#9;',
    '&#xD;',
    '&x;',
  ],
  ...[' ', '\n', '\t', '\r', '\0', '\x0b', '\x7f', ':', '-', '.', '1', 'xml', 'xmlns', ']]>', '%', '#'],
  ...[' xmlns=""', ' xmlns="urn:q"', ' xmlns:p="urn:q"', ' xmlns:p=""', ' xmlns:xml="urn:q"', ' xmlns:s="x"'],
  ...[
    ` xmlns:x="${NS.XML}"`,
    ' xmlns:y="http://www.w3.org/2000/xmlns/"',
    ' xmlns:z="http://a/b?c"',
    ' xmlns:="urn:q"',
  ],
  ...[
    ' xml:id="x"',
    ' xml:lang="en"',
    ' Id="x"',
    ' p:c="y"',
    ' q:c="y"',
    ' u:Id="x"',
    ' Id = "x"',
    " a='\"'",
  ],
  ...[
    '<a>',
    '</a>',
    '<b/>',
    '<p:a/>',
    '<xml/>',
    '<a:b:c/>',
    '<:a/>',
    '<a:/>',
    '<1/>',
    '<!--',
    '-->',
    '<?',
    '?>',
    '<![CDATA[',
  ],
  ...[
    '\xef\xbb\xbf',
    '\xc3\xa9',
    '\xc2\x85',
    '\xe2\x80\xa8',
    '\xef\xbf\xbe',
    '\xef\xbf\xbf',
    '\xed\xa0\x80',
    '\xf0\x9f\xbf\xbe',
  ],
  ...[
    '<!DOCTYPE a>',
    '<?xml version="1.0"?>',
    '<?xml version="1.1"?>',
    ' standalone="no"',
    ' encoding="US-ASCII"',
  ],
];

test('what is read without the engine is what the engine reads: documents with one thing or more changed', () => {
  let plain = 0;
  fc.assert(
    fc.property(mutated(SEEDS, TOKENS), (bytes) => {
      if (isPlain(bytes)) plain += 1;
    }),
    { numRuns: FUZZ_RUNS },
  );
  assert.ok(plain > FUZZ_RUNS / 100, `${plain} of ${FUZZ_RUNS}`);
});

/** Documents of pieces that may stand in a plain one, put together as they may or may not stand. */
function arbitraryPlain(): fc.Arbitrary<string> {
  const pick = (pieces: readonly string[], maxLength: number): fc.Arbitrary<string> =>
    fc.array(fc.constantFrom(...pieces), { maxLength }).map((picked) => picked.join(''));
  const attributes = pick(
    [
      ' xmlns="urn:d"',
      ' xmlns=""',
      ' xmlns:p="urn:p"',
      ' xmlns:q="urn:p"',
      ' xmlns:p="urn:q"',
      " xmlns:r='http://r/'",
    ].concat([
      ' a="1"',
      '\n\tb="&amp;&quot;"',
      " c='<'",
      " d='x y'",
      ' p:a="é"',
      ' q:a="2"',
      ' p:z=""',
      ' r:a="3"',
      ' ',
    ]),
    4,
  );
  const text = pick(['x', ' ', '\n', '&amp;', '&lt;', '&gt;', '"', "'", 'é', '漢', '😀', '=', '/', ';'], 4);
  const name = fc.constantFrom('a', 'B-1.c', 'p:a', 'q:_d', 'r:e', 'a', 'long-name');
  const { element } = fc.letrec<{ element: string; content: string }>((tie) => ({
    element: fc
      .tuple(name, attributes, fc.option(tie('content'), { nil: undefined, freq: 6 }))
      .map(([tag, attrs, inside]) =>
        inside === undefined ? `<${tag}${attrs}/>` : `<${tag}${attrs}>${inside}</${tag}>`,
      ),
    content: fc
      .array(fc.oneof({ maxDepth: 4 }, text, tie('element')), { maxLength: 4 })
      .map((pieces) => pieces.join('')),
  }));
  return element.map((root) =>
    root.replace(/^<([^\s/>]+)/, '<$1 xmlns:p="urn:p" xmlns:q="urn:q" xmlns:r="urn:r"'),
  );
}

test('what is read without the engine is what the engine reads: documents of plain pieces', () => {
  let plain = 0;
  fc.assert(
    fc.property(arbitraryPlain(), (xml) => {
      if (isPlain(Buffer.from(xml))) plain += 1;
    }),
    { numRuns: FUZZ_RUNS },
  );
  assert.ok(plain > FUZZ_RUNS / 5, `${plain} of ${FUZZ_RUNS}`);
});

test('what is read without the engine is what the engine reads: documents of every kind', () => {
  fc.assert(
    fc.property(arbitraryXml({ rebinding: true, instructions: true }), ({ xml }) => {
      isPlain(Buffer.from(xml));
    }),
    { numRuns: 2000 },
  );
});

test('what is read without the engine is what the engine reads: every document of the repository, every byte changed', () => {
  const repository = new URL('../../../', import.meta.url);
  const documents = findFiles(new URL('test/', repository), /\.xml$/);
  assert.ok(documents.length > 20);
  for (const file of documents) isPlain(readFileSync(new URL(`test/${file}`, repository)));
  const bytes = Buffer.from(ENVELOPE);
  for (let at = 0; at < bytes.length; at += 1)
    for (const byte of [0, 0x0d, 0x20, 0x22, 0x26, 0x2f, 0x3c, 0x3d, 0x3e, 0x78, 0xc2]) {
      const changed = Buffer.from(bytes);
      changed[at] = byte;
      isPlain(changed);
    }
});

test('envelopes as they are usually written are read without the engine', () => {
  for (const text of SEEDS.slice(0, 2)) assert.ok(isPlain(Buffer.from(text, 'latin1')), text);
});

test('what is unusual is left to the engine', () => {
  for (const text of [
    '<a><!-- c --></a>',
    '<a><?go?></a>',
    '<a><![CDATA[x]]></a>',
    '<!DOCTYPE a><a/>',
    '<a>\r</a>',
    '<a>&#65;</a>',
    '<a>&apos;</a>',
    '<a b="\t"/>',
    '<a b="x" b="y"/>',
    '<a xmlns:p="urn:p" xmlns:q="urn:p" p:b="1" q:b="1"/>',
    '<p:a/>',
    '<a p:b="1"/>',
    '<a xmlns:p=""/>',
    '<a xmlns:="urn:q"/>',
    '<a xmlns:=""/>',
    '<a xmlns="relative"/>',
    '<a xml:lang="en"/>',
    '<é/>',
    '<a></b>',
    '<a/><b/>',
    '<a/>x',
    '<a>\ufffe</a>',
    '<a>]]></a>',
    '',
  ])
    assert.ok(!isPlain(Buffer.from(text)), text);
  assert.ok(!isPlain(Buffer.from('\ufeff<a/>', 'utf16le')));
  assert.ok(!isPlain(Buffer.from(`<a>${' '.repeat(300_000)}</a>`)));
});

test('a name that ends with its colon is refused, wherever it stands', () => {
  for (const text of [
    '<a xmlns:="urn:q"/>',
    '<p:a xmlns:p="urn:p" xmlns:=""/>',
    '<a xmlns:p="urn:p" p:="x"/>',
    '<a xmlns:p="urn:p"><p:/></a>',
  ])
    assert.throws(() => parseXml(Buffer.from(text)), /not well-formed/, text);
});

test('a document over a limit is left to those who say so', () => {
  const limited: readonly (readonly [string, Partial<XmlLimits>])[] = [
    ['<a><b/><c/></a>', { maxElements: 2 }],
    ['<a><b><c/></b></a>', { maxDepth: 2 }],
    ['<a b="1" xmlns:c="urn:c" d="2"/>', { maxAttributesPerElement: 2 }],
    ['<a xmlns:b="urn:b"><c xmlns:b="urn:b"/></a>', { maxNamespacesInScope: 1 }],
  ];
  for (const [xml, limits] of limited) {
    assert.ok(!isPlain(Buffer.from(xml), limits), xml);
    const [[limit, value] = ['', 0]] = Object.entries(limits);
    assert.ok(isPlain(Buffer.from(xml), { [limit]: Number(value) + 1 }), xml);
    assert.throws(() => parseXml(Buffer.from(xml), limits), /more than/);
  }
  const deep = `${'<a>'.repeat(257)}${'</a>'.repeat(257)}`;
  assert.ok(!isPlain(Buffer.from(deep), { maxDepth: 1000 }));
});
