import assert from 'node:assert/strict';
import { test } from 'node:test';
import { RestError } from '../../../src/faces/rest/problems.ts';
import { agent } from '../../../src/faces/rest/request-schemas.ts';
import { checked } from '../../../src/faces/rest/schemas.ts';

/** What is wrong with an organisation, each as `field: detail`. */
function wrongWith(value: unknown): readonly string[] {
  try {
    checked(agent, value, 'body');
  } catch (error) {
    assert.ok(error instanceof RestError);
    return (error.errors ?? []).map(({ field, detail }) => `${field}: ${detail}`);
  }
  return [];
}

test('a field that is missing is said to be missing, with what may stand there', () => {
  assert.deepEqual(wrongWith({}), [
    'identifier: is missing: string or object',
    'names: is missing: string or array',
  ]);
  assert.deepEqual(wrongWith({ identifier: 'a', names: 'A', address: {} }), [
    'address.country: is missing: string',
  ]);
});

test('of what may be written in two ways, the one that was meant is told, down to its field', () => {
  assert.deepEqual(wrongWith({ identifier: 4, names: [{ lang: 'PT' }] }), [
    'identifier: does not fit: string or object',
    'names[0].text: is missing: string',
  ]);
  assert.deepEqual(wrongWith({ identifier: { vaule: 'a' }, names: 'A' }), [
    'identifier.value: is missing: string',
    'identifier.vaule: is not known here',
  ]);
  assert.match(wrongWith({ identifier: 'a', names: '' }).join(), /^names: .*>=1 characters$/);
});
