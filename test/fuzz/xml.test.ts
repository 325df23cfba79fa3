import assert from 'node:assert/strict';
import test from 'node:test';
import fc from 'fast-check';
import { QuoinError } from '../../src/protocol/errors/index.ts';
import { blocksFor, checkMustUnderstand, readEnvelope, readFault } from '../../src/protocol/soap/index.ts';
import {
  canonicalize,
  canonicalizeDocument,
  children,
  indexIds,
  NS,
  openDocuments,
  parseXml,
  placeOf,
  strictTextOf,
  withXml,
} from '../../src/protocol/xml/index.ts';
import type { XmlDoc, XmlElement } from '../../src/protocol/xml/index.ts';
import { FUZZ_RUNS, mutated } from './mutations.ts';

const latin1 = (text: string): string => Buffer.from(text).toString('latin1');

const SEEDS = [
  `<?xml version="1.0" encoding="UTF-8"?>\n<s:Envelope xmlns:s="${NS.S12}" xmlns:u="${NS.WSU}"><s:Header>` +
    `<eb:Messaging xmlns:eb="${NS.EB}" s:mustUnderstand="true" u:Id="_m"><eb:UserMessage mpc='urn:m'>` +
    '<eb:MessageInfo><eb:MessageId>a&amp;b@x</eb:MessageId></eb:MessageInfo><!-- c --></eb:UserMessage></eb:Messaging>' +
    `<w:Security xmlns:w="${NS.WSSE}" s:role="${NS.S12}/role/next"><d:Signature xmlns:d="${NS.DS}" Id="_s"/></w:Security>` +
    '</s:Header><s:Body u:Id="_b"/></s:Envelope>',
  '<a xmlns="urn:d" xmlns:p="urn:p"><p:b c="&#10;&quot;" p:c=\'"\'><![CDATA[<&]]></p:b><d xmlns=""/>é漢😀<?go x?></a>',
  '<?go?><a><b xml:id="x"/><c Id="y" ID = "z">text</c>\r\n</a><!-- end -->',
].map(latin1);

const TOKENS = [
  '<!DOCTYPE a [<!ENTITY x "y">]>',
  '<!--',
  '-->',
  '<![CDATA[',
  ']]>',
  '<?',
  '?>',
  '<?xml version="1.0"?>',
  '<',
  '>',
  '/>',
  '</',
  '"',
  "'",
  '=',
  '&',
  '&amp;',
  '&#0;',
  '&#x110000;',
  '&x;',
  ' xmlns="',
  ' xmlns:p="urn:q"',
  ' xmlns:p=""',
  ' xml:id="x"',
  ' Id="x"',
  ' ',
  '\n',
  '\r',
  '\0',
  '\xef\xbb\xbf',
  '\xff\xfe',
  '\xfe\xff',
  '\xed\xa0\x80',
  '\xc0\xbc',
  '<a>',
  '</a>',
  '<p:a/>',
  ']]',
  '--',
  '%',
].map(String);

/** Everything a reader of a hostile document does with it. */
function useAll(doc: XmlDoc): void {
  const walk = (element: XmlElement): void => {
    placeOf(element);
    tolerating(() => strictTextOf(element));
    tolerating(() => canonicalize(element, ['p', '#default']));
    children(element).forEach(walk);
  };
  walk(doc.root);
  tolerating(() => indexIds(doc));
  tolerating(() => {
    const envelope = readEnvelope(doc);
    blocksFor(envelope, NS.EB, 'Messaging');
    readFault(envelope.body);
    checkMustUnderstand(envelope, []);
  });
}

/** Our own errors are answers; anything else is a defect. Returns the error. */
function tolerating(act: () => unknown): QuoinError | undefined {
  try {
    act();
    return undefined;
  } catch (error) {
    assert.ok(error instanceof QuoinError, error instanceof Error ? error.stack : String(error));
    return error;
  }
}

test('mutated documents are read or refused by name, and nothing stays open', () => {
  let accepted = 0;
  fc.assert(
    fc.property(mutated(SEEDS, TOKENS), (bytes) => {
      const refusal = tolerating(() => withXml(bytes, {}, useAll));
      // The engine must not accept what the scan before it took for malformed: the limits would not have been applied.
      assert.notEqual(refusal?.message, 'The document is not well-formed.');
      assert.equal(openDocuments(), 0);
      if (refusal === undefined) accepted += 1;
    }),
    { numRuns: FUZZ_RUNS },
  );
  assert.ok(
    accepted > FUZZ_RUNS / 50,
    `only ${accepted} of ${FUZZ_RUNS} were well-formed: the fuzzer is too wild`,
  );
});

test('a canonical form stands for one document: read again, it says the same', () => {
  fc.assert(
    fc.property(mutated(SEEDS, TOKENS), (bytes) => {
      let form: Buffer | undefined;
      tolerating(() => (form = withXml(bytes, {}, canonicalizeDocument)));
      if (form === undefined) return;
      const again = withXml(form, { maxBytes: form.length }, (doc) => {
        useAll(doc);
        return canonicalizeDocument(doc);
      });
      assert.deepEqual(again, form);
    }),
    { numRuns: FUZZ_RUNS },
  );
});

test('UTF-16 of the same text is the same document, or refused alike', () => {
  const outcome = (bytes: Buffer): string => {
    let form = '';
    const refusal = tolerating(() => (form = withXml(bytes, {}, canonicalizeDocument).toString()));
    return refusal === undefined ? form : 'refused';
  };
  fc.assert(
    fc.property(mutated(SEEDS.slice(1), TOKENS), (bytes) => {
      const text = bytes.toString();
      fc.pre(!text.includes('\ufffd') && !text.includes('\ufeff') && !text.includes('<?xml'));
      assert.equal(outcome(Buffer.from(`\ufeff${text}`, 'utf16le')), outcome(Buffer.from(text)));
    }),
    { numRuns: FUZZ_RUNS / 4 },
  );
});

test('random bytes are refused by name', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
      tolerating(() => parseXml(bytes).dispose());
    }),
    { numRuns: FUZZ_RUNS },
  );
  assert.equal(openDocuments(), 0);
});
