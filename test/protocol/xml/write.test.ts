import assert from 'node:assert/strict';
import test from 'node:test';
import fc from 'fast-check';
import { QuoinError } from '../../../src/protocol/errors/index.ts';
import {
  attribute,
  canonicalizeDocument,
  element,
  escapeAttribute,
  escapeText,
  textOf,
  withXml,
} from '../../../src/protocol/xml/index.ts';

const code = (expected: string) => (error: unknown) => error instanceof QuoinError && error.code === expected;

/** Any text XML can carry. */
const text = fc
  .string({ unit: 'binary' })
  .map((raw) => raw.replace(/[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\u{10000}-\u{10ffff}]/gu, 'x'));
const awkward = fc.oneof(
  text,
  fc.string({ unit: fc.constantFrom('&', '<', '>', '"', "'", '\t', '\r', '\n', ']', 'é') }),
);

test('what is written is read back to the letter', () => {
  fc.assert(
    fc.property(awkward, awkward, (content, value) => {
      const xml = element('a', { b: value }, escapeText(content));
      withXml(Buffer.from(xml), {}, (doc) => {
        assert.equal(textOf(doc.root), content);
        assert.equal(attribute(doc.root, 'b'), value);
      });
    }),
    { numRuns: 1000 },
  );
});

test('what is written is its own canonical form, apart from the order of attributes', () => {
  fc.assert(
    fc.property(awkward, awkward, (content, value) => {
      const xml = element('p:a', { 'xmlns:p': 'urn:p', b: value }, element('c', {}), escapeText(content));
      assert.equal(withXml(Buffer.from(xml), {}, canonicalizeDocument).toString(), xml);
    }),
    { numRuns: 500 },
  );
});

test('attributes keep their order; undefined ones are left out', () => {
  assert.equal(
    element('a', { z: '1', 'xml:lang': undefined, b: '' }, 'x', '<y/>'),
    '<a z="1" b="">x<y/></a>',
  );
  assert.equal(element('a', {}), '<a></a>');
});

test('characters that XML cannot carry are refused, with their place', () => {
  for (const bad of [
    '\u0000',
    '\u0008',
    '\u000b',
    '\u001f',
    '\ufffe',
    '\uffff',
    '\ud800',
    '\udc00x',
    'a\ud83d',
  ]) {
    assert.throws(() => escapeText(bad), code('xml/forbidden-character'));
    assert.throws(() => escapeAttribute(bad), code('xml/forbidden-character'));
  }
  assert.throws(() => escapeText('ab\u0001'), /U\+0001/);
  assert.equal(escapeText('\u007f\u0085\ufffd😀'), '\u007f\u0085\ufffd😀');
});

test('names are names', () => {
  for (const bad of ['', 'a b', '1a', 'a:b:c', ':a', 'a:', '<', 'a>', 'a/', 'a="', '-a', 'a\u0000']) {
    assert.throws(() => element(bad, {}), code('xml/name'), bad);
    assert.throws(() => element('a', { [bad]: 'x' }), code('xml/name'), bad);
  }
  assert.equal(element('é-1.b:_x', {}), '<é-1.b:_x></é-1.b:_x>');
});
