import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { test } from 'node:test';
import { timeOrderedUuid } from '../../../src/protocol/ebms/index.ts';

test('a time-ordered UUID is that of the example in RFC 9562, appendix A.6', () => {
  // The random bits of the example, as a UUID of version 4 has them.
  const random = '00000000-0000-4cc3-98c4-dc0c0c07398f';
  assert.equal(timeOrderedUuid(0x017f22e279b0, random), '017f22e2-79b0-7cc3-98c4-dc0c0c07398f');
});

test('time-ordered UUIDs sort by time, from the epoch on', () => {
  const times = [0, 1, 255, 256, 2 ** 32, 1_772_000_000_000, 1_772_000_000_001, 2 ** 48 - 1];
  const ids = times.map((at) => timeOrderedUuid(at, randomUUID()));
  assert.deepEqual([...ids].sort(), ids);
  for (const id of ids)
    assert.match(id, /^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
});
