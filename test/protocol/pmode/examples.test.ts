import assert from 'node:assert/strict';
import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { parse } from 'yaml';
import { loadPModes } from '../../../src/protocol/pmode/index.ts';

const folder = join(import.meta.dirname, '../../../pmodes/examples');
const names = readdirSync(folder).filter((name) => name.endsWith('.yaml'));

const warnings: Readonly<Record<string, readonly string[]>> = {
  'conformance.yaml': [...Array.from({ length: 3 }, () => 'untyped-service-is-uri'), 'weak-security'],
  'conformance-two-way.yaml': ['test-leg-present', 'untyped-service-is-uri', 'untyped-service-is-uri'],
};

test('the examples are there', () => {
  assert.deepEqual(names, [
    'conformance-two-way.yaml',
    'conformance.yaml',
    'oots-xa-xb.yaml',
    'two-way.yaml',
  ]);
});

for (const file of names)
  test(`example ${file} loads from both sides with no more than the known warnings`, () => {
    const text = readFileSync(join(folder, file), 'utf8');
    const { parties } = parse(text) as { parties: Record<string, unknown> };
    for (const self of Object.keys(parties)) {
      const { pmodes, problems } = loadPModes([{ file, text }], { self });
      assert.deepEqual(
        problems.map(({ check }) => check),
        warnings[file] ?? [],
      );
      assert.equal(pmodes.length, 1);
    }
  });

test('a minimal OOTS agreement takes no more than 25 lines', () => {
  const lines = readFileSync(join(folder, 'oots-xa-xb.yaml'), 'utf8').split('\n');
  assert.ok(lines.filter((line) => line.trim() !== '' && !line.startsWith('#')).length <= 25);
});

test('the conformance agreements stand side by side', () => {
  const files = names
    .filter((name) => name.startsWith('conformance'))
    .map((file) => ({ file, text: readFileSync(join(folder, file), 'utf8') }));
  const { problems } = loadPModes(files, { self: 'sut-c2' });
  assert.deepEqual(
    problems.filter(({ severity }) => severity === 'error'),
    [],
  );
});
