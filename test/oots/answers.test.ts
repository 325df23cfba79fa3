import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import {
  deferredResponse,
  EDM_VERSIONS,
  errorResponse,
  evidenceIn,
  evidenceResponse,
  exchangeException,
  EXCEPTIONS,
  previewRequired,
  readExchangeDocument,
  subjectOf,
  writeErrorResponse,
  writeEvidenceResponse,
} from '../../src/oots/index.ts';
import type { EvidenceDocument, EvidenceRequest, ExceptionType } from '../../src/oots/index.ts';

const requestIn = (version: string, name = 'request-natural'): EvidenceRequest => {
  const file = new URL(`samples/${version}/${name}.xml`, import.meta.url);
  const { exchange } = readExchangeDocument(readFileSync(file));
  assert.ok(exchange?.kind === 'request');
  return exchange.document;
};

function facts() {
  let last = 0;
  return {
    provider: {
      identifier: { value: 'PT508901234', scheme: 'urn:cef.eu:names:identifier:EAS:9946' },
      names: [{ text: 'Civil Registry of Oldport', lang: 'EN' }],
      address: { country: 'PT' },
    },
    issuedAt: '2026-05-04T09:31:02Z',
    newId: () => `00000000-0000-4000-8000-${String((last += 1)).padStart(12, '0')}`,
  };
}

const document = (name: string): EvidenceDocument => ({
  metadata: {
    identifier: '9c8b7a6f-5e4d-4c3b-a291-000000000001',
    distribution: { format: 'application/pdf' },
  },
  href: `cid:${name}@oldport.example`,
  title: name,
});

for (const [version, count] of [
  ['1.0', 4],
  ['1.1', 4],
  ['1.2', 4],
  ['2.0', 1],
] as const) {
  test(`EDM ${version}: evidence is handed over the way the version has it, and read back`, () => {
    const bundle = {
      main: document('main'),
      annexes: [document('annex')],
      humanReadableVersions: [document('readable')],
      translations: [document('translation')],
    };
    const response = evidenceResponse(requestIn(version), facts(), [bundle]);
    const { exchange, findings } = readExchangeDocument(Buffer.from(writeEvidenceResponse(response)));
    assert.deepEqual(findings, []);
    assert.deepEqual(exchange, { kind: 'response', document: response });
    const pieces = evidenceIn(response.objectList);
    assert.equal(pieces.length, count);
    assert.equal(pieces[0]?.main?.repositoryItemRef?.href, 'cid:main@oldport.example');
    if (EDM_VERSIONS[version].evidence === 'flat') return;
    const titles = [pieces[0]?.annexes, pieces[0]?.humanReadableVersions, pieces[0]?.translations];
    assert.deepEqual(
      titles.map((documents) => documents?.map(({ repositoryItemRef }) => repositoryItemRef?.title)),
      [['annex'], ['readable'], ['translation']],
    );
  });
}

test('no match is an answer without evidence, and a deferred one says when to ask again', () => {
  const none = evidenceResponse(requestIn('2.0'), facts(), []);
  assert.match(writeEvidenceResponse(none), /Success.*<rim:RegistryObjectList><\/rim:RegistryObjectList>/s);
  assert.deepEqual(evidenceIn(none.objectList), []);
  const later = deferredResponse(requestIn('2.0'), facts(), '2026-05-11T08:00:00Z');
  const { exchange } = readExchangeDocument(Buffer.from(writeEvidenceResponse(later)));
  assert.deepEqual(exchange, { kind: 'response', document: later });
  assert.equal(later.responseAvailableDateTime, '2026-05-11T08:00:00Z');
});

for (const type of Object.keys(EXCEPTIONS) as ExceptionType[]) {
  test(`the exception ${type} is written and read`, () => {
    const error = errorResponse(requestIn('2.0'), facts(), exchangeException(type, 'because'));
    const xml = writeErrorResponse(error);
    assert.ok(xml.includes(`xsi:type="${EXCEPTIONS[type].type}"`));
    assert.ok(xml.includes(`code="${EXCEPTIONS[type].code}"`));
    assert.deepEqual(readExchangeDocument(Buffer.from(xml)).exchange, { kind: 'error', document: error });
  });
}

test('a required preview carries its link, and its method only where it is asked for', () => {
  const link = 'https://preview.oldport.example/visits/1';
  const now = errorResponse(requestIn('2.0'), facts(), previewRequired(link)).exceptions?.[0];
  assert.equal(now?.previewLocation, link);
  assert.match(now.severity ?? '', /PreviewRequired$/);
  assert.equal(now.previewMethod, undefined);
  assert.equal(previewRequired(link, 'GET').previewMethod, 'GET');
});

test('an answer names the requester without its address, and repeats of the subject what it may', () => {
  const request = requestIn('2.0');
  const { evidenceRequester } = evidenceResponse(request, facts(), []);
  assert.deepEqual(Object.keys(evidenceRequester ?? {}), ['identifier', 'names']);
  assert.deepEqual(Object.keys(subjectOf(request).naturalPerson ?? {}), [
    'identifier',
    'familyName',
    'givenName',
    'dateOfBirth',
    'placeOfBirth',
  ]);
  assert.deepEqual(Object.keys(subjectOf(requestIn('2.0', 'request-legal')).legalPerson ?? {}), [
    'legalPersonIdentifier',
    'legalName',
  ]);
});
