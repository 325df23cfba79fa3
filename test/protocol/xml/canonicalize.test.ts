import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import test from 'node:test';
import { QuoinError } from '../../../src/protocol/errors/index.ts';
import {
  canonicalize,
  canonicalizeDocument,
  children,
  MAX_INCLUSIVE_PREFIXES,
  NS,
  parseXml,
  withXml,
} from '../../../src/protocol/xml/index.ts';
import type { XmlElement } from '../../../src/protocol/xml/index.ts';
import { CanonicalElement } from '../../../src/protocol/xml/element.ts';

const code = (expected: string) => (error: unknown) => error instanceof QuoinError && error.code === expected;

/** The canonical form of the element with the local name `apex`. */
function apexOf(xml: string, prefixes?: readonly string[]): string {
  const find = (element: XmlElement): XmlElement | undefined =>
    element.name === 'apex' ? element : children(element).map(find).find(Boolean);
  return withXml(Buffer.from(xml), {}, (doc) => canonicalize(find(doc.root)!, prefixes).toString());
}

const documentOf = (xml: string): string => withXml(Buffer.from(xml), {}, canonicalizeDocument).toString();

/** [what, source, prefix list, canonical form of the apex] */
const VECTORS: readonly (readonly [string, string, readonly string[] | undefined, string])[] = [
  [
    'only namespaces that are used are written, on the element that uses them (exc-c14n 2.2)',
    '<r xmlns:a="urn:a" xmlns:b="urn:b" xmlns:c="urn:c"><b:apex><x a:k="1"/></b:apex></r>',
    undefined,
    '<b:apex xmlns:b="urn:b"><x xmlns:a="urn:a" a:k="1"></x></b:apex>',
  ],
  ['an empty prefix list is as none', '<r xmlns:a="urn:a"><apex/></r>', [], '<apex></apex>'],
  [
    'a listed prefix is written though nothing uses it, from an ancestor outside',
    '<r xmlns:a="urn:a" xmlns:b="urn:b"><apex><b:x/></apex></r>',
    ['b'],
    '<apex xmlns:b="urn:b"><b:x></b:x></apex>',
  ],
  [
    'a listed prefix that is not declared is passed over',
    '<r xmlns:a="urn:a"><apex/></r>',
    ['zz', 'a'],
    '<apex xmlns:a="urn:a"></apex>',
  ],
  [
    '#default lists the default namespace',
    '<r xmlns="urn:d" xmlns:p="urn:p"><p:apex><p:x/></p:apex></r>',
    ['#default'],
    '<p:apex xmlns="urn:d" xmlns:p="urn:p"><p:x></p:x></p:apex>',
  ],
  [
    'without #default the default namespace is written where it is used',
    '<r xmlns="urn:d" xmlns:p="urn:p"><p:apex><x/></p:apex></r>',
    ['p'],
    '<p:apex xmlns:p="urn:p"><x xmlns="urn:d"></x></p:apex>',
  ],
  [
    'the default namespace is undeclared where it ends, and only there',
    '<r xmlns="urn:d"><apex xmlns="urn:e"><x xmlns=""><y/><z xmlns="urn:e"/></x></apex></r>',
    undefined,
    '<apex xmlns="urn:e"><x xmlns=""><y></y><z xmlns="urn:e"></z></x></apex>',
  ],
  [
    'no undeclaration where nothing was declared',
    '<r xmlns="urn:d"><apex xmlns=""><x/></apex></r>',
    undefined,
    '<apex><x></x></apex>',
  ],
  [
    'a prefix bound again within, and back',
    '<r xmlns:p="urn:1"><p:apex><p:x xmlns:p="urn:2"><p:y xmlns:p="urn:1"/></p:x><p:z/></p:apex></r>',
    undefined,
    '<p:apex xmlns:p="urn:1"><p:x xmlns:p="urn:2"><p:y xmlns:p="urn:1"></p:y></p:x><p:z></p:z></p:apex>',
  ],
  [
    'siblings each declare what they use',
    '<r xmlns:p="urn:p"><apex><p:x/><p:y/></apex></r>',
    undefined,
    '<apex><p:x xmlns:p="urn:p"></p:x><p:y xmlns:p="urn:p"></p:y></apex>',
  ],
  [
    'superfluous declarations go',
    '<apex xmlns:p="urn:p" xmlns:q="urn:q" xmlns="urn:d"><p:x xmlns:p="urn:p"><p:y xmlns:p="urn:p"/></p:x></apex>',
    undefined,
    '<apex xmlns="urn:d"><p:x xmlns:p="urn:p"><p:y></p:y></p:x></apex>',
  ],
  [
    'namespaces are sorted by prefix, attributes by namespace name and then local name, those without first',
    '<apex xmlns:z="urn:1" xmlns:y="urn:2" y:a="1" z:b="2" z:a="3" b="4" a="5" xml:lang="en"/>',
    undefined,
    '<apex xmlns:y="urn:2" xmlns:z="urn:1" a="5" b="4" xml:lang="en" z:a="3" z:b="2" y:a="1"></apex>',
  ],
  [
    'xml:* attributes of ancestors are not inherited (exc-c14n 2)',
    '<r xml:lang="en" xml:space="preserve"><apex/></r>',
    undefined,
    '<apex></apex>',
  ],
  [
    'comments go, instructions stay with their data as it stands',
    '<apex>a<!-- no -->b<?go  there <x> ?><?stop?></apex>',
    undefined,
    '<apex>ab<?go there <x> ?><?stop?></apex>',
  ],
  [
    'CDATA becomes text',
    '<apex><![CDATA[<a> & ]]>]]&gt;<![CDATA[]]]]><![CDATA[>]]></apex>',
    undefined,
    '<apex>&lt;a&gt; &amp; ]]&gt;]]&gt;</apex>',
  ],
  [
    'references and line ends in text',
    '<apex>&#13;&#x41;&quot;&apos;\r\n\r&#9;&gt;</apex>',
    undefined,
    '<apex>&#xD;A"\'\n\n\t&gt;</apex>',
  ],
  [
    'white space and quotes in attributes',
    '<apex a=\'"&apos;\' b="&#9;&#10;&#13; \t\n x" c="&lt;>"/>',
    undefined,
    '<apex a="&quot;\'" b="&#x9;&#xA;&#xD;    x" c="&lt;>"></apex>',
  ],
  [
    'characters beyond ASCII, also beyond 16 bits, in names and values',
    '<apex é="ü">漢&#x1F600;😀<ñ/></apex>',
    undefined,
    '<apex é="ü">漢😀😀<ñ></ñ></apex>',
  ],
  [
    'attributes beyond 16 bits are sorted by code point, not by code unit',
    '<apex 𐀀="1" ﬀ="2"/>',
    undefined,
    '<apex ﬀ="2" 𐀀="1"></apex>',
  ],
];

for (const [what, xml, prefixes, expected] of VECTORS) {
  test(what, () => assert.equal(apexOf(xml, prefixes), expected));
}

test('the empty Body of real messages has the digest their signatures state', () => {
  const xml = `<soapenv:Envelope xmlns:soapenv="${NS.S12}" xmlns:wsu="${NS.WSU}"><soapenv:Header/><soapenv:Body wsu:Id="soapbody"/></soapenv:Envelope>`;
  const digest = withXml(Buffer.from(xml), {}, (doc) =>
    createHash('sha256')
      .update(canonicalize(children(doc.root)[1]!))
      .digest('base64'),
  );
  assert.equal(digest, 'MuXTb3M4BFAClqp28AnKQQJPuH1XxCZZle+49qRiZVk=');
});

test('a document keeps the instructions beside its root, each on a line of its own', () => {
  assert.equal(
    documentOf('<?xml version="1.0"?>\n<?a  b?> <!-- c -->\n<r/>\n\n<!-- d --><?e?>'),
    '<?a b?>\n<r></r>\n<?e?>',
  );
});

test('characters that lie across the chunks of the engine stay whole', () => {
  for (const lead of [0, 1, 2, 3]) {
    const text = 'x'.repeat(lead) + '漢😀é'.repeat(20_000);
    assert.equal(documentOf(`<a>${text}</a>`), `<a>${text}</a>`);
  }
});

test('a prefix list has a limit, and holds prefixes only', () => {
  const many = Array.from({ length: 100_000 }, (_, index) => `p${index}`);
  assert.throws(() => apexOf('<apex/>', many), code('xml/prefix-list'));
  assert.throws(() => apexOf('<apex/>', many.slice(0, MAX_INCLUSIVE_PREFIXES + 1)), code('xml/prefix-list'));
  assert.equal(apexOf('<apex/>', many.slice(0, MAX_INCLUSIVE_PREFIXES)), '<apex></apex>');
  for (const wrong of ['', ' ', 'a b', 'a:b', '#other', '1', 'x'.repeat(257), 'a\u0000b']) {
    assert.throws(() => apexOf('<apex/>', [wrong]), code('xml/prefix-list'), wrong);
  }
});

test('a long prefix list costs no look-up for each element', (t) => {
  const lookUp = t.mock.method(CanonicalElement.prototype, 'namespaceOf');
  const many = 2_000;
  const xml = `<a xmlns:p="urn:p">${'<x>'.repeat(50)}${'<b/>'.repeat(many)}${'</x>'.repeat(50)}</a>`;
  const doc = parseXml(Buffer.from(xml));
  const { root } = doc;
  const before = lookUp.mock.callCount();
  const unknown = Array.from({ length: 63 }, (_, i) => `n${i}`);
  assert.match(canonicalize(root, ['p', ...unknown]).toString('latin1', 0, 30), /^<a xmlns:p="urn:p"><x><x>/);
  assert.ok(lookUp.mock.callCount() - before < many, `${lookUp.mock.callCount() - before} look-ups`);
  doc.dispose();
});

test('what has no canonical form has none: relative namespace names and those written with references', () => {
  assert.throws(() => apexOf('<apex xmlns:p="relative" p:a="1"/>'), code('xml/canonicalization'));
  assert.throws(() => apexOf('<apex xmlns:p="urn:a&amp;b" p:a="1"/>'), code('xml/canonicalization'));
  assert.throws(() => documentOf("<a><b xmlns = 'urn:&#97;'/></a>"), code('xml/canonicalization'));
});

test('a canonical form that grows out of proportion is refused', () => {
  const uri = `urn:${'x'.repeat(50_000)}`;
  const xml = `<apex xmlns:p="${uri}">${'<p:a/>'.repeat(5_000)}</apex>`;
  assert.throws(() => apexOf(xml), code('xml/canonicalization'));
});

test('the same element gives the same form again, after its document too; a disposed document has none', () => {
  const doc = parseXml(Buffer.from('<a><b/></a>'));
  const [b] = children(doc.root);
  const form = canonicalize(b!);
  assert.deepEqual(canonicalize(b!), form);
  doc.dispose();
  assert.deepEqual(canonicalize(b!), form);
  assert.throws(() => canonicalizeDocument(doc), code('xml/disposed'));
});
