import assert from 'node:assert/strict';
import { test } from 'node:test';
import { mergeLayers } from '../../../src/protocol/pmode/index.ts';

const origin = (label: string, ...path: string[]) => ({ label, path });

test('later layers win key by key; lists and whole mappings are replaced; silence replaces nothing', () => {
  const { value } = mergeLayers(
    [
      {
        origin: origin('below'),
        value: { a: 1, b: { c: 2, d: 3 }, list: [1, 2], service: { value: 'x', type: 't' } },
      },
      { origin: origin('above'), value: { a: undefined, b: { d: 4 }, list: [5], service: { value: 'y' } } },
    ],
    new Set(['service']),
  );
  assert.deepEqual(value, { a: 1, b: { c: 2, d: 4 }, list: [5], service: { value: 'y' } });
});

test('every value knows the layer it came from, and where to look', () => {
  const { origins } = mergeLayers([
    { origin: origin('profile', 'profile'), value: { a: 1, b: { c: 2, d: 3 } }, located: false },
    { origin: origin('file', 'legDefaults'), value: { b: { d: 4 } } },
  ]);
  assert.deepEqual(
    [...origins],
    [
      ['a', origin('profile', 'profile')],
      ['b.c', origin('profile', 'profile')],
      ['b.d', origin('file', 'legDefaults', 'b', 'd')],
    ],
  );
});

test('the layers themselves are left as they were', () => {
  const below = { a: { b: 1 } };
  mergeLayers([
    { origin: origin('below'), value: below },
    { origin: origin('above'), value: { a: { b: 2 } } },
  ]);
  assert.deepEqual(below, { a: { b: 1 } });
});
