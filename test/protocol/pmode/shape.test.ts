import assert from 'node:assert/strict';
import { test } from 'node:test';
import { stringify } from 'yaml';
import { shapeChecks } from '../../../src/protocol/pmode/index.ts';
import type { Sample } from './samples.ts';
import { ootsSample, party, plainSample, problemsOf, testLeg } from './samples.ts';

const briefly = (sample: Sample | string) => problemsOf(sample).map(({ check, path }) => `${check} ${path}`);

const ask = { name: 'ask', service: 'urn:example:service', action: 'Ask' };

/** Each sample and all that is found in it: nothing may be reported that only follows from something else. */
const samples: readonly [Sample, readonly string[]][] = [
  [ootsSample({ profil: 'x' }), ['unknown-key profil']],
  [ootsSample({ profile: 'oost' }), ['not-a-choice profile']],
  [ootsSample({ parties: 7 }), ['wrong-type parties']],
  [
    ootsSample({ parties: { AP_A: party('A'), AP_B: { ...party('B'), adress: 'x', address: undefined } } }),
    ['unknown-key parties.AP_B.adress'],
  ],
  [
    ootsSample({ parties: { 'AP A': party('A'), AP_B: party('B') }, initiator: 'AP_A' }),
    ['bad-value parties["AP A"]', 'party-reference initiator'],
  ],
  [
    ootsSample({ parties: { AP_A: party('A', { ids: [{ valu: 'AP_A' }] }), AP_B: party('B') } }),
    ['unknown-key parties.AP_A.ids[0].valu'],
  ],
  [
    ootsSample({ parties: { AP_A: party('A', { ids: [{ type: 'urn:x' }] }), AP_B: party('B') } }),
    ['missing-key parties.AP_A.ids[0].value'],
  ],
  [
    ootsSample({ parties: { AP_A: party('A', { ids: [7] }), AP_B: party('B') } }),
    ['wrong-type parties.AP_A.ids[0]'],
  ],
  [plainSample({ legs: [{ ...ask, action: 4 }, testLeg] }), ['wrong-type legs[0].action']],
  [plainSample({ legs: ['ask', testLeg] }), ['wrong-type legs[0]']],
  [plainSample({ legs: [{ ...ask, action: ' Ask' }, testLeg] }), ['bad-value legs[0].action']],
  [plainSample({ legs: [{ ...ask, action: 'As\u0007k' }, testLeg] }), ['bad-value legs[0].action']],
  [
    plainSample({ legs: [{ ...ask, receptionAwareness: { window: 12 } }, testLeg] }),
    ['wrong-type legs[0].receptionAwareness.window'],
  ],
  [
    plainSample({ legs: [{ ...ask, receptionAwareness: { window: '12 minutes' } }, testLeg] }),
    ['bad-value legs[0].receptionAwareness.window'],
  ],
  [
    plainSample({ legs: [{ ...ask, payload: { maxPartSize: '40 XB' } }, testLeg] }),
    ['bad-value legs[0].payload.maxPartSize'],
  ],
  [
    plainSample({ legs: [{ ...ask, payload: { maxPartSize: -1 } }, testLeg] }),
    ['bad-value legs[0].payload.maxPartSize'],
  ],
  [
    plainSample({ legs: [{ ...ask, receptionAwareness: { retries: 2.5 } }, testLeg] }),
    ['wrong-type legs[0].receptionAwareness.retries'],
  ],
  [
    plainSample({ legs: [{ ...ask, security: { suite: 'eDelivery-AS4-1.14' } }, testLeg] }),
    ['not-a-choice legs[0].security.suite'],
  ],
  [plainSample({ legs: [{ ...ask, compress: 'true' }, testLeg] }), ['wrong-type legs[0].compress']],
];

test('shape problems are found, each alone and without consequences', () => {
  for (const [sample, expected] of samples) assert.deepEqual(briefly(sample), expected, stringify(sample));
});

test('all problems are reported at once, in the order of the file', () => {
  const found = problemsOf(
    stringify({
      profile: 'oots',
      parties: { AP_A: party('A', { ids: ['AP_A'] }), AP_B: party('B', { address: 'http://b.example' }) },
      initiator: 'AP_A',
      responder: 'AP_C',
      legDefauts: {},
      legs: [{ name: 'query-request', compress: 1, receptionAwareness: { retries: 1000 } }],
    }),
  );
  assert.deepEqual(
    found.map(({ check }) => check),
    [
      'untyped-party-id-is-uri',
      'party-unused',
      'address-uses-tls',
      'party-reference',
      'unknown-key',
      'wrong-type',
      'bad-value',
    ],
  );
  const lines = found.map(({ line }) => line);
  assert.deepEqual(
    lines,
    [...lines].sort((a, b) => a - b),
  );
});

test('a mistyped key is answered with the nearest one, another with what there is', () => {
  const [near] = problemsOf(ootsSample({ iniciator: 'AP_A' })).filter(({ path }) => path === 'iniciator');
  assert.equal(near?.advice, 'Did you mean "initiator"?');
  const [far] = problemsOf(ootsSample({ colour: 'red' }));
  assert.match(far?.advice ?? '', /^Keys allowed here: id, description, profile, parties/);
});

test('a mistyped choice is answered with the nearest one', () => {
  const [problem] = problemsOf(ootsSample({ profile: 'ootz' }));
  assert.equal(problem?.advice, 'Did you mean "oots"?');
});

test('names of JavaScript objects are no parties', () => {
  for (const name of ['constructor', 'toString', 'hasOwnProperty'])
    assert.ok(
      problemsOf(ootsSample({ initiator: name })).some(({ check }) => check === 'party-reference'),
      name,
    );
  assert.ok(problemsOf('parties: { __proto__: { ids: [x] } }').some(({ check }) => check === 'unknown-key'));
});

test('every check of the shape is listed and met by these tests', () => {
  const met = new Set([
    ...samples.flatMap(([sample]) => problemsOf(sample).map(({ check }) => check)),
    ...['a: 1\na: 2', 'a: [', 'a: &a [*a]', `# ${'x'.repeat(70_000)}`].flatMap((text) =>
      problemsOf(text).map(({ check }) => check),
    ),
  ]);
  for (const { name } of shapeChecks) assert.ok(met.has(name), name);
});
