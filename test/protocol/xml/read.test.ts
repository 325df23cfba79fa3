import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { QuoinError } from '../../../src/protocol/errors/index.ts';
import {
  attribute,
  children,
  childrenNamed,
  idAttributesOf,
  indexIds,
  isElement,
  NS,
  onlyChild,
  optionalChild,
  parseXml,
  placeOf,
  sameNode,
  strictTextOf,
  textOf,
} from '../../../src/protocol/xml/index.ts';
import type { XmlDoc } from '../../../src/protocol/xml/index.ts';

const open: XmlDoc[] = [];
after(() => open.forEach((doc) => doc.dispose()));

function read(xml: string): XmlDoc {
  const doc = parseXml(Buffer.from(xml));
  open.push(doc);
  return doc;
}

const code = (expected: string, field?: string) => (error: unknown) =>
  error instanceof QuoinError &&
  error.code === expected &&
  (field === undefined || error.finding?.field === field);

test('children are the elements only, by namespace whatever the prefix', () => {
  const { root } = read(
    '<r xmlns:p="urn:p">t<p:a/><!-- c --><a/><?pi?><q:a xmlns:q="urn:p"/><![CDATA[x]]></r>',
  );
  assert.deepEqual(
    children(root).map((child) => [child.prefix, child.name, child.namespaceUri, child.line]),
    [
      ['p', 'a', 'urn:p', 1],
      ['', 'a', '', 1],
      ['q', 'a', 'urn:p', 1],
    ],
  );
  assert.equal(childrenNamed(root, 'urn:p', 'a').length, 2);
  assert.equal(childrenNamed(root, '', 'a').length, 1);
  assert.ok(isElement(root, '', 'r'));
  assert.ok(!isElement(root, 'urn:p', 'r'));
});

test('elements, text and comments behind a processing instruction are not lost', () => {
  const { root } = read('<r><?a?><?b?>x<c/><?d?><!-- e --><f/>y</r>');
  assert.deepEqual(
    children(root).map((child) => child.name),
    ['c', 'f'],
  );
  assert.equal(textOf(read('<r><?a?>x<?b?>y</r>').root), 'xy');
  const many = read(`<r>${'<?a?>'.repeat(50_000)}<b/></r>`);
  assert.equal(children(many.root).length, 1);
});

test('an element is one object: it can be compared and be a key', () => {
  const { root } = read('<r><a/><a/></r>');
  const [first, second] = children(root);
  assert.ok(sameNode(first!, children(root)[0]!));
  assert.ok(!sameNode(first!, second!));
  assert.equal(new Map([[first, 1]]).get(children(root)[0]), 1);
});

test('one child, none, several', () => {
  const { root } = read('<r><a/><b/><b/></r>');
  assert.equal(onlyChild(root, '', 'a').name, 'a');
  assert.equal(optionalChild(root, '', 'c'), undefined);
  assert.throws(() => onlyChild(root, '', 'c'), code('xml/child-missing', '/r'));
  assert.throws(() => onlyChild(root, '', 'b'), code('xml/child-repeated', '/r'));
  assert.throws(() => optionalChild(root, '', 'b'), code('xml/child-repeated', '/r'));
});

test('attributes by name and namespace; without one, the attribute without prefix', () => {
  const { root } = read(
    `<r xmlns="urn:d" xmlns:w="${NS.WSU}" Id="plain" w:Id="prefixed" xml:lang="en" e=""/>`,
  );
  assert.equal(attribute(root, 'Id'), 'plain');
  assert.equal(attribute(root, 'Id', NS.WSU), 'prefixed');
  assert.equal(attribute(root, 'lang', NS.XML), 'en');
  assert.equal(attribute(root, 'lang'), undefined);
  assert.equal(attribute(root, 'e'), '');
  assert.equal(attribute(root, 'xmlns'), undefined);
  assert.equal(root.attrs.length, 4);
});

test('text is whole: nothing inside can cut it short or hide in it', () => {
  const text = (xml: string): string => textOf(read(xml).root);
  assert.equal(text('<r/>'), '');
  assert.equal(text('<r> a&amp;b<![CDATA[<c>]]>&#100; </r>'), ' a&b<c>d ');
  assert.equal(text('<r>one<!-- two -->three</r>'), 'onethree');
  assert.equal(text('<r>one<?two?>three</r>'), 'onethree');
  assert.throws(() => text('<r>one<two/>three</r>'), code('xml/not-text', '/r'));
});

test('strict text refuses comments and instructions, not CDATA', () => {
  const text = (xml: string): string => strictTextOf(read(xml).root);
  assert.equal(text('<r>one<![CDATA[two]]></r>'), 'onetwo');
  for (const inside of ['a<!-- b -->', '<!---->', 'a<?b?>c', '<b/>']) {
    assert.throws(() => text(`<r>${inside}</r>`), code('xml/not-text'), inside);
  }
});

test('a place names the way by local names, with a position where a name repeats', () => {
  const { root } = read('<p:r xmlns:p="urn:p"><p:a/><b><c/></b><p:a><d/></p:a><a/></p:r>');
  const [first, b, second, other] = children(root);
  assert.equal(placeOf(root), '/r');
  assert.equal(placeOf(first!), '/r/a[1]');
  assert.equal(placeOf(children(second!)[0]!), '/r/a[2]/d');
  assert.equal(placeOf(children(b!)[0]!), '/r/b/c');
  assert.equal(placeOf(other!), '/r/a');
  assert.ok(placeOf(read(`<${'n'.repeat(5_000)}/>`).root).length < 100);
});

test('identifiers: wsu:Id, Id, ID, id and xml:id, in document order', () => {
  const doc = read(
    `<r Id="1"><a xmlns:u="${NS.WSU}" u:Id="2" u:ID="no"/><b ID="3"/><c id="4"/><d xml:id="5" xml:Id="no"/><e x:Id="no" xmlns:x="urn:x"/></r>`,
  );
  assert.deepEqual(
    idAttributesOf(doc).map(({ id, element }) => `${element.name}=${id}`),
    ['r=1', 'a=2', 'b=3', 'c=4', 'd=5'],
  );
  assert.equal(indexIds(doc).get('4')?.name, 'c');
  assert.equal(indexIds(doc).get('no'), undefined);
});

test('an identifier that two elements carry is refused, whatever attributes carry it', () => {
  const attributes = ['Id', 'ID', 'id', 'wsu:Id', 'xml:id'];
  for (const one of attributes) {
    for (const other of attributes) {
      const doc = read(`<r xmlns:wsu="${NS.WSU}"><a ${one}="x"/><b><c ${other}="x"/></b></r>`);
      assert.throws(() => indexIds(doc), code('xml/duplicate-id', '/r/b/c'), `${one} and ${other}`);
    }
  }
});

test('one element may carry its identifier twice, or two of them', () => {
  const doc = read(`<r xmlns:wsu="${NS.WSU}" id="_ebmessaging" wsu:Id="_1"><a id="x" wsu:Id="x"/></r>`);
  const index = indexIds(doc);
  assert.equal(index.get('_ebmessaging'), index.get('_1'));
  assert.equal(index.get('x')?.name, 'a');
});
