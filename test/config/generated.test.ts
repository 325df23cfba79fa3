import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { generate } from '../../schemas/generate.ts';
import { configJsonSchema, variables } from '../../src/config/index.ts';
import { pmodeJsonSchema } from '../../src/protocol/pmode/index.ts';
import type { JsonSchema } from '../../src/protocol/pmode/index.ts';

const root = join(import.meta.dirname, '../..');

test('the committed schemas and references are what npm run schemas writes', async () => {
  const files = await generate();
  assert.deepEqual(
    files.map(({ path }) => path),
    [
      'schemas/json/pmode.schema.json',
      'schemas/json/config.schema.json',
      'docs/pmode-reference.md',
      'docs/config-reference.md',
      'docs/errors.md',
      'docs/cli.md',
    ],
  );
  for (const { path, text } of files)
    assert.equal(readFileSync(join(root, path), 'utf8'), text, `${path} is out of date: npm run schemas`);
});

function undescribed(schema: JsonSchema, path: string): readonly string[] {
  const below = [
    ...Object.entries(schema.properties ?? {}).map(([key, one]) => [`${path}.${key}`, one] as const),
    ...(schema.anyOf ?? []).map((one) => [path, { ...one, description: 'of the union' }] as const),
    ...(schema.items === undefined
      ? []
      : [[`${path}[]`, { ...schema.items, description: 'of the list' }] as const]),
    ...(typeof schema.additionalProperties === 'object'
      ? [[`${path}.*`, { ...schema.additionalProperties, description: 'of the mapping' }] as const]
      : []),
  ];
  const own = schema.description === undefined ? [path] : [];
  return [...own, ...below.flatMap(([name, one]) => undescribed(one, name))];
}

test('every key of both files has a description', () => {
  assert.deepEqual(undescribed(pmodeJsonSchema(), 'pmode'), []);
  assert.deepEqual(undescribed(configJsonSchema(), 'config'), []);
});

test('every setting has a variable of its own', () => {
  const names = [...variables(configJsonSchema()).keys()];
  assert.equal(new Set(names).size, names.length);
  for (const name of names) assert.match(name, /^QUOIN_[A-Z0-9_]+$/);
  assert.ok(names.includes('QUOIN_LISTENERS_AS4_TLS_CLIENT_AUTHENTICATION'));
});
