import assert from 'node:assert/strict';
import test from 'node:test';
import fc from 'fast-check';
import { ExclusiveCanonicalization } from 'xml-crypto';
import { QuoinError } from '../../../src/protocol/errors/index.ts';
import {
  canonicalize,
  canonicalizeDocument,
  children,
  openDocuments,
  parseXml,
  withXml,
} from '../../../src/protocol/xml/index.ts';
import type { XmlElement } from '../../../src/protocol/xml/index.ts';
import { arbitraryXml } from './arbitrary-xml.ts';
import { elementsOf, parseDom, referenceC14n } from './reference-c14n.ts';

const allElements = (root: XmlElement): XmlElement[] => [root, ...children(root).flatMap(allElements)];
const prefixLists = fc.uniqueArray(fc.constantFrom('a', 'b', 'c', '#default', 'undeclared'), {
  maxLength: 5,
});

test('every subtree has the canonical form the recommendation gives it, with any prefix list', () => {
  const documents = arbitraryXml({ rebinding: true, instructions: true });
  fc.assert(
    fc.property(documents, prefixLists, ({ xml }, prefixes) => {
      withXml(Buffer.from(xml), {}, (doc) => {
        const expected = elementsOf(parseDom(xml)).map((element) => referenceC14n(element, prefixes));
        const actual = allElements(doc.root).map((element) => canonicalize(element, prefixes).toString());
        assert.deepEqual(actual, expected, xml);
      });
    }),
    { numRuns: 2000 },
  );
});

test('xml-crypto agrees where it is able: no prefix list, no instructions, one namespace for each prefix', () => {
  const documents = arbitraryXml({ rebinding: false, instructions: false });
  fc.assert(
    fc.property(documents, ({ xml }) => {
      withXml(Buffer.from(xml), {}, (doc) => {
        const theirs = new ExclusiveCanonicalization() as unknown as {
          process(node: unknown, options: object): string;
        };
        const expected = elementsOf(parseDom(xml)).map((element) => theirs.process(element, {}));
        assert.deepEqual(
          allElements(doc.root).map((element) => canonicalize(element).toString()),
          expected,
          xml,
        );
      });
    }),
    { numRuns: 1000 },
  );
});

test('a canonical form is its own canonical form, and that of its document', () => {
  fc.assert(
    fc.property(arbitraryXml({ rebinding: true, instructions: true }), ({ xml }) => {
      const once = withXml(Buffer.from(xml), {}, canonicalizeDocument);
      assert.deepEqual(withXml(once, {}, canonicalizeDocument), once);
      assert.deepEqual(
        withXml(once, {}, (doc) => canonicalize(doc.root)),
        once,
      );
    }),
    { numRuns: 500 },
  );
});

test('any change to a document that is not layout changes its canonical form', () => {
  fc.assert(
    fc.property(arbitraryXml({ rebinding: true, instructions: false }), fc.nat(), ({ xml }, at) => {
      const bytes = withXml(Buffer.from(xml), {}, canonicalizeDocument);
      const changed = Buffer.from(bytes);
      changed[at % bytes.length]! ^= 1;
      let form: Buffer;
      try {
        form = withXml(changed, {}, canonicalizeDocument);
      } catch (error) {
        assert.ok(error instanceof QuoinError, String(error));
        return; // no longer XML: nobody could take it for the first
      }
      assert.notDeepEqual(form, bytes);
    }),
    { numRuns: 1000 },
  );
});

test('nothing is left open by all that', () => {
  assert.equal(openDocuments(), 0);
  const doc = parseXml(Buffer.from('<a/>'));
  assert.equal(openDocuments(), 1);
  doc.dispose();
  assert.equal(openDocuments(), 0);
});
