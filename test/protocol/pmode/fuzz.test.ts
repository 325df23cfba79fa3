import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as fc from 'fast-check';
import { stringify } from 'yaml';
import { parsePMode } from '../../../src/protocol/pmode/index.ts';
import type { Sample } from './samples.ts';
import { ootsSample, plainSample } from './samples.ts';

const self = { self: 'AP_A' };

/** Whatever the text, there is a P-Mode or an error with a place, never an exception. */
function answers(text: string): void {
  const { pmode, problems } = parsePMode(text, 'f.yaml', self);
  const errors = problems.filter(({ severity }) => severity === 'error');
  assert.equal(pmode === undefined, errors.length > 0);
  for (const { line, column, message, advice, check } of problems) {
    assert.ok(line >= 1 && column >= 1);
    assert.ok(message !== '' && advice !== '' && check !== '');
  }
}

test('any text is answered', () => {
  fc.assert(fc.property(fc.string({ unit: 'binary', maxLength: 200 }), answers));
  const marks = fc.constantFrom(
    'a: ',
    '- ',
    '[',
    ']',
    '{',
    '}',
    '&x ',
    '*x',
    '\n',
    '  ',
    '"',
    "'",
    '#',
    '|\n',
    '? ',
    '!t ',
    '%',
    '---\n',
  );
  fc.assert(
    fc.property(
      fc.array(marks, { maxLength: 60 }).map((parts) => parts.join('')),
      answers,
    ),
    { numRuns: 500 },
  );
});

const keys = [
  'parties',
  'initiator',
  'legs',
  'profile',
  'mep',
  'agreement',
  'legDefaults',
  'omitLegs',
  'id',
  'binding',
  'other',
];
const oddValue = fc.oneof(
  fc.anything({
    maxDepth: 3,
    withNullPrototype: false,
    values: [fc.string(), fc.integer(), fc.boolean(), fc.constant(null)],
  }),
  fc.constantFrom(
    'oots',
    'twoWay',
    'AP_A',
    'AP_B',
    [],
    {},
    [{}],
    { AP_A: null },
    [{ name: 'query-request' }],
    { value: 'x' },
  ),
);

test('any mapping is answered', () => {
  fc.assert(
    fc.property(fc.dictionary(fc.constantFrom(...keys), oddValue), (sample) => answers(stringify(sample))),
    { numRuns: 400 },
  );
});

/** Every place in a sample, as a path. */
function places(value: unknown, path: readonly string[] = []): readonly (readonly string[])[] {
  if (typeof value !== 'object' || value === null) return [path];
  return [path, ...Object.entries(value).flatMap(([key, one]) => places(one, [...path, key]))];
}

function replaced(sample: Sample, path: readonly string[], value: unknown): Sample {
  const copy = structuredClone(sample);
  const last = path.at(-1);
  if (last === undefined) return copy;
  let target = copy;
  for (const key of path.slice(0, -1)) target = target[key] as Sample;
  target[last] = value;
  return copy;
}

test('a good file with one value replaced by anything is answered', () => {
  for (const sample of [ootsSample(), plainSample()])
    fc.assert(
      fc.property(fc.constantFrom(...places(sample)), oddValue, (path, value) =>
        answers(stringify(replaced(sample, path, value))),
      ),
      { numRuns: 300 },
    );
});
