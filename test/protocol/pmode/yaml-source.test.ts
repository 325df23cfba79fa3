import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readYaml } from '../../../src/protocol/pmode/index.ts';
import { ootsSample, problemsOf } from './samples.ts';

const checkOf = (text: string) => readYaml(text, 'f.yaml').problems.map(({ check }) => check);

test('a value is found again by its path', () => {
  const source = readYaml('a: 1\nb:\n  - x\n  - c: "y"\n', 'f.yaml');
  assert.deepEqual(source.value, { a: 1, b: ['x', { c: 'y' }] });
  assert.deepEqual(source.place(['a']), { line: 1, column: 1 });
  assert.deepEqual(source.place(['b', 0]), { line: 3, column: 5 });
  assert.deepEqual(source.place(['b', 1, 'c']), { line: 4, column: 5 });
});

test('what is missing is placed at the nearest thing above it', () => {
  const source = readYaml('a: 1\nb:\n  - c: y\n', 'f.yaml');
  assert.deepEqual(source.place(['b', 0, 'd', 'e']), { line: 3, column: 5 });
  assert.deepEqual(source.place(['zz']), { line: 1, column: 1 });
});

test('a value behind an alias is placed where the anchor stands', () => {
  const source = readYaml('a: &x\n  k: 1\nb: *x\n', 'f.yaml');
  assert.deepEqual(source.place(['b', 'k']), { line: 2, column: 3 });
});

test('duplicate keys are refused with their place', () => {
  const [problem] = readYaml('a: 1\nb: 2\na: 3\n', 'f.yaml').problems;
  assert.equal(problem?.check, 'duplicate-key');
  assert.equal(problem?.line, 3);
});

test('broken syntax, tags and several documents are problems', () => {
  for (const text of ['a: [1', 'a: !foo 1', 'a: 1\n---\nb: 2\n', '\tb: 1', 'a: !!js/function "x"'])
    assert.deepEqual([...new Set(checkOf(text))], ['yaml-syntax'], text);
});

test('a key that is not text is refused', () => {
  assert.deepEqual(checkOf('? [a, b]\n: 1\n'), ['yaml-syntax']);
});

test('anchors that multiply are stopped', () => {
  const bomb = ['a: &a [x, x]', 'b: &b [*a, *a, *a]', 'c: &c [*b, *b, *b]', 'd: [*c, *c, *c]'].join('\n');
  assert.deepEqual(checkOf(bomb), ['yaml-aliases']);
  assert.deepEqual(checkOf('a: &a [*a]'), ['yaml-aliases']);
  assert.deepEqual(checkOf('a: *nowhere'), ['yaml-aliases']);
  assert.deepEqual(checkOf('a: &a 1\nb: *a\nc: *a\n'), []);
});

test('a file above the size limit is not parsed', () => {
  assert.deepEqual(checkOf(`a: "${'x'.repeat(65_536)}"`), ['file-too-large']);
  assert.deepEqual(checkOf(`a: "${'x'.repeat(60_000)}"`), []);
});

test('hostile nesting is answered, not crashed on', () => {
  for (const text of ['['.repeat(65_000), '- '.repeat(32_000), '{a: '.repeat(16_000), '? '.repeat(32_000)])
    assert.notDeepEqual(checkOf(text), [], text.slice(0, 8));
});

test('YAML 1.2: no and on are text, so a truth value must be written out', () => {
  const [problem] = problemsOf(ootsSample({ legDefaults: { compress: 'no' } }));
  assert.deepEqual(readYaml('a: no', 'f.yaml').value, { a: 'no' });
  assert.equal(problem?.check, 'wrong-type');
  assert.equal(problem?.advice, 'Write true or false, without quotes.');
});

test('an empty file and a file that is no mapping are problems', () => {
  for (const text of ['', '# nothing', '- a', 'text', '42'])
    assert.ok(
      problemsOf(text).some(({ severity, path }) => severity === 'error' && path === ''),
      text,
    );
});
