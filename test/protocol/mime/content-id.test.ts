import assert from 'node:assert/strict';
import test from 'node:test';
import fc from 'fast-check';
import { QuoinError, Refusal } from '../../../src/protocol/errors/index.ts';
import { cidToContentId, contentIdToCid } from '../../../src/protocol/mime/index.ts';

const refused = (error: unknown): boolean =>
  error instanceof Refusal && error.code === 'mime/malformed-cid' && error.ebms === 'EBMS:0007';

test('a cid URL names a Content-ID, percent-decoded once', () => {
  for (const [href, id] of [
    ['cid:a@b', 'a@b'],
    ['CID:a%40b', 'a@b'],
    ['cid:a%2540b', 'a%40b'],
    ['cid:6f1a3c1e-3c1a-4f3c', '6f1a3c1e-3c1a-4f3c'],
    ['cid:%7Buuid%7D', '{uuid}'],
    ['cid:a%2Fb+c%2Bd', 'a/b+c+d'],
    ['cid:%C3%A9', 'é'],
  ]) {
    assert.equal(cidToContentId(href!), id);
  }
});

test('a cid URL cannot smuggle line ends, brackets or nothing', () => {
  for (const href of [
    'cid:',
    'a@b',
    'http://x/a',
    '#a',
    'cid:a%0D%0AX-Header:%20y',
    'cid:a%0Ab',
    'cid:a\r\nb',
    'cid:a%00',
    'cid:a b',
    'cid:a%20b',
    'cid:%3Ca@b%3E',
    'cid:<a@b>',
    'cid:%',
    'cid:%zz',
    'cid:%C3',
    'cid:%ED%A0%80',
    'cid:a%7F',
    'cid:a%C2%85',
    'cid:a%E2%80%A8',
  ]) {
    assert.throws(() => cidToContentId(href), refused, href);
  }
});

test('a Content-ID becomes a cid URL, escaped as little as possible, and comes back', () => {
  assert.equal(contentIdToCid('a@b.c-d_e~f'), 'cid:a@b.c-d_e~f');
  assert.equal(contentIdToCid('foo4%25foo1@bar'), 'cid:foo4%2525foo1@bar');
  assert.equal(contentIdToCid('{a}#b?c/d"e'), 'cid:%7Ba%7D%23b%3Fc%2Fd%22e');
  const id = fc
    .string({ unit: 'grapheme-ascii', minLength: 1, maxLength: 60 })
    .filter((text) => !/[\s<>]/.test(text));
  fc.assert(fc.property(id, (text) => assert.equal(cidToContentId(contentIdToCid(text)), text)));
});

test('what a header cannot carry is no Content-ID', () => {
  for (const bad of ['', 'a b', '<a>', 'a\r\nb', 'a\0', 'é', '\ud800', 'x'.repeat(901)]) {
    assert.throws(
      () => contentIdToCid(bad),
      (error) => error instanceof QuoinError && error.code === 'mime/bad-content-id',
      bad,
    );
  }
});
