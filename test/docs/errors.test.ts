import assert from 'node:assert/strict';
import { test } from 'node:test';
import { EBMS_ERRORS } from '../../src/protocol/ebms/index.ts';
import { documentedRows, documentText } from './documented.ts';
import { stableWords } from './source-words.ts';
import type { StableWord } from './source-words.ts';

const words = stableWords();
const documented = documentedRows('errors.md');
const others = new Set(words.filter(({ use }) => use === 'event' || use === 'step').map(({ word }) => word));

/** What the source raises: words in the place of an error, and words that are nothing else anywhere. */
const raised = new Map<string, StableWord[]>();
for (const word of words)
  if (word.use === 'error' || (word.use === 'elsewhere' && !others.has(word.word)))
    raised.set(word.word, [...(raised.get(word.word) ?? []), word]);

test('the source is read: all rooms raise errors', () => {
  const rooms = new Set([...raised.keys()].map((code) => code.split('/')[0]));
  for (const room of [
    'xml',
    'mime',
    'pki',
    'soap',
    'wss',
    'ebms',
    'as4',
    'submit',
    'send',
    'receive',
    'http',
    'store',
  ])
    assert.ok(rooms.has(room), room);
});

test('every code of the source is in docs/errors.md', () => {
  const missing = [...raised].filter(([code]) => !documented.has(code));
  assert.deepEqual(
    missing.map(([code, [first]]) => `${code} (${first?.place})`),
    [],
  );
});

test('every code of docs/errors.md is in the source', () => {
  assert.deepEqual(
    [...documented.keys()].filter((code) => !raised.has(code)),
    [],
  );
});

test('the ebMS code in docs/errors.md is the one the source raises, and exists', () => {
  for (const [code, places] of raised) {
    const cell = documented.get(code)?.[0] ?? '';
    for (const { beside, place } of places)
      for (const ebms of beside) assert.ok(cell.includes(ebms), `${code} is raised with ${ebms} at ${place}`);
    for (const ebms of cell.match(/EBMS:\d{4}/g) ?? []) assert.ok(ebms in EBMS_ERRORS, `${code}: ${ebms}`);
  }
});

test('every row says who sees it, why, and what to do, in the section of its room', () => {
  for (const [code, [, seenBy, cause, cure]] of documented) {
    assert.match(seenBy ?? '', /^[PBOD]( [PBOD])*$/, code);
    assert.ok((cause ?? '').length > 10 && (cure ?? '').length > 5, code);
  }
  for (const section of documentText('errors.md').split(/^## /m).slice(1)) {
    const room = /^[a-z0-9]+/.exec(section)?.[0] ?? '';
    for (const [, found] of section.matchAll(/^\| `([a-z0-9]+)\//gm)) assert.equal(found, room);
  }
});
