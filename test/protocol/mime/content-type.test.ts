import assert from 'node:assert/strict';
import test from 'node:test';
import fc from 'fast-check';
import { QuoinError } from '../../../src/protocol/errors/index.ts';
import { formatContentType, parseContentType } from '../../../src/protocol/mime/index.ts';

const code = (expected: string) => (error: unknown) => error instanceof QuoinError && error.code === expected;
const parsed = (header: string): [string, Record<string, string>] => {
  const { type, parameters } = parseContentType(header);
  return [type, Object.fromEntries(parameters)];
};

test('as products write it', () => {
  for (const [header, type, parameters] of [
    ['text/xml', 'text/xml', {}],
    [' Text/XML ;Charset = "UTF-8" ', 'text/xml', { charset: 'UTF-8' }],
    [
      'application/soap+xml;action="";charset=utf-8;',
      'application/soap+xml',
      { action: '', charset: 'utf-8' },
    ],
    ['application/soap+xml; action=; ', 'application/soap+xml', { action: '' }],
    [
      'multipart/related; type=application/soap+xml; start=<a@b>; boundary=----=_Part_1',
      'multipart/related',
      { type: 'application/soap+xml', start: '<a@b>', boundary: '----=_Part_1' },
    ],
    [
      'Multipart/Related;\r\n\tboundary="a;b=\\"c\\\\";\r\n  start-info="text/xml; x=y"',
      'multipart/related',
      { boundary: 'a;b="c\\', 'start-info': 'text/xml; x=y' },
    ],
    ['application/x-ebrs+xml', 'application/x-ebrs+xml', {}],
  ] as const) {
    assert.deepEqual(parsed(header), [type, parameters], header);
  }
});

test('what has no one meaning is refused', () => {
  for (const header of [
    '',
    'text',
    'text/',
    '/xml',
    'text/x ml',
    'text/xml, text/plain',
    'text/xml; charset',
    'text/xml; =x',
    'text/xml; a=b c=d',
    'text/xml; a="b',
    'text/xml; a="b"c',
    'text/xml; a=b"c"',
    'text/xml; charset=a; CHARSET=b',
    'text/xml\r\nX: y',
    'text/xml; a="b\0"',
    'text/xml; a=b\rc',
    `text/xml; a=${'x'.repeat(5_000)}`,
  ]) {
    assert.throws(() => parseContentType(header), code('mime/malformed-content-type'), header.slice(0, 40));
  }
});

test('what is written is read back', () => {
  const value = fc.string({
    unit: fc.constantFrom('a', ';', '"', '\\', ' ', '=', '<', '@', ',', '\t'),
    maxLength: 20,
  });
  fc.assert(
    fc.property(value, value, (a, b) => {
      assert.deepEqual(parsed(formatContentType('multipart/related', { a, b })), [
        'multipart/related',
        { a, b },
      ]);
    }),
  );
});

test('what would break a header is not written', () => {
  for (const bad of ['a\r\nX: y', 'a\nb', '\0', 'é', '\u2028']) {
    assert.throws(() => formatContentType('text/xml', { a: bad }), code('mime/bad-content-type'));
    assert.throws(() => formatContentType(`text/${bad}`, {}), code('mime/bad-content-type'));
    assert.throws(() => formatContentType('text/xml', { [bad]: 'x' }), code('mime/bad-content-type'));
  }
});
