import assert from 'node:assert/strict';
import { afterEach, test } from 'node:test';
import fc from 'fast-check';
import { QuoinError } from '../../../src/protocol/errors/index.ts';
import {
  attribute,
  canonicalizeDocument,
  children,
  DEFAULT_XML_LIMITS,
  openDocuments,
  parseXml,
  textOf,
  withXml,
} from '../../../src/protocol/xml/index.ts';
import type { XmlLimits } from '../../../src/protocol/xml/index.ts';
import { arbitraryXml } from './arbitrary-xml.ts';

const code = (expected: string) => (error: unknown) => {
  assert.ok(error instanceof QuoinError, String(error));
  assert.equal(error.code, expected, error.message);
  return true;
};
const rootText = (bytes: Uint8Array): string => withXml(bytes, {}, (doc) => textOf(doc.root));
const refuses = (xml: string | Uint8Array, expected: string, limits: Partial<XmlLimits> = {}): void =>
  assert.throws(() => withXml(Buffer.from(xml), limits, () => undefined), code(expected));
const accepts = (xml: string | Uint8Array, limits: Partial<XmlLimits> = {}): void =>
  withXml(Buffer.from(xml), limits, () => undefined);

afterEach(() => assert.equal(openDocuments(), 0, 'a document was left open'));

const utf16be = (text: string): Buffer => Buffer.from(text, 'utf16le').swap16();

test('encodings: UTF-8 with and without mark, UTF-16 with one, both byte orders', () => {
  const text = 'é漢😀';
  const mark = '\ufeff';
  for (const declaration of [
    '',
    '<?xml version="1.0"?>',
    "<?xml version='1.0' encoding='utf-8' standalone='yes' ?>",
  ]) {
    assert.equal(rootText(Buffer.from(`${declaration}<a>${text}</a>`)), text);
    assert.equal(rootText(Buffer.from(`${mark}${declaration}<a>${text}</a>`)), text);
  }
  for (const declaration of ['', '<?xml version="1.0" encoding="UTF-16"?>']) {
    assert.equal(rootText(Buffer.from(`${mark}${declaration}<a>${text}</a>`, 'utf16le')), text);
    assert.equal(rootText(utf16be(`${mark}${declaration}<a>${text}</a>`)), text);
  }
  assert.equal(rootText(Buffer.from('<?xml version="1.0" encoding="US-ASCII"?><a>x</a>')), 'x');
});

test('encodings: all others are refused, declared or not', () => {
  for (const name of ['ISO-8859-1', 'windows-1252', 'UTF-7', 'UTF-16', 'EBCDIC-CP-BE', 'utf8', '']) {
    refuses(`<?xml version="1.0" encoding="${name}"?><a/>`, 'xml/encoding');
  }
  refuses(Buffer.from('<a>é</a>', 'latin1'), 'xml/encoding');
  refuses(Buffer.from('\ufeff<?xml version="1.0" encoding="UTF-8"?><a/>', 'utf16le'), 'xml/encoding');
  refuses(Buffer.from([0xff, 0xfe, 0x3c]), 'xml/encoding');
  refuses(Buffer.from('\ufeff<a>\ud800</a>', 'utf16le'), 'xml/encoding');
  refuses(Buffer.from('<a/>', 'utf16le'), 'xml/not-well-formed');
  refuses(utf16be('<a/>'), 'xml/not-well-formed');
  refuses(Buffer.from([0x4c, 0x6f, 0xa7, 0x94]), 'xml/encoding');
  refuses(Buffer.from([0x3c, 0x61, 0x3e, 0xc0, 0xbc, 0x3c, 0x2f, 0x61, 0x3e]), 'xml/encoding');
});

test('no document type declaration, in any place, in any disguise', () => {
  refuses('<!DOCTYPE a><a/>', 'xml/doctype');
  refuses('<?xml version="1.0"?>\n<!-- c --><!DOCTYPE a [<!ENTITY x "y">]><a>&x;</a>', 'xml/doctype');
  refuses('<!DOCTYPE a SYSTEM "http://127.0.0.1:9/x.dtd"><a/>', 'xml/doctype');
  refuses('<!DOCTYPE a [<!ENTITY % x SYSTEM "file:///etc/passwd">%x;]><a/>', 'xml/doctype');
  refuses(Buffer.from('\ufeff<!DOCTYPE a><a/>', 'utf16le'), 'xml/doctype');
  refuses('<!doctype a><a/>', 'xml/not-well-formed');
  const laughs = Array.from({ length: 9 }, (_, n) => `<!ENTITY l${n + 1} "${`&l${n};`.repeat(10)}">`).join(
    '',
  );
  refuses(`<!DOCTYPE a [<!ENTITY l0 "ha">${laughs}]><a>&l9;</a>`, 'xml/doctype');
  accepts('<a><![CDATA[<!DOCTYPE a>]]><!-- <!DOCTYPE a> --></a>');
});

test('entities: the five predefined ones and character references, no others', () => {
  assert.equal(rootText(Buffer.from('<a>&lt;&gt;&amp;&quot;&apos;&#65;&#x1F600;</a>')), `<>&"'A😀`);
  refuses('<a>&nbsp;</a>', 'xml/not-well-formed');
  refuses('<a b="&eacute;"/>', 'xml/not-well-formed');
  refuses('<a>&#0;</a>', 'xml/not-well-formed');
  refuses('<a>&#xD800;</a>', 'xml/not-well-formed');
});

test('nothing is fetched or included: hints to other documents are plain data', () => {
  const hints =
    '<?xml-stylesheet href="http://127.0.0.1:9/a.xsl"?><?oasis-xml-catalog catalog="http://127.0.0.1:9/c"?>' +
    '<a xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xsi:schemaLocation="urn:a http://127.0.0.1:9/a.xsd" ' +
    'xmlns:xi="http://www.w3.org/2001/XInclude"><xi:include href="file:///etc/hostname" parse="text"/></a>';
  withXml(Buffer.from(hints), {}, (doc) => {
    const [include] = children(doc.root);
    assert.equal(attribute(include!, 'href'), 'file:///etc/hostname');
    assert.equal(doc.root.content, '');
  });
});

test('only XML 1.0', () => {
  refuses('<?xml version="1.1"?><a/>', 'xml/version');
  refuses('<?xml version="2.0"?><a/>', 'xml/version');
  refuses('<?xml encoding="UTF-8"?><a/>', 'xml/not-well-formed');
  refuses('<?xml version="1.0" encoding="UTF-8" evil="<!DOCTYPE"?><a/>', 'xml/not-well-formed');
  refuses(' <?xml version="1.0"?><a/>', 'xml/not-well-formed');
});

test('processing instructions are refused where they are not allowed; the declaration is none', () => {
  const none = { allowProcessingInstructions: false };
  for (const xml of ['<?x?><a/>', '<a><?x y?></a>', '<a/><?x?>', '<?xml-a?><a/>']) {
    refuses(xml, 'xml/processing-instruction', none);
    withXml(Buffer.from(xml), {}, (doc) => assert.equal(doc.processingInstructions, 1));
  }
  accepts('<?xml version="1.0"?><a><![CDATA[<?x?>]]><!-- <?x?> --></a>', none);
});

test('what is not well-formed is refused with its line', () => {
  for (const xml of [
    '',
    ' ',
    'x',
    '<a',
    '<a>',
    '</a>',
    '<a></b>',
    '<a/><b/>',
    '<a b="1" b="2"/>',
    '<a b=1/>',
    '<p:a/>',
    '<a>\u0001</a>',
    '<a>\u0000</a>',
    '<a><!-- -- --></a>',
    '<a>]]></a>',
    '<a b="<"/>',
    '<a xmlns:p="u" xmlns:q="u" p:b="" q:b=""/>',
  ]) {
    refuses(xml, 'xml/not-well-formed');
  }
  assert.throws(
    () => parseXml(Buffer.from('<a>\n\n<b>\n</a>')),
    (error) => error instanceof QuoinError && error.finding?.field?.startsWith('line 4') === true,
  );
});

test('limits are exact: what they allow passes, one more does not', () => {
  const nested = (depth: number): string => '<a>'.repeat(depth) + '</a>'.repeat(depth);
  const attributes = (count: number): string =>
    `<a ${Array.from({ length: count }, (_, n) => `k${n}=""`).join(' ')}/>`;
  const declared = (each: number, depth: number): string =>
    Array.from(
      { length: depth },
      (_, d) => `<a ${Array.from({ length: each }, (_, n) => `xmlns:n${d}-${n} = 'u:'`).join('\n')}>`,
    ).join('') + '</a>'.repeat(depth);
  const limits = { maxElements: 100, maxDepth: 10, maxAttributesPerElement: 20, maxNamespacesInScope: 30 };
  accepts(`<a>${'<b/>'.repeat(99)}</a>`, limits);
  refuses(`<a>${'<b/>'.repeat(100)}</a>`, 'xml/too-complex', limits);
  accepts(nested(10), limits);
  refuses(nested(11), 'xml/too-complex', limits);
  refuses(`${'<a>'.repeat(10)}<a/>`, 'xml/too-complex', limits);
  accepts(attributes(20), limits);
  refuses(attributes(21), 'xml/too-complex', limits);
  accepts(declared(10, 3), limits);
  refuses(declared(10, 4), 'xml/too-complex', limits);
  accepts(`<a>${declared(10, 3)}${declared(10, 3)}</a>`, limits);
  accepts('<a/>   ', { maxBytes: 7 });
  refuses('<a/>    ', 'xml/too-large', { maxBytes: 7 });
});

test('no setting lifts the depth above what the engine can walk', () => {
  const limits = { maxDepth: 1_000_000, maxElements: 1_000_000 };
  accepts('<a>'.repeat(256) + '</a>'.repeat(256), limits);
  refuses('<a>'.repeat(257) + '</a>'.repeat(257), 'xml/too-complex', limits);
});

test('hostile sizes are refused before the engine sees them', () => {
  refuses('<a>'.repeat(100_000), 'xml/too-complex');
  refuses(`<a${' b=""'.repeat(100_000)}/>`, 'xml/too-complex');
  refuses(`<a${Array.from({ length: 40_000 }, (_, n) => ` xmlns:n${n}="u:"`).join('')}/>`, 'xml/too-complex');
  refuses(`<a>${'<b/>'.repeat(200_000)}</a>`, 'xml/too-complex');
  refuses(Buffer.alloc(DEFAULT_XML_LIMITS.maxBytes + 1, 0x20), 'xml/too-large');
  refuses(`<a${' '.repeat(900_000)}`, 'xml/not-well-formed');
  refuses(`<a b="${'x'.repeat(900_000)}`, 'xml/not-well-formed');
  refuses(`<!--${'-'.repeat(900_000)}`, 'xml/not-well-formed');
  refuses(`<a>${'<![CDATA['.repeat(100_000)}`, 'xml/not-well-formed');
});

test('a document that is larger than the engine\u2019s own text limit is read when the limits allow it', () => {
  const length = 11_000_000;
  withXml(Buffer.from(`<a>${'x'.repeat(length)}</a>`), { maxBytes: 2 * length }, (doc) => {
    assert.equal(textOf(doc.root).length, length);
  });
});

test('the scan before the engine counts what the engine finds', () => {
  fc.assert(
    fc.property(
      arbitraryXml({ rebinding: true, instructions: true }),
      ({ xml, elements, depth, attributes }) => {
        const exact = { maxElements: elements, maxDepth: depth, maxAttributesPerElement: attributes };
        accepts(xml, exact);
        refuses(xml, 'xml/too-complex', { ...exact, maxElements: elements - 1 });
        refuses(xml, 'xml/too-complex', { ...exact, maxDepth: depth - 1 });
        refuses(xml, 'xml/too-complex', { ...exact, maxAttributesPerElement: attributes - 1 });
      },
    ),
    { numRuns: 500 },
  );
});

test('a view into a larger buffer is read as the view', () => {
  const padded = Buffer.from('garbage<a>x</a>garbage');
  assert.equal(rootText(new Uint8Array(padded.buffer, padded.byteOffset + 7, 8)), 'x');
});

test('withXml disposes whatever happens, and elements that were asked for before survive', () => {
  const doc = parseXml(Buffer.from('<a b="1"><c>x</c></a>'));
  assert.equal(openDocuments(), 1);
  const [c] = children(doc.root);
  assert.equal(textOf(c!), 'x');
  doc.dispose();
  doc[Symbol.dispose]();
  assert.equal(openDocuments(), 0);
  assert.equal(textOf(c!), 'x');
  assert.equal(doc.root.attrs[0]?.value, '1');
  assert.equal(doc.root.content, 'x');
  const unread = parseXml(Buffer.from('<a><!-- left to the engine --></a>'));
  unread.dispose();
  assert.throws(() => unread.root, code('xml/disposed'));
  assert.throws(() => {
    withXml(Buffer.from('<a/>'), {}, () => {
      throw new Error('on the way');
    });
  }, /on the way/);
});

test('memory of the engine is given back', () => {
  const xml = Buffer.from(`<a>${'<b c="d">text</b>'.repeat(9_000)}</a>`);
  const round = (): void => {
    withXml(xml, {}, canonicalizeDocument);
    refuses(Buffer.concat([xml, Buffer.from('<')]), 'xml/not-well-formed');
  };
  const held = (): number => process.memoryUsage().arrayBuffers + process.memoryUsage().external;
  for (let count = 0; count < 20; count += 1) round();
  const before = held();
  for (let count = 0; count < 100; count += 1) round();
  const grown = held() - before;
  assert.ok(grown < 60_000_000, `${grown} bytes more after 100 documents of ${xml.length} bytes`);
});
