import assert from 'node:assert/strict';
import { test } from 'node:test';
import { QuoinError } from '../../../src/protocol/errors/index.ts';
import { problemOf } from '../../../src/faces/rest/problems.ts';
import { submitParts } from '../../support/test-gateway.ts';
import { pairGateways, SERVICE } from '../../support/test-pair.ts';

/** What could never be written is told to the producer, not found out at the first attempt. */

const values = {
  'an empty value': ['', 'ebms/unwritable-value'],
  'a control character': ['a\u0001', 'ebms/unwritable-value'],
  'a character XML cannot carry': ['\ufffe', 'xml/forbidden-character'],
} as const;

for (const [what, [value, code]] of Object.entries(values))
  test(`a property with ${what} is refused at submission, and nothing is kept`, async (t) => {
    const { a } = await pairGateways(t);
    const part = {
      mimeType: 'application/xml',
      properties: [{ name: 'PayloadName', value }],
      content: '<a/>',
    };
    const submissions = [
      () => submitParts(a, { service: SERVICE, action: 'Ask' }, [part]),
      () => submitParts(a, { service: SERVICE, action: 'Ask', messageProperties: [{ name: 'n', value }] }),
    ];
    for (const submit of submissions) {
      const error = await submit().then(
        () => undefined,
        (thrown: unknown) => thrown,
      );
      assert.ok(error instanceof QuoinError);
      assert.equal(error.code, code);
      assert.equal(problemOf(error).status, 422);
    }
    assert.deepEqual(await a.outbox(), []);
    assert.deepEqual(a.payloadFiles(), []);
  });
