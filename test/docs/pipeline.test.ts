import assert from 'node:assert/strict';
import { test } from 'node:test';
import { documentedRows } from './documented.ts';
import { stableWords } from './source-words.ts';

test('docs/pipeline.md lists the steps of the source, all and only', () => {
  const steps = new Set(
    stableWords()
      .filter(({ use }) => use === 'step')
      .map(({ word }) => word),
  );
  assert.ok(steps.size > 10, 'the source is read');
  assert.deepEqual([...documentedRows('pipeline.md').keys()].sort(), [...steps].sort());
});
