import assert from 'node:assert/strict';
import { test } from 'node:test';
import { documentedRows } from './documented.ts';
import { stableWords } from './source-words.ts';

const emitted = stableWords().filter(({ use }) => use === 'event');
const documented = documentedRows('events.md');
const LEVELS = /\b(?:debug|info|warn|error)\b/g;

test('every event of the source is in docs/events.md', () => {
  const missing = emitted.filter(({ word }) => !documented.has(word));
  assert.deepEqual(
    missing.map(({ word, place }) => `${word} (${place})`),
    [],
  );
});

test('every event of docs/events.md is in the source', () => {
  const names = new Set(emitted.map(({ word }) => word));
  assert.ok(names.size > 30, 'the source is read');
  assert.deepEqual(
    [...documented.keys()].filter((name) => !names.has(name)),
    [],
  );
});

test('the level in docs/events.md is one the source emits at, and the only one where it has one', () => {
  for (const { word, beside, place } of emitted) {
    const told: readonly string[] = documented.get(word)?.[0]?.match(LEVELS) ?? [];
    assert.ok(told.length > 0, word);
    if (beside.length === 0) continue;
    const possible = emitted.filter((one) => one.word === word).flatMap((one) => one.beside);
    for (const level of told) assert.ok(possible.includes(level), `${word} is never ${level} (${place})`);
    if (new Set(beside).size === 1)
      assert.ok(told.includes(beside[0]!), `${word} is ${beside[0]} at ${place}`);
  }
});

test('every row says when it happens', () => {
  for (const [name, [, when]] of documented) assert.ok((when ?? '').length > 10, name);
});
