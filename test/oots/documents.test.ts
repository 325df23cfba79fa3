import assert from 'node:assert/strict';
import { readFileSync, readdirSync } from 'node:fs';
import { test } from 'node:test';
import { EDM_VERSIONS, readExchangeDocument, writeExchangeDocument } from '../../src/oots/index.ts';
import type { DocumentKind } from '../../src/oots/index.ts';
import { openDocuments } from '../../src/protocol/xml/index.ts';
import { NO_OFFICIAL_FILES, officialFiles, officialFolder } from '../support/official-files.ts';
import { outline } from '../support/xml-equivalence.ts';

const SAMPLES = new URL('samples/', import.meta.url);

const samplesOf = (version: string): readonly string[] =>
  readdirSync(new URL(`${version}/`, SAMPLES)).filter((name) => name.endsWith('.xml'));

const sample = (version: string, name: string): string =>
  readFileSync(new URL(`${version}/${name}`, SAMPLES), 'utf8');

const readsBack = (xml: string): void => {
  const read = readExchangeDocument(Buffer.from(xml));
  assert.deepEqual(read.findings, []);
  assert.ok(read.exchange !== undefined);
  assert.deepEqual(outline(writeExchangeDocument(read.exchange)), outline(xml));
  assert.deepEqual(JSON.parse(JSON.stringify(read.exchange)), read.exchange, 'it is what JSON can carry');
};

for (const version of Object.keys(EDM_VERSIONS)) {
  for (const name of samplesOf(version)) {
    test(`EDM ${version}, ${name}: is read without a finding and written the same`, () => {
      readsBack(sample(version, name));
      const read = readExchangeDocument(Buffer.from(sample(version, name)));
      assert.equal(read.version, version);
      assert.equal(read.exchange?.kind, name.split('-')[0] as DocumentKind);
    });
  }
}

test('every official sample is read without a finding and written the same', (t) => {
  if (officialFolder === undefined) return t.skip(NO_OFFICIAL_FILES);
  const documents = ['edm-2.0', 'oots-edm-1.0']
    .flatMap((folder) => officialFiles(folder, '.xml'))
    .map((file) => readFileSync(file, 'utf8'))
    .filter((xml) => /<query:Query(Request|Response)\s/.test(xml));
  assert.ok(documents.length > 30);
  for (const xml of documents) readsBack(xml);
});

test('what a request says is where JSON readers look for it', () => {
  const { exchange } = readExchangeDocument(Buffer.from(sample('2.0', 'request-legal.xml')));
  assert.ok(exchange?.kind === 'request');
  const { document } = exchange;
  assert.equal(document.procedure?.code, 'T3');
  assert.equal(document.possibilityForPreview, true);
  assert.equal(document.returnLocation, 'https://portal.newport.example/back');
  assert.deepEqual(
    document.evidenceRequester?.map(({ classification, names }) => [classification, names[0]?.text]),
    [
      ['ER', 'Newport University Admissions'],
      ['IP', 'Newport Intermediary Platform'],
    ],
  );
  assert.deepEqual(document.query.evidenceRequest?.distributedAs?.[0]?.associatedDocuments, [
    'HumanReadableVersion',
    'Translation',
  ]);
  assert.equal(document.query.authorizedRepresentativeLegalPerson?.attributes?.[0]?.value, 'T1, T3');
  const natural = readExchangeDocument(Buffer.from(sample('2.0', 'request-natural.xml'))).exchange;
  assert.ok(natural?.kind === 'request');
  assert.equal(natural.document.query.naturalPerson?.familyName, 'Ferreira-Ñandú');
  assert.equal(natural.document.query.naturalPerson.kept?.asides?.['familyName'], 'Φερέιρα');
  assert.deepEqual(natural.document.query.naturalPerson.nationalities, ['PT', 'AT']);
});

const request = sample('2.0', 'request-natural.xml');

/** Reads a changed request, and sees that nothing got lost. */
function changed(from: string | RegExp, to: string) {
  const xml = request.replace(from, to);
  assert.notEqual(xml, request);
  const read = readExchangeDocument(Buffer.from(xml));
  if (read.exchange !== undefined) {
    const written = writeExchangeDocument(JSON.parse(JSON.stringify(read.exchange)) as typeof read.exchange);
    assert.deepEqual(outline(written), outline(xml));
  }
  return read;
}

const SLOT =
  '<rim:Slot name="Unheard"><rim:SlotValue xsi:type="rim:StringValueType"><rim:Value>x</rim:Value></rim:SlotValue></rim:Slot>';

for (const [what, from, to, check, field] of [
  [
    'an unknown slot',
    '<rim:Slot name="Procedure">',
    `${SLOT}<rim:Slot name="Procedure">`,
    'unknown-element',
    "/rim:Slot[@name='Unheard']",
  ],
  [
    'a slot that stands twice',
    '<rim:Slot name="IssueDateTime">',
    `${SLOT.replace('Unheard', 'Procedure')}<rim:Slot name="IssueDateTime">`,
    'repeated',
    "/rim:Slot[@name='Procedure'][2]",
  ],
  [
    'a slot of another type',
    'xsi:type="rim:BooleanValueType"',
    'xsi:type="rim:StringValueType"',
    'slot-value',
    "/rim:Slot[@name='PossibilityForPreview']",
  ],
  [
    'an element nobody knows',
    '<sdg:Gender>',
    '<x:Mood xmlns:x="urn:x" x:y="1">good</x:Mood><sdg:Gender>',
    'unknown-element',
    '/{urn:x}Mood',
  ],
  [
    'an attribute nobody knows',
    '<sdg:Person>',
    '<sdg:Person xmlns:x="urn:x" x:y="1" z="2">',
    'unknown-attribute',
    '/@{urn:x}y',
  ],
  [
    'a type with a prefix of its own',
    '<rim:Value>T3</rim:Value>',
    '<rim:Value xmlns:o="urn:o" xsi:type="o:Odd">T3</rim:Value>',
    'slot-value',
    'SlotValue',
  ],
  [
    'an agent without identifier',
    /<sdg:Identifier schemeID="urn:cef.eu:names:identifier:EAS:9946">[^<]*<\/sdg:Identifier>/,
    '',
    'missing',
    '/sdg:Identifier',
  ],
  [
    'an element where a text belongs',
    '<sdg:GivenName>',
    '<sdg:GivenName><sdg:Name/>',
    'text-only',
    '/sdg:GivenName',
  ],
  ['text between elements', '<sdg:Address>', '<sdg:Address>hello', 'elements-only', '/sdg:Address'],
] as const) {
  test(`${what} is noted with its place and kept`, () => {
    const { exchange, findings } = changed(from, to);
    assert.ok(exchange !== undefined);
    const places = findings.filter((finding) => finding.check === check).map((finding) => finding.field);
    assert.ok(
      places.some((place) => place?.includes(field)),
      JSON.stringify(findings),
    );
  });
}

test('slots in another order keep it', () => {
  const { exchange, findings } = changed(
    /(<rim:Slot name="IssueDateTime">[^]*?<\/rim:Slot>)(\s*)(<rim:Slot name="Procedure">[^]*?<\/rim:Slot>)/,
    '$3$2$1',
  );
  assert.deepEqual(findings, []);
  assert.ok(exchange?.document.kept?.order !== undefined);
});

test('prefixes do not matter', () => {
  const other = request
    .replaceAll('xmlns:rim=', 'xmlns:a=')
    .replaceAll('xmlns:sdg=', 'xmlns=')
    .replaceAll(/(?<=[</"])rim:/g, 'a:')
    .replaceAll(/(?<=[</])sdg:/g, '');
  const read = readExchangeDocument(Buffer.from(other));
  assert.deepEqual(read, readExchangeDocument(Buffer.from(request)));
});

test('what lacks its frame is not read, and the finding says what is missing', () => {
  const { exchange, findings } = changed(
    '<query:ResponseOption returnType="LeafClassWithRepositoryItem"/>',
    '',
  );
  assert.equal(exchange, undefined);
  assert.deepEqual(
    findings.map(({ check, field }) => [check, field]),
    [['missing', '/query:QueryRequest/query:ResponseOption']],
  );
  const other = readExchangeDocument(Buffer.from('<a xmlns="urn:a"/>'));
  assert.equal(other.exchange, undefined);
  assert.deepEqual(
    other.findings.map(({ check }) => check),
    ['known-version', 'root-element'],
  );
});

test('a version nobody knows is named, and read as the latest', () => {
  const { version, findings } = changed('oots-edm:v2.0', 'oots-edm:v9.9');
  assert.equal(version, '2.0');
  assert.deepEqual(
    findings.map(({ check, found }) => [check, found]),
    [['known-version', 'oots-edm:v9.9']],
  );
});

test('limits hold: size, depth, number, and the number of findings', () => {
  assert.throws(() => readExchangeDocument(Buffer.alloc(2 * 1024 * 1024, ' ')), { code: 'xml/too-large' });
  const deep = `${'<sdg:Name>'.repeat(60)}x${'</sdg:Name>'.repeat(60)}`;
  assert.throws(() => changed('<sdg:Gender>', `${deep}<sdg:Gender>`), { code: 'xml/too-complex' });
  assert.throws(() => changed('<sdg:Gender>', `${'<sdg:Name/>'.repeat(21_000)}<sdg:Gender>`), {
    code: 'xml/too-complex',
  });
  const { findings } = changed('<sdg:Gender>', `${'<sdg:Name/>'.repeat(500)}<sdg:Gender>`);
  assert.equal(findings.length, 100);
});

test('what is kept is checked before it is written: JSON cannot bring more than one element', () => {
  const { exchange } = readExchangeDocument(Buffer.from(request));
  assert.ok(exchange?.kind === 'request');
  const smuggled = (xml: string) => () =>
    writeExchangeDocument({
      kind: 'request',
      document: { ...exchange.document, kept: { elements: [{ at: 0, xml }] } },
    });
  assert.throws(smuggled('<a xmlns="urn:a"/><b/>'), { code: 'xml/not-well-formed' });
  assert.throws(smuggled('</query:QueryRequest>'), { code: 'xml/not-well-formed' });
  assert.throws(smuggled('<!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>'), { code: 'xml/doctype' });
  assert.match(smuggled('<a xmlns="urn:a"/>')(), /<a xmlns="urn:a"><\/a>/);
});

test('no document of the engine is left open', () => {
  assert.equal(openDocuments(), 0);
});
