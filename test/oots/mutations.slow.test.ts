import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readExchangeDocument, writeExchangeDocument } from '../../src/oots/index.ts';
import { samplesOf } from '../support/rule-samples.ts';
import { outline } from '../support/xml-equivalence.ts';
import { mutationsOf } from '../support/xml-mutations.ts';

// The two ends: what is between has the documents of the first and the persons of the last.
for (const version of ['1.0', '2.0'] as const) {
  test(`EDM ${version}: whatever one thing is changed, a document that is read is written the same`, (t) => {
    const seen = new Set<string>();
    const counts = { same: 0, unread: 0 };
    const samples = (['request', 'response', 'error'] as const).flatMap((kind) => samplesOf(version, kind));
    for (const { name, xml } of samples.flatMap((sample) => [...mutationsOf(sample, seen)])) {
      const { exchange, findings } = readExchangeDocument(Buffer.from(xml));
      if (exchange === undefined) {
        assert.ok(findings.length > 0, name);
        counts.unread += 1;
      } else {
        const again = JSON.parse(JSON.stringify(exchange)) as typeof exchange;
        assert.deepEqual(outline(writeExchangeDocument(again)), outline(xml), name);
        counts.same += 1;
      }
    }
    t.diagnostic(`${counts.same} written the same, ${counts.unread} not read`);
    assert.ok(counts.same > 1000);
  });
}
