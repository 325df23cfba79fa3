import assert from 'node:assert/strict';
import { test } from 'node:test';
import { EDM_VERSIONS, evidenceIn, EXCEPTIONS, subjectOf } from '../../../src/oots/index.ts';
import type { EdmVersionName, ExceptionType } from '../../../src/oots/index.ts';
import { composeAnswer } from '../../../src/oots/exchange/compose/compose-answer.ts';
import type { AnsweredDocument, AnswerWish } from '../../../src/oots/exchange/wishes.ts';
import type { QuoinError } from '../../../src/protocol/errors/index.ts';
import { sampleNamed } from '../../support/exchange-pair.ts';
import { answerSources, assertWrong, firstRequest, messageOf, requestOf, validIn } from './composing.ts';

const VERSIONS = Object.keys(EDM_VERSIONS) as EdmVersionName[];
const LINK = 'https://preview.oldport.example/visits/1';

const pdf = (title: string, more: Partial<AnsweredDocument> = {}): AnsweredDocument => ({
  part: { mimeType: 'application/pdf' },
  title,
  ...more,
});

const OUTCOMES: Readonly<Record<string, AnswerWish>> = {
  'one document': { outcome: 'evidence', documents: [pdf('Record of birth')] },
  'two pieces, the first with all that can belong to it': {
    outcome: 'evidence',
    documents: [
      pdf('Record', { part: { mimeType: 'application/xml', contentId: 'record+1@oldport.example' } }),
      pdf('Annex', { role: 'Annex' }),
      pdf('Other record'),
      pdf('To read', { role: 'HumanReadableVersion', of: 0 }),
      pdf('In English', {
        role: 'Translation',
        of: 0,
        metadata: { distribution: { format: 'application/pdf', languages: ['EN'] } },
      }),
    ],
  },
  'no match': { outcome: 'no-match' },
  'a later time': { outcome: 'deferred', availableAt: '2026-05-06T08:00:00Z' },
  'a preview': {
    outcome: 'preview-required',
    location: LINK,
    description: [{ value: 'See it', lang: 'EN' }],
  },
  ...Object.fromEntries(
    (Object.keys(EXCEPTIONS) as ExceptionType[]).map((exception) => [
      exception,
      { outcome: 'exception', exception, detail: 'because' } as const,
    ]),
  ),
};

for (const version of VERSIONS)
  for (const [name, wish] of Object.entries(OUTCOMES))
    test(`EDM ${version}: a request is answered with ${name}`, () => {
      const composed = composeAnswer(wish, answerSources(version));
      const { kind, document } = validIn(composed, version);
      const { submission } = composed;
      assert.equal(submission.action, kind === 'error' ? 'ExceptionResponse' : 'ExecuteQueryResponse');
      assert.equal(document.specificationIdentifier, `oots-edm:v${version}`);
      assert.ok('requestId' in document);
      assert.equal(document.requestId, firstRequest(version).id);
      const corners = submission.messageProperties?.slice(0, 2).map(({ value }) => value);
      assert.deepEqual(corners, ['PT508901234', '4711000022']);
      assert.deepEqual(submission.messageProperties?.slice(2), messageOf(version).messageProperties.slice(2));
      assert.equal(submission.from?.partyIds[0]?.value, 'AP_PT_01');
      assert.equal(submission.to?.partyIds[0]?.value, 'AP_AT_01');
      assert.deepEqual(composeAnswer(wish, answerSources(version)), composed);
    });

/** The pieces of evidence in an answer with everything. */
function piecesIn(version: EdmVersionName): ReturnType<typeof evidenceIn> {
  const wish = OUTCOMES['two pieces, the first with all that can belong to it']!;
  const { document } = validIn(composeAnswer(wish, answerSources(version)), version);
  assert.ok('objectList' in document);
  return evidenceIn(document.objectList);
}

for (const version of ['1.2', '2.0'] as const)
  test(`EDM ${version}: what is not said of a main evidence follows from the request`, () => {
    const { metadata, repositoryItemRef } = piecesIn(version)[0]!.main!;
    const request = firstRequest(version);
    const asked = request.query.evidenceRequest!;
    const { identifier, ...said } = metadata!;
    assert.match(identifier, /^0{8}-/);
    assert.deepEqual(said, {
      isAbout: subjectOf(request),
      issuingAuthority: {
        identifier: request.evidenceProvider!.identifier,
        names: request.evidenceProvider!.names,
      },
      isConformantTo: {
        evidenceTypeClassification: asked.evidenceTypeClassification,
        titles: asked.titles,
        descriptions: asked.descriptions,
      },
      issuingDate: '2026-05-04',
      distribution: { format: 'application/xml', conformsTo: asked.distributedAs![0]!.conformsTo },
    });
    assert.equal(repositoryItemRef!.href, 'cid:record%2B1@oldport.example');
  });

test('evidence is flat before EDM 2.0, and packaged then, where a supplement says its form only', () => {
  assert.equal(piecesIn('1.2').length, 5);
  const [first, second] = piecesIn('2.0');
  const { annexes, humanReadableVersions, translations } = first!;
  assert.deepEqual([annexes.length, humanReadableVersions.length, translations.length], [1, 1, 1]);
  assert.deepEqual(Object.keys(annexes[0]!.metadata!).sort(), ['distribution', 'identifier']);
  assert.deepEqual(second!.annexes, []);
});

test('the preview of EDM 1.x names its method, the one of 2.0 none', () => {
  const methodIn = (version: EdmVersionName, method?: 'PUT'): unknown => {
    const wish: AnswerWish = { outcome: 'preview-required', location: LINK, method };
    const { document } = validIn(composeAnswer(wish, answerSources(version)), version);
    assert.ok('exceptions' in document);
    return document.exceptions?.[0]?.previewMethod;
  };
  assert.deepEqual([methodIn('1.2'), methodIn('1.2', 'PUT'), methodIn('2.0')], ['GET', 'PUT', undefined]);
});

test('what is wrong with an answer is named by its field', () => {
  const refused = (wish: AnswerWish, code: string, field: string, version: EdmVersionName = '2.0'): void =>
    assertWrong(() => composeAnswer(wish, answerSources(version)), code, field);
  const evidence = (...documents: AnsweredDocument[]): AnswerWish => ({ outcome: 'evidence', documents });
  const html = pdf('page', { part: { mimeType: 'text/html' } });
  refused(evidence(pdf('a'), html), 'oots/unsupported-media-type', 'documents[1].mimeType');
  refused(evidence(pdf('a', { role: 'Annex' })), 'oots/document-alone', 'documents[0].role');
  refused(evidence(pdf('a'), pdf('b', { role: 'Annex', of: 1 })), 'oots/document-alone', 'documents[1].of');
  refused(evidence(pdf('a'), pdf('b', { role: 'Annex', of: 9 })), 'oots/document-alone', 'documents[1].of');
  const dated = pdf('b', { role: 'Annex', metadata: { issuingDate: '2026-01-01' } });
  refused(evidence(pdf('a'), dated), 'oots/metadata-of-supplement', 'documents[1].metadata.issuingDate');
  validIn(composeAnswer(evidence(pdf('a'), dated), answerSources('1.2')), '1.2');
  const preview = (location: string, method?: 'POST'): AnswerWish => ({
    outcome: 'preview-required',
    location,
    method,
  });
  refused(preview('http://preview.example/1'), 'oots/bad-preview-location', 'location');
  refused(preview(LINK, 'POST'), 'oots/wrong-version', 'method');
  const without = { ...firstRequest('2.0'), possibilityForPreview: false };
  assertWrong(
    () => composeAnswer(preview(LINK), answerSources('2.0', without)),
    'oots/no-preview',
    'outcome',
  );
  const second = { ...firstRequest('2.0'), previewLocation: LINK, returnLocation: LINK };
  assertWrong(() => composeAnswer(preview(LINK), answerSources('2.0', second)), 'oots/no-preview', 'outcome');
  const { country: _country, ...nowhere } = answerSources('2.0');
  assertWrong(
    () => composeAnswer({ outcome: 'no-match' }, nowhere),
    'oots/incomplete-answer',
    'provider.address.country',
  );
  assert.throws(
    () => composeAnswer({ outcome: 'no-match' }, nowhere),
    ({ finding }: QuoinError) => /country .* parties of the P-Mode/.test(finding?.advice ?? ''),
  );
});

test('a document that was given goes byte for byte, with exactly the parts it names', () => {
  const { id } = requestOf('2.0');
  const sample = sampleNamed('2.0', 'response-evidence').replace(/requestId="[^"]*"/, `requestId="${id}"`);
  const cids = [...sample.matchAll(/xlink:href="cid:([^"]+)"/g)].map(([, contentId]) => contentId!);
  const parts = cids.map((contentId) => ({ contentId, mimeType: 'application/pdf' }));
  const wish = { outcome: 'document', document: sample, parts } as const;
  const composed = composeAnswer(wish, answerSources('2.0'));
  assert.equal(Buffer.from(composed.document).toString(), sample);
  validIn(composed, '2.0');
  const refused = (changes: Partial<typeof wish> | object, code: string, field: RegExp): void =>
    assert.throws(
      () => composeAnswer({ ...wish, ...changes }, answerSources('2.0')),
      (error: { code?: string; finding?: { field?: string } }) =>
        error.code === code && field.test(error.finding?.field ?? ''),
    );
  refused({ parts: parts.slice(1) }, 'oots/parts-disagree', /^document .*RepositoryItemRef/);
  const other = { contentId: 'other@oldport.example', mimeType: 'application/pdf' };
  refused({ parts: [...parts, other] }, 'oots/parts-disagree', /^parts$/);
  const regrep = { contentId: 'other@oldport.example', mimeType: 'application/x-ebrs+xml' };
  refused({ parts: [...parts, regrep] }, 'oots/parts-disagree', /^parts$/);
  const html = parts.map((part) => ({ ...part, mimeType: 'text/html' }));
  refused({ parts: html }, 'oots/parts-disagree', /^parts$/);
  refused({ document: sample.replace(id, `urn:uuid:${'0'.repeat(8)}`) }, 'oots/wrong-request', /^document$/);
  refused({ document: sample.replace('v2.0', 'v1.2') }, 'oots/wrong-version', /^document$/);
  refused({ document: sampleNamed('2.0', 'request-legal') }, 'oots/unreadable-document', /^document$/);
  refused({ document: '<a>' }, 'oots/unreadable-document', /^document$/);
});
