import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parse } from 'yaml';
import { commentedConfig, configDefaults, configJsonSchema } from '../../src/config/index.ts';
import type { ConfigFile } from '../../src/config/index.ts';
import type { JsonSchema } from '../../src/protocol/pmode/index.ts';

const active: ConfigFile & { listeners: { api: { port: number } } } = {
  accessPoint: { party: 'AP_XA_01' },
  listeners: { api: { port: 8181 } },
  keys: [{ path: 'one.pem' }, { path: 'two.p12', alias: 'two' }],
};

const remarks = { 'listeners.api': 'Spoken by backends.', 'keys.path': 'Mode 600.' };

const written = commentedConfig({ heading: 'Ours.\n\nAnd no more.', active, remarks });

/** Every mark that stands before a setting taken away, once a line. */
function unmarked(text: string): string {
  return text.replace(/^( *)#(?! \S)/gm, '$1');
}

/** Without what has no value. */
function given(value: unknown): unknown {
  if (Array.isArray(value)) {
    const entries = value.map(given).filter((one) => one !== undefined);
    return entries.length === 0 ? undefined : entries;
  }
  if (typeof value !== 'object' || value === null) return value ?? undefined;
  const entries = Object.entries(value).flatMap(([key, one]) => {
    const below = given(one);
    return below === undefined ? [] : [[key, below] as const];
  });
  return entries.length === 0 ? undefined : Object.fromEntries(entries);
}

/** The keys of a schema in the order in which they are written, with how deep they stand. */
function keysOf(schema: JsonSchema, depth = 0): readonly string[] {
  return Object.entries(schema.properties ?? {}).flatMap(([key, one]) => [
    `${depth} ${key}`,
    ...keysOf(one, depth + 1),
    ...keysOf(one.items ?? {}, depth + 2),
  ]);
}

test('as it is written, the file says what is active and nothing else', () => {
  assert.deepEqual(parse(written), active);
});

test('with its marks taken away, it says every default', () => {
  const api = { ...configDefaults.listeners.api, ...active.listeners.api };
  const expected = { ...configDefaults, ...active, listeners: { ...configDefaults.listeners, api } };
  assert.deepEqual(given(parse(unmarked(written))), given(expected));
});

test('every key of the schema is in it, in order and at its depth, with its description', () => {
  const one = commentedConfig({ heading: 'Ours.', active: {}, remarks: {} });
  const lines = one.split('\n').map((line) => line.replace(/#(?! \S)/g, '').replace('- ', '  '));
  const keys = lines.flatMap((line) => /^( *)(\w+):(?: |$)/.exec(line) ?? []);
  const found = keys.flatMap((_, at) => (at % 3 === 2 ? [`${keys[at - 1]!.length / 2} ${keys[at]!}`] : []));
  assert.deepEqual(found, keysOf(configJsonSchema()));
  const prose = one.replace(/\n[ #]*# /g, ' ');
  for (const text of descriptions(configJsonSchema())) assert.ok(prose.includes(text), text);
});

function descriptions(schema: JsonSchema): readonly string[] {
  const below = [...Object.values(schema.properties ?? {}), ...(schema.items ? [schema.items] : [])];
  return below.flatMap((one) => [...(one.description ? [one.description] : []), ...descriptions(one)]);
}

test('what is said about a line of this file stands behind the description; prose is broken between words', () => {
  assert.match(written, /^ {2}# Where backends submit and fetch messages\. Spoken by backends\.\n {2}api:$/m);
  assert.match(written, /PKCS#12 store\. Mode 600\.\n {2}- path: one\.pem$/m);
  assert.match(written, /^# Ours\.\n#\n# And no more\.\n\n/);
  const long = written.split('\n').filter((line) => line.length > 104 && !line.includes('ciphers'));
  assert.deepEqual(long, []);
});
