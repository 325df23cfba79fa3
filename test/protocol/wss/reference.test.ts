import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { isQuoinError } from '../../../src/protocol/errors/index.ts';
import { decodeBase64 } from '../../../src/protocol/wss/base64.ts';
import { readReference, writeReference } from '../../../src/protocol/wss/index.ts';
import type { SignedReference } from '../../../src/protocol/wss/index.ts';
import { canonicalReference } from '../../../src/protocol/wss/reference.ts';
import { canonicalize, children, NS, withXml } from '../../../src/protocol/xml/index.ts';

const C14N = 'http://www.w3.org/2001/10/xml-exc-c14n#';
const SHA256 = 'http://www.w3.org/2001/04/xmlenc#sha256';
const digestValue = createHash('sha256').update('x').digest('base64');
const read = (xml: string): SignedReference =>
  withXml(Buffer.from(xml), {}, ({ root }) => readReference(root));

const prefix = fc.constantFrom('S12', 'eb', '#default', 'xsd');
const reference: fc.Arbitrary<SignedReference> = fc
  .record({
    uri: fc.constantFrom('#id', 'cid:one@example.org', 'cid:a%20b&c="d"', 'cid:é'),
    transforms: fc.array(
      fc.record({
        algorithm: fc.constant(C14N),
        prefixes: fc.option(fc.array(prefix, { maxLength: 3 }), { nil: undefined }),
      }),
      { maxLength: 2 },
    ),
  })
  .map(({ uri, transforms }) => ({
    uri,
    transforms: transforms.map(({ algorithm, prefixes }) => ({
      algorithm,
      ...(prefixes === undefined ? {} : { prefixes }),
    })),
    digestAlgorithm: SHA256,
    digestValue,
  }));

describe('ds:Reference', () => {
  test('what is written is read again, wherever it stands', () => {
    fc.assert(
      fc.property(reference, (one) => {
        assert.deepEqual(read(writeReference(one)), one);
      }),
    );
  });

  test('inside SignedInfo it is written in its canonical form', () => {
    fc.assert(
      fc.property(reference, (one) => {
        const text = canonicalReference(one);
        const canonical = withXml(Buffer.from(`<ds:S xmlns:ds="${NS.DS}">${text}</ds:S>`), {}, ({ root }) =>
          canonicalize(children(root)[0]!).toString(),
        );
        assert.equal(canonical, text.replace('<ds:Reference', `<ds:Reference xmlns:ds="${NS.DS}"`));
        assert.equal(canonical, writeReference(one));
      }),
    );
  });

  test('prefixes, white space and order of declarations do not matter to the reader', () => {
    const found = read(
      `<ns5:Reference xmlns:ns5="${NS.DS}" xmlns:x="${NS.EC}" Id="r" Type="urn:t" URI="#id">\n <ns5:Transforms>\n  ` +
        `<ns5:Transform Algorithm="${C14N}"> <x:InclusiveNamespaces PrefixList=" a\n b "/> </ns5:Transform></ns5:Transforms> ` +
        `<DigestMethod xmlns="${NS.DS}" Algorithm="${SHA256}"/><ns5:DigestValue>\n${digestValue.slice(0, 9)}\r\n ${digestValue.slice(9)}</ns5:DigestValue></ns5:Reference>`,
    );
    assert.deepEqual(found, {
      uri: '#id',
      transforms: [{ algorithm: C14N, prefixes: ['a', 'b'] }],
      digestAlgorithm: SHA256,
      digestValue,
    });
  });

  const good = writeReference({
    uri: '#id',
    transforms: [{ algorithm: C14N }],
    digestAlgorithm: SHA256,
    digestValue,
  });
  const wrong: Readonly<Record<string, string>> = {
    'no URI': good.replace(' URI="#id"', ''),
    'no DigestMethod': good.replace(/<ds:DigestMethod.*<\/ds:DigestMethod>/, ''),
    'two DigestMethods': good.replace(/<ds:DigestMethod.*<\/ds:DigestMethod>/, '$&$&'),
    'no algorithm': good.replace(` Algorithm="${SHA256}"`, ''),
    'no DigestValue': good.replace(/<ds:DigestValue.*<\/ds:DigestValue>/, ''),
    'two lists of transforms': good.replace(/<ds:Transforms.*<\/ds:Transforms>/, '$&$&'),
    'something else inside': good.replace('</ds:Reference>', '<x/></ds:Reference>'),
    'something else among transforms': good.replace('<ds:Transforms>', '<ds:Transforms><x/>'),
    'a digest that is too long': good.replace(digestValue, Buffer.alloc(65).toString('base64')),
  };
  for (const [what, xml] of Object.entries(wrong)) {
    test(`${what} is refused`, () => {
      assert.throws(
        () => read(xml),
        (error) => isQuoinError(error) && /^(wss|xml)\//.test(error.code),
      );
    });
  }
});

describe('base64', () => {
  test('reads what Buffer writes, white space anywhere', () => {
    fc.assert(
      fc.property(
        fc.uint8Array({ maxLength: 40 }),
        fc.array(fc.nat(60), { maxLength: 5 }),
        (octets, gaps) => {
          let text = Buffer.from(octets).toString('base64');
          for (const gap of gaps) text = `${text.slice(0, gap)} \r\n\t${text.slice(gap)}`;
          assert.deepEqual(decodeBase64(text, 40), Buffer.from(octets));
        },
      ),
    );
  });

  for (const text of [
    'A',
    'AA',
    'AAA',
    'AA=',
    'A===',
    'AAA=A',
    'AAAA=',
    'AA-_',
    'AA\u00a0AA',
    'AB==',
    'AAB=',
    '=',
    'AAAA\u0000',
  ]) {
    test(`${JSON.stringify(text)} is none`, () => assert.equal(decodeBase64(text, 100), undefined));
  }

  test('the limit counts octets', () => {
    assert.equal(decodeBase64('AAAA', 3)?.length, 3);
    assert.equal(decodeBase64('AAAA', 2), undefined);
    assert.equal(decodeBase64(' '.repeat(1000), 2), undefined);
  });
});
