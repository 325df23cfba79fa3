import assert from 'node:assert/strict';
import { readFileSync, readdirSync } from 'node:fs';
import { basename } from 'node:path';
import { test } from 'node:test';
import { EDM_VERSIONS } from '../../src/oots/index.ts';
import { schemaOf } from '../../src/oots/schemas.ts';
import { compileSchema, withXml } from '../../src/protocol/xml/index.ts';
import type { XmlSchema } from '../../src/protocol/xml/index.ts';
import { NO_OFFICIAL_FILES, officialFiles, officialFolder } from '../support/official-files.ts';
import { mutationsOf } from '../support/xml-mutations.ts';

const SAMPLES = new URL('samples/1.0/', import.meta.url);

const samples = (): readonly string[] => [
  ...readdirSync(SAMPLES).map((name) => readFileSync(new URL(name, SAMPLES), 'utf8')),
  ...officialFiles('oots-edm-1.0', '.xml')
    .map((file) => readFileSync(file, 'utf8'))
    .filter((xml) => /<query:Query(Request|Response)\s/.test(xml)),
];

/** The official schema of EDM 1.0; imports without a location are told where their parts are. */
function officialSchema(): XmlSchema {
  const parts = Object.fromEntries(
    officialFiles('oots-edm-1.0/xsd', '.xsd').map((file) => [
      basename(file),
      readFileSync(file, 'utf8')
        .replaceAll('http://docs.oasis-open.org/regrep/regrep-core/v4.0/os/xsd/', '')
        .replaceAll(
          'namespace="http://www.w3.org/XML/1998/namespace" />',
          'namespace="http://www.w3.org/XML/1998/namespace" schemaLocation="xml.xsd"/>',
        )
        .replaceAll(
          'namespace="http://www.w3.org/1999/xlink" />',
          'namespace="http://www.w3.org/1999/xlink" schemaLocation="xlink.xsd"/>',
        )
        .replaceAll(
          'namespace="http://www.w3.org/2005/08/addressing" />',
          'namespace="http://www.w3.org/2005/08/addressing" schemaLocation="ws-addr.xsd"/>',
        ),
    ]),
  );
  return compileSchema(parts['oots_driver_v1.0.0.xsd']!, parts);
}

test('our schema of EDM 1.0 accepts and refuses what the official one does, whatever one thing is changed', (t) => {
  if (officialFolder === undefined) return t.skip(NO_OFFICIAL_FILES);
  using theirs = officialSchema();
  const seen = new Set<string>();
  const counts = { accepted: 0, refused: 0 };
  for (const sample of samples()) {
    for (const { name, xml } of mutationsOf(sample, seen)) {
      withXml(Buffer.from(xml), {}, (doc) => {
        const expected = theirs.validate(doc);
        const found = schemaOf(EDM_VERSIONS['1.0']).validate(doc);
        assert.equal(
          found.length === 0,
          expected.length === 0,
          `${name}\nofficial: ${expected[0]?.message ?? 'valid'}\nours: ${found[0]?.message ?? 'valid'}`,
        );
        counts[expected.length === 0 ? 'accepted' : 'refused'] += 1;
      });
    }
  }
  t.diagnostic(`${counts.accepted} accepted and ${counts.refused} refused by both`);
  assert.ok(counts.accepted > 500 && counts.refused > 1000);
});
