import assert from 'node:assert/strict';
import { readFileSync, readdirSync } from 'node:fs';
import { test } from 'node:test';
import { checkSchema } from '../../src/oots/check-schema.ts';
import { EDM_VERSIONS } from '../../src/oots/index.ts';
import type { EdmVersionName } from '../../src/oots/index.ts';
import { withXml } from '../../src/protocol/xml/index.ts';
import { NO_OFFICIAL_FILES, officialFiles, officialFolder } from '../support/official-files.ts';

const SAMPLES = new URL('samples/', import.meta.url);
const ROOT = /<query:Query(Request|Response)\s/;

const ours = (version: string): readonly string[] =>
  readdirSync(new URL(`${version}/`, SAMPLES)).map((name) =>
    readFileSync(new URL(`${version}/${name}`, SAMPLES), 'utf8'),
  );

const official = (folder: string): readonly string[] =>
  officialFiles(folder, '.xml')
    .map((file) => readFileSync(file, 'utf8'))
    .filter((xml) => ROOT.test(xml));

const findings = (xml: string, version: EdmVersionName) =>
  withXml(Buffer.from(xml), {}, (doc) => checkSchema(doc, EDM_VERSIONS[version]));

test('our samples of every version are valid', () => {
  for (const version of Object.keys(EDM_VERSIONS) as EdmVersionName[]) {
    for (const xml of ours(version)) assert.deepEqual(findings(xml, version), []);
  }
});

test('every official sample is valid', (t) => {
  if (officialFolder === undefined) return t.skip(NO_OFFICIAL_FILES);
  for (const xml of official('edm-2.0')) assert.deepEqual(findings(xml, '2.0'), []);
  for (const xml of official('oots-edm-1.0')) assert.deepEqual(findings(xml, '1.0'), []);
});

test('what the schema refuses is named with its place', () => {
  const [xml] = ours('2.0').filter((sample) => sample.includes('<query:QueryRequest'));
  const broken = xml!.replace('<rim:Value>true</rim:Value>', '<rim:Value>perhaps</rim:Value>');
  const [first] = findings(broken, '2.0');
  assert.equal(
    first?.field,
    "/query:QueryRequest/rim:Slot[@name='PossibilityForPreview']/rim:SlotValue/rim:Value",
  );
  assert.match(first.found ?? '', /^Element 'Value': 'perhaps' is not a valid value/);
});

test('a version has what it has, and not what another has', () => {
  const [request] = ours('2.0').filter((sample) => sample.includes('<sdg:Person>'));
  const [old] = ours('1.2').filter((sample) => sample.includes('<sdg:Person>'));
  assert.match(findings(request!, '1.2')[0]?.found ?? '', /'Description'/);
  assert.ok(findings(old!, '2.0').some(({ found }) => found?.includes("'Transformation'") === true));
  const nationality = old!.replace(
    '</sdg:DateOfBirth>',
    '</sdg:DateOfBirth><sdg:Nationality>PT</sdg:Nationality>',
  );
  assert.deepEqual(findings(nationality, '1.2'), []);
  assert.notDeepEqual(findings(nationality, '1.0'), []);
});
