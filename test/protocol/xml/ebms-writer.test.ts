import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { after, test } from 'node:test';
import fc from 'fast-check';
import {
  writeErrorSignal,
  writeMessaging,
  writeReceipt,
  writeUserMessage,
} from '../../../src/protocol/ebms/index.ts';
import { compileSchema, withXml } from '../../../src/protocol/xml/index.ts';
import { errorSignal, receipt, userMessage } from '../ebms/arbitraries.ts';

const schema = compileSchema(
  readFileSync(new URL('../../../schemas/xml/ebms-header-3.xsd', import.meta.url), 'utf8'),
);
after(() => schema.dispose());

/** A receipt that states digests; the standard does not have one that states nothing (ebMS3 5.2.3.3). */
const statingReceipt = receipt.filter((message) => (message.nonRepudiationInformation?.length ?? 0) > 0);

const valid = (units: string): void => {
  const header = writeMessaging({ units, id: '_m' });
  assert.deepEqual(
    withXml(Buffer.from(header), {}, (doc) => schema.validate(doc)),
    [],
    header,
  );
};

test('every header that is written is valid against our schema of ebMS 3.0', () => {
  fc.assert(
    fc.property(userMessage, (message) => valid(writeUserMessage(message))),
    { numRuns: 200 },
  );
  fc.assert(
    fc.property(statingReceipt, (message) => valid(writeReceipt(message))),
    { numRuns: 100 },
  );
  fc.assert(
    fc.property(errorSignal, (message) => valid(writeErrorSignal(message))),
    { numRuns: 100 },
  );
});
