import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { Refusal } from '../../../src/protocol/errors/index.ts';
import { attachmentDigester, attachmentTreatment } from '../../../src/protocol/wss/attachment-digester.ts';
import { canonicalize, children, openDocuments, withXml } from '../../../src/protocol/xml/index.ts';

const vectors = (name: string) =>
  JSON.parse(readFileSync(new URL(`../../vectors/wss/${name}.json`, import.meta.url), 'utf8')) as {
    vectors: Record<string, string>[];
  };
const sha256 = (content: string | Buffer) => createHash('sha256').update(content).digest('base64');

function digestOf(
  mimeType: string,
  chunks: readonly (string | Uint8Array)[],
  maxCanonicalBytes?: number,
): string {
  const digester = attachmentDigester(mimeType, { maxCanonicalBytes });
  for (const chunk of chunks) digester.update(Buffer.from(chunk));
  return digester.digest().toString('base64');
}

const refusedAs = (ebms: string, code: string) => (error: unknown) =>
  error instanceof Refusal && error.ebms === ebms && error.code === code;

describe('what a media type means for the digest', () => {
  const table = {
    'canonical-xml': [
      'text/xml',
      'application/xml',
      'TEXT/XML',
      'application/xml; charset=UTF-8',
      'text/xml-external-parsed-entity',
      'application/xml-dtd',
      'application/x-ebrs+xml',
      'application/soap+xml;charset=utf-8',
      'image/svg+xml',
      'Image/SVG+XML',
    ],
    'crlf-text': ['text/plain', 'text/csv; header=present', 'TEXT/html', 'text/foo+xml'],
    raw: [
      'application/gzip',
      'application/octet-stream',
      'application/pdf',
      'image/png',
      'message/rfc822',
      '',
      'xml',
      ' text/xml',
    ],
  };
  for (const [treatment, types] of Object.entries(table)) {
    for (const type of types) {
      test(`"${type}" is ${treatment}`, () => assert.equal(attachmentTreatment(type), treatment));
    }
  }
});

describe('raw parts', () => {
  for (const { name, mimeType, contentHex, sha256: expected } of vectors('attachment-digests').vectors) {
    test(`known digest of ${name}`, () => {
      assert.equal(digestOf(mimeType!, [Buffer.from(contentHex!, 'hex')]), expected);
    });
  }

  test('an XML document under application/octet-stream is hashed as it is (seen in OOTS)', () => {
    assert.equal(digestOf('application/octet-stream', ['<a ></a >']), sha256('<a ></a >'));
  });

  test('an empty part', () => assert.equal(digestOf('application/pdf', []), sha256('')));
});

describe('text parts', () => {
  const cases: readonly (readonly [string, string])[] = [
    ['a\nb', 'a\r\nb'],
    ['a\rb', 'a\r\nb'],
    ['a\r\nb', 'a\r\nb'],
    ['\n\n', '\r\n\r\n'],
    ['\r\r\n\n', '\r\n\r\n\r\n'],
    ['\n\r', '\r\n\r\n'],
    ['end\r', 'end\r\n'],
    ['no break', 'no break'],
    ['', ''],
  ];
  for (const [given, normal] of cases) {
    test(`${JSON.stringify(given)} counts as ${JSON.stringify(normal)}`, () => {
      assert.equal(digestOf('text/plain', [given]), sha256(normal));
    });
  }

  test('line ends split over chunks count once', () => {
    assert.equal(
      digestOf('text/plain', ['a\r', '\nb\r', 'c', '\n', '', '\r', '', '\n']),
      sha256('a\r\nb\r\nc\r\n\r\n'),
    );
  });

  test('any text, however it is cut, is what a regular expression makes of it', () => {
    const text = fc
      .array(fc.constantFrom('\r', '\n', '\r\n', 'x', 'é', '漢'), { maxLength: 60 })
      .map((all) => all.join(''));
    fc.assert(
      fc.property(text, fc.array(fc.integer({ min: 1, max: 7 }), { minLength: 1 }), (content, sizes) => {
        const bytes = Buffer.from(content);
        const chunks: Buffer[] = [];
        for (let at = 0, i = 0; at < bytes.length; i++) {
          const size = sizes[i % sizes.length]!;
          chunks.push(bytes.subarray(at, at + size));
          at += size;
        }
        assert.equal(digestOf('text/plain', chunks), sha256(content.replace(/\r\n|\r|\n/g, '\r\n')));
      }),
    );
  });

  test('a chunk longer than one piece of work', () => {
    const long = 'line\n'.repeat(50_000);
    assert.equal(digestOf('text/plain', [long]), sha256(long.replace(/\n/g, '\r\n')));
  });
});

describe('XML parts', () => {
  test('white space outside the root, declaration, comments, quotes and empty tags do not count', () => {
    const canonical = sha256('<a b="1" c="2"><d></d>é</a>');
    for (const form of [
      '<a b="1" c="2"><d></d>é</a>',
      '<?xml version="1.0" encoding="UTF-8"?>\n<!-- note -->\n<a c=\'2\'  b="1"><d/>&#233;</a>\n\n',
      '\ufeff<a b="1" c="2"><d/><!-- inside -->é</a>',
    ]) {
      assert.equal(digestOf('application/xml', [form]), canonical, form);
    }
  });

  test('characters split over chunks', () => {
    const bytes = Buffer.from('<a>漢字é</a>');
    const chunks = [...bytes].map((byte) => Buffer.of(byte));
    assert.equal(digestOf('text/xml', chunks), sha256('<a>漢字é</a>'));
  });

  test('a chunk may be used again by its source', () => {
    const buffer = Buffer.from('<a>1</a>');
    const digester = attachmentDigester('text/xml');
    digester.update(buffer);
    buffer.fill(0);
    assert.equal(digester.digest().toString('base64'), sha256('<a>1</a>'));
  });

  test('only namespaces in use are written', () => {
    assert.equal(
      digestOf('text/xml', ['<p:a xmlns:p="urn:p" xmlns:q="urn:q"><p:b q:c="1"/></p:a>']),
      sha256('<p:a xmlns:p="urn:p"><p:b xmlns:q="urn:q" q:c="1"></p:b></p:a>'),
    );
  });

  for (const [what, content] of [
    ['a DTD', '<!DOCTYPE a [<!ENTITY e "x">]><a>&e;</a>'],
    ['an unknown entity', '<a>&e;</a>'],
    ['text that is no XML', 'not xml'],
    ['an unclosed element', '<a><b></a>'],
    ['nothing', ''],
    ['bytes that are no UTF-8', Buffer.from([0x3c, 0x61, 0x3e, 0xff, 0x3c, 0x2f, 0x61, 0x3e])],
  ] as const) {
    test(`${what} is refused`, () => {
      assert.throws(
        () => digestOf('text/xml', [content]),
        refusedAs('EBMS:0101', 'wss/attachment-not-canonical'),
      );
    });
  }

  test('a part above the limit is refused as soon as it is, naming the limit and the way out', () => {
    const digester = attachmentDigester('application/xml', { maxCanonicalBytes: 10 });
    digester.update(Buffer.from('<a>12345'));
    assert.throws(
      () => digester.update(Buffer.from('6</a>')),
      (error) => {
        assert.ok(refusedAs('EBMS:0103', 'wss/attachment-too-large')(error));
        assert.match((error as Refusal).finding?.expected ?? '', /at most 10 bytes/);
        assert.match((error as Refusal).finding?.advice ?? '', /Compress/);
        return true;
      },
    );
  });

  test('the limit does not bind parts that are not canonicalised', () => {
    assert.equal(digestOf('application/pdf', ['12345678901'], 10), sha256('12345678901'));
  });

  test('a part far larger than an envelope is canonicalised', () => {
    const large = `<a>${'<b>x</b>'.repeat(250_000)}</a>`;
    assert.equal(digestOf('text/xml', [large]), sha256(large));
  });

  test('no document stays open, whether the digest was made or refused', () => {
    const before = openDocuments();
    digestOf('text/xml', ['<a/>']);
    assert.throws(() => digestOf('text/xml', ['<a>']));
    assert.equal(openDocuments(), before);
  });
});

test('a media type given as a function is asked when the first chunk comes', () => {
  let mimeType = 'application/octet-stream';
  const digester = attachmentDigester(() => mimeType);
  mimeType = 'text/plain';
  digester.update(Buffer.from('a\n'));
  mimeType = 'application/octet-stream';
  assert.equal(digester.digest().toString('base64'), sha256('a\r\n'));
});

describe('digests of elements seen in the field', () => {
  for (const { name, xml, sha256: expected } of vectors('element-digests').vectors) {
    test(name, () => {
      withXml(Buffer.from(xml!), {}, ({ root }) => {
        const body = children(root)[1]!;
        assert.equal(sha256(canonicalize(body)), expected);
      });
    });
  }
});
