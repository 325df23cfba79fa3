import assert from 'node:assert/strict';
import { test } from 'node:test';
import { writePMode } from '../../../src/protocol/pmode/index.ts';
import type { LegDocumentCheck } from '../../../src/protocol/pmode/index.ts';
import { ootsSample, pmodeOf, problemsOf } from './samples.ts';

const OFF: LegDocumentCheck = { inbound: 'off', outbound: 'off' };
const EXCHANGE = ['query-request', 'query-response', 'query-error'];

test('without a word nothing is checked', () => {
  for (const { documentCheck } of pmodeOf(ootsSample()).legs) assert.deepEqual(documentCheck, OFF);
});

test('what a file says for all its legs is about those of the exchange, and a leg may say otherwise', () => {
  const asked = { inbound: 'refuse', outbound: 'warn', specification: 'oots-edm:v1.2' } as const;
  const pmode = pmodeOf(
    ootsSample({
      legDefaults: { documentCheck: asked },
      legs: [{ name: 'query-error', documentCheck: { inbound: 'observe' } }],
    }),
  );
  for (const { name, documentCheck } of pmode.legs) {
    const expected = EXCHANGE.includes(name) ? asked : OFF;
    const own = name === 'query-error' ? { inbound: 'observe' } : {};
    assert.deepEqual(documentCheck, { ...expected, ...own }, name);
  }
  assert.match(writePMode(pmode), /documentCheck:\n\s+inbound: refuse\n\s+outbound: warn/);
});

test('a value that cannot be is answered with its path and line', () => {
  for (const [key, value] of [
    ['inbound', 'reject'],
    ['outbound', true],
    ['specification', 2],
    ['specification', 'oots-edm:v3.0'],
    ['inbuond', 'warn'],
  ] as const) {
    const problems = problemsOf(ootsSample({ legDefaults: { documentCheck: { [key]: value } } }));
    assert.equal(problems.length, 1, key);
    const [{ path, line, severity }] = problems as [(typeof problems)[number]];
    assert.deepEqual([path, severity], [`legDefaults.documentCheck.${key}`, 'error']);
    assert.ok(line !== undefined && line > 1);
  }
});
