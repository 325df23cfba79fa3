import assert from 'node:assert/strict';
import { test } from 'node:test';
import { shortWindows } from '../../src/config/index.ts';
import { loadPModes } from '../../src/protocol/pmode/index.ts';
import { oneWayYaml } from '../support/test-pair.ts';

function warned(window: string, sender: string, onServer: boolean): readonly string[] {
  const text = oneWayYaml('AP_A', 'AP_B').replace(
    'legDefaults: { sender: either }',
    `legDefaults: { sender: ${sender}, receptionAwareness: { window: ${window}, retries: 1 } }`,
  );
  const { pmodes, problems } = loadPModes([{ file: 'a-b.yaml', text: `id: a-b\n${text}` }], { self: 'AP_A' });
  assert.ok(pmodes.length === 1, JSON.stringify(problems));
  const database = onServer ? () => 'postgres://x' : undefined;
  return shortWindows({ database, times: { leaseMs: 120_000 } as never }, pmodes);
}

test('a window that a killed node outlasts is named with both values and the cure', () => {
  const [line, ...more] = warned('2m', 'either', true);
  assert.match(
    line ?? '',
    /^P-Mode a-b: .* 2m .*timeouts\.lease \(2m\).*longer window.*timeouts\.lease shorter/,
  );
  assert.deepEqual(more, [], 'once for all its legs');
  assert.equal(warned('2m', 'initiator', true).length, 1);
  assert.deepEqual(warned('3m', 'either', true), [], 'longer is long enough');
  assert.deepEqual(warned('2m', 'responder', true), [], 'the partner sends, not we');
  assert.deepEqual(warned('2m', 'either', false), [], 'the embedded store takes them back at the start');
});
