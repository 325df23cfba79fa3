import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import {
  checkExchangeDocument,
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

/** A document with all its metadata, and one that belongs to it with as much as the version lets it have. */
function documentsFor(request: EvidenceRequest, version: keyof typeof EDM_VERSIONS) {
  const { provider } = facts();
  const brief = {
    identifier: '9c8b7a6f-5e4d-4c3b-a291-000000000002',
    distribution: { format: 'application/pdf' },
  };
  const whole = {
    ...brief,
    isAbout: subjectOf(request),
    issuingAuthority: { identifier: provider.identifier, names: provider.names },
    isConformantTo: {
      evidenceTypeClassification: request.query.evidenceRequest!.evidenceTypeClassification,
      titles: request.query.evidenceRequest!.titles,
    },
    issuingDate: '2026-05-04',
  };
  const annexMetadata = EDM_VERSIONS[version].evidence === 'flat' ? whole : brief;
  return {
    main: { metadata: whole, href: 'cid:main@oldport.example', title: 'Record' },
    annexes: [{ metadata: annexMetadata, href: 'cid:annex@oldport.example', title: 'Notes' }],
  };
}

for (const version of Object.keys(EDM_VERSIONS) as (keyof typeof EDM_VERSIONS)[]) {
  test(`EDM ${version}: what answers a request that breaks no rule breaks none`, () => {
    const method = EDM_VERSIONS[version].previewMethods.length > 0 ? 'GET' : undefined;
    for (const name of ['request-natural', 'request-legal']) {
      const request = requestIn(version, name);
      const preview = previewRequired('https://preview.oldport.example/visits/1', method);
      for (const xml of [
        writeEvidenceResponse(evidenceResponse(request, facts(), [documentsFor(request, version)])),
        writeEvidenceResponse(evidenceResponse(request, facts(), [])),
        writeEvidenceResponse(deferredResponse(request, facts(), '2026-05-11T08:00:00Z')),
        writeErrorResponse(errorResponse(request, facts(), preview)),
        ...(Object.keys(EXCEPTIONS) as ExceptionType[]).map((type) =>
          writeErrorResponse(errorResponse(request, facts(), exchangeException(type))),
        ),
      ]) {
        const { findings, version: checked } = checkExchangeDocument(Buffer.from(xml), { version });
        assert.deepEqual(findings, [], xml);
        assert.equal(checked, version);
      }
    }
  });
}
