import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createProgress, progressLine } from '../../../src/faces/cli/progress.ts';

test('a line says how much, how fast and how long still', () => {
  assert.equal(
    progressLine('uploads', { done: 250_000_000, total: 1_000_000_000, ms: 5000 }),
    'uploads [=====               ] 25 %  250 MB of 1.0 GB, 50.0 MB/s, 15 s left',
  );
  assert.match(progressLine('x', { done: 1, total: 10_000, ms: 1000 }), /, 2 h 47 min left$/);
  assert.match(progressLine('x', { done: 0, total: 0, ms: 0 }), /\] 100 % {2}0 B of 0 B, 0 B\/s$/);
});

test('a bar is drawn after a while, seldom, and taken away; nobody watching sees nothing', () => {
  const shown: (string | undefined)[] = [];
  let now = 0;
  const progress = createProgress({ status: (text) => void shown.push(text) }, 'f', 1000, () => now);
  progress.advance(100);
  assert.deepEqual(shown, [], 'what is quick needs no bar');
  now = 500;
  progress.advance(100);
  progress.advance(100);
  assert.equal(shown.length, 1);
  assert.match(shown[0]!, /20 % {2}200 B of 1\.0 kB/);
  now = 700;
  progress.advance(100);
  progress.end();
  assert.match(shown[1]!, /40 %/);
  assert.equal(shown.at(-1), undefined);
  const unseen = createProgress({}, 'f', 1000, () => now);
  unseen.advance(1);
  unseen.end();
});
