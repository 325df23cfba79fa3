import assert from 'node:assert/strict';
import { test } from 'node:test';
import { diffPModes } from '../../../src/protocol/pmode/index.ts';
import type { PMode } from '../../../src/protocol/pmode/index.ts';
import { ootsSample, party, plainSample, pmodeOf, testLeg } from './samples.ts';
import type { Sample } from './samples.ts';

function wordsOf(before: Sample, after: Sample): readonly string[] {
  return diffPModes([pmodeOf(before)], [pmodeOf(after)]).map(({ words }) => words);
}

test('what changes of a party is told with both values', () => {
  const moved = party('B', {
    address: 'https://new.example/as4',
    certificates: { signing: ['b2.pem'], encryption: ['ap_b.pem'] },
  });
  assert.deepEqual(wordsOf(plainSample(), plainSample({ parties: { AP_A: party('A'), AP_B: moved } })), [
    'P-Mode sample: party AP_B: address changes from https://ap-b.example/as4 to https://new.example/as4',
    'P-Mode sample: party AP_B: signing certificates: b2.pem added; ap_b.pem removed',
  ]);
});

test('a rollover is told, and so is the order in which certificates are tried', () => {
  const both = (...encryption: string[]): Sample =>
    plainSample({
      parties: {
        AP_A: party('A'),
        AP_B: party('B', { certificates: { signing: ['old.pem', 'new.pem'], encryption } }),
      },
    });
  assert.deepEqual(wordsOf(both('old.pem', 'new.pem'), both('new.pem', 'old.pem')), [
    'P-Mode sample: party AP_B: the order of the encryption certificates changes from old.pem, new.pem to new.pem, old.pem',
  ]);
  assert.deepEqual(wordsOf(both('old.pem'), both('new.pem', 'old.pem')), [
    'P-Mode sample: party AP_B: encryption certificates: new.pem added; new.pem comes first now',
  ]);
  assert.deepEqual(wordsOf(both('old.pem'), both('old.pem', 'new.pem')), [
    'P-Mode sample: party AP_B: encryption certificates: new.pem added',
  ]);
});

test('retries are told as people speak of them; legs that change alike share a line', () => {
  const patient = ootsSample({ legDefaults: { receptionAwareness: { retries: 12, window: '60m' } } });
  assert.deepEqual(wordsOf(ootsSample(), patient), [
    'P-Mode sample, all legs: retry changes from 4 retries over 12 min (every 3 min) to 12 retries over 1 h (every 5 min)',
  ]);
  const once = plainSample({
    legs: [
      {
        name: 'ask',
        service: 'urn:example:service',
        action: 'Ask',
        receptionAwareness: { strategy: 'once' },
      },
      testLeg,
    ],
  });
  assert.match(
    wordsOf(plainSample(), once)[0]!,
    /^P-Mode sample, leg ask: retry changes from .* to no retry$/,
  );
});

test('what weakens comes first, loudly and marked; what is switched off again is told calmly', () => {
  const before = ootsSample();
  const after = ootsSample({
    parties: {
      AP_A: party('A'),
      AP_B: party('B', { address: 'http://ap-b.example/', allowPlainHttp: true }),
    },
    legs: [{ name: 'query-request', compress: false, security: { acceptUnsignedBody: true } }],
  });
  const changes = diffPModes([pmodeOf(before)], [pmodeOf(after)]);
  assert.deepEqual(
    changes.filter(({ weakens }) => weakens).map(({ words }) => words),
    [
      'P-Mode sample, leg query-request: SECURITY WEAKENED: signatures that leave the SOAP Body out are accepted (security.acceptUnsignedBody)',
      'P-Mode sample, party AP_B: SECURITY WEAKENED: the address is plain http to another machine (allowPlainHttp)',
    ],
  );
  assert.deepEqual(
    changes.map(({ weakens }) => weakens),
    [true, true, false, false],
  );
  assert.deepEqual(
    diffPModes([pmodeOf(after)], [pmodeOf(before)]).filter(({ weakens }) => weakens),
    [],
  );
  assert.match(wordsOf(after, before)[0]!, /query-request: no longer true: signatures that leave/);
});

test('P-Modes and legs that come and go are named; a new one that is weak says so', () => {
  const open = { name: 'open', service: 'urn:example:service', action: 'Open', security: { encrypt: false } };
  const more = plainSample({ id: 'more', legs: [open, testLeg] });
  const changes = diffPModes([pmodeOf(plainSample())], [pmodeOf(more)]);
  assert.deepEqual(
    changes.map(({ words }) => words),
    [
      'P-Mode more, leg open: SECURITY WEAKENED: payloads are neither encrypted nor required to be encrypted (security.encrypt)',
      'P-Mode more added: AP_A and AP_B, 2 legs',
      'P-Mode sample removed',
    ],
  );
  assert.deepEqual(
    wordsOf(plainSample(), plainSample({ legs: [{ ...testLeg, name: 'probe' }] })).toSorted(),
    ['P-Mode sample, leg probe: added', 'P-Mode sample, legs ask, test: removed'],
  );
});

test('how a P-Mode is written makes no difference', () => {
  const one = pmodeOf(plainSample(), { file: 'one.yaml' });
  const other = { ...one, file: 'moved/two.yaml', legs: one.legs.toReversed() };
  assert.deepEqual(diffPModes([one], [other]), []);
  assert.deepEqual(diffPModes([], []), []);
});

/** Every place of a value that is not a container, as a path. */
function leaves(value: unknown, path: readonly string[] = []): readonly (readonly string[])[] {
  if (typeof value !== 'object' || value === null) return [path];
  return Object.entries(value).flatMap(([key, one]) => leaves(one, [...path, key]));
}

function altered(value: unknown, [key, ...rest]: readonly string[]): unknown {
  if (key === undefined) return other(value);
  const copy = (Array.isArray(value) ? [...(value as unknown[])] : { ...(value as object) }) as Record<
    string,
    unknown
  >;
  copy[key] = altered(copy[key], rest);
  return copy;
}

function other(value: unknown): unknown {
  if (typeof value === 'boolean') return !value;
  return typeof value === 'number' ? value + 1 : `${String(value)}-other`;
}

test('no value of a P-Mode changes in silence', () => {
  const rich = pmodeOf(
    ootsSample({
      agreement: { value: 'agreement', type: 'urn:example:agreements' },
      parties: {
        AP_A: party('A'),
        AP_B: party('B', {
          certificates: { anchors: ['ca.pem'], subject: { CN: 'B' }, encryption: ['b.pem'] },
        }),
      },
      legs: [
        {
          name: 'query-request',
          properties: [{ name: 'kind', type: 'string', value: 'a' }],
          payload: { mimeTypes: ['application/pdf'] },
        },
      ],
    }),
  );
  const silent = leaves(rich)
    .filter(([top]) => top !== 'file')
    // A strategy without retries has no distances to tell of; `once` ignores the rest.
    .filter((path) => diffPModes([rich], [altered(rich, path) as PMode]).length === 0);
  assert.deepEqual(silent, []);
});
