import assert from 'node:assert/strict';
import test from 'node:test';
import fc from 'fast-check';
import { QuoinError } from '../../../src/protocol/errors/index.ts';
import { openDocuments } from '../../../src/protocol/xml/index.ts';
import { readHeader, vectorText, vectors } from './headers.ts';

const texts = vectors.map(({ file }) => vectorText(file));
const pieces = texts.flatMap((text) => text.match(/<[^<>]*>|[^<>]+/g) ?? []);

/** Reads or refuses; anything else that is thrown is a defect. */
function readOrRefuse(xml: string): boolean {
  try {
    const { userMessages, signalMessages } = readHeader(xml);
    assert.ok(userMessages.length + signalMessages.length > 0);
    return true;
  } catch (error) {
    if (error instanceof QuoinError) return false;
    throw error;
  }
}

const anyText = fc.constantFrom(...texts);

test('a header with characters changed is read or refused', () => {
  const edit = fc.record({
    at: fc.nat(),
    length: fc.nat({ max: 12 }),
    text: fc.string({ maxLength: 8, unit: 'binary' }),
  });
  fc.assert(
    fc.property(anyText, fc.array(edit, { minLength: 1, maxLength: 4 }), (text, edits) => {
      const changed = edits.reduce((now, { at, length, text: put }) => {
        const start = at % now.length;
        return now.slice(0, start) + put + now.slice(start + length);
      }, text);
      readOrRefuse(changed);
    }),
    { numRuns: 1500 },
  );
});

test('a header with elements, text and attributes dropped, doubled or moved is read or refused', () => {
  const edit = fc.record({
    kind: fc.constantFrom('drop', 'double', 'swap', 'put'),
    at: fc.nat(),
    other: fc.nat(),
  });
  let read = 0;
  fc.assert(
    fc.property(anyText, fc.array(edit, { minLength: 1, maxLength: 5 }), (text, edits) => {
      const units = text.match(/<([\w:]+)(?: [^<>]*)?>[^<>]*<\/\1>|<[^<>]*>|[^<>]+/g) ?? [];
      for (const { kind, at, other } of edits) {
        const here = at % units.length;
        const there = other % units.length;
        if (kind === 'drop') units[here] = '';
        if (kind === 'double') units[here] = `${units[here] ?? ''}${units[here] ?? ''}`;
        if (kind === 'swap') [units[here], units[there]] = [units[there] ?? '', units[here] ?? ''];
        if (kind === 'put') units.splice(here, 0, pieces[other % pieces.length] ?? '');
      }
      if (readOrRefuse(units.join(''))) read += 1;
    }),
    { numRuns: 3000 },
  );
  assert.ok(read > 20, `only ${read} mutations could be read: they no longer reach the reader`);
});

test('nothing read or refused leaves a document behind', () => {
  assert.equal(openDocuments(), 0);
});
