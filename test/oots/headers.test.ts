import assert from 'node:assert/strict';
import { test } from 'node:test';
import { checkExchangeDocument, EDM_VERSIONS, HEADER_RULES } from '../../src/oots/index.ts';
import type { CheckFacts, DocumentKind, EdmVersionName, HeaderFacts } from '../../src/oots/index.ts';
import { headerOf, samplesOf } from '../support/rule-samples.ts';

const VERSIONS = Object.keys(EDM_VERSIONS) as EdmVersionName[];

const request = (version: EdmVersionName): string => samplesOf(version, 'request')[0]!;

const rulesOf = (xml: string, facts: CheckFacts): readonly string[] => [
  ...new Set(checkExchangeDocument(Buffer.from(xml), facts).findings.map(({ rule }) => rule)),
];

const answer = (version: EdmVersionName): string =>
  samplesOf(version, 'response').find((xml) => xml.includes('RepositoryItemRef'))!;

/** The header of an answer whose parts are the documents it names. */
function answerHeader(version: EdmVersionName): HeaderFacts {
  const cids = [...answer(version).matchAll(/xlink:href="cid:([^"]+)"/g)].map(([, contentId]) => ({
    contentId: contentId!,
    mimeType: 'application/pdf',
  }));
  const header = headerOf(version, 'response');
  return { ...header, parts: [...header.parts, ...cids] };
}

test('headers of every version break no rule', () => {
  for (const version of VERSIONS) {
    assert.deepEqual(rulesOf(request(version), { header: headerOf(version, 'request'), version }), []);
    assert.deepEqual(rulesOf(answer(version), { header: answerHeader(version), version }), []);
    const error = samplesOf(version, 'error')[0]!;
    assert.deepEqual(rulesOf(error, { header: headerOf(version, 'error'), version }), []);
  }
});

type Change = (header: HeaderFacts) => Partial<HeaderFacts>;

const withProperty =
  (name: string, change: { readonly value?: string; readonly type?: string | undefined }): Change =>
  ({ messageProperties }) => ({
    messageProperties: messageProperties.map((property) =>
      property.name === name ? { ...property, ...change } : property,
    ),
  });

/** For each rule a change that breaks it. */
const BREACHES: Readonly<Record<string, readonly [DocumentKind, Change]>> = {
  'R-EDM-ebMS-006': ['request', () => ({ parties: [{ name: 'From', value: 'AP', type: 'urn:odd' }] })],
  'R-EDM-ebMS-017': ['request', () => ({ conversationId: 'conversation-1' })],
  'R-EDM-ebMS-018': [
    'request',
    ({ messageProperties }) => ({ messageProperties: messageProperties.slice(1) }),
  ],
  'R-EDM-ebMS-019': [
    'request',
    ({ messageProperties }) => ({
      messageProperties: [{ name: 'Odd', value: 'x' }, ...messageProperties.slice(1)],
    }),
  ],
  'R-EDM-ebMS-021': ['request', withProperty('originalSender', { type: undefined })],
  'R-EDM-ebMS-023': [
    'error',
    ({ parts }) => ({ parts: [...parts, { contentId: 'b', mimeType: 'application/pdf' }] }),
  ],
  'R-EDM-ebMS-030': ['request', () => ({ parts: [{ contentId: 'a', mimeType: 'text/xml' }] })],
  'R-EDM-ebMS-032': ['response', ({ parts }) => ({ parts: parts.toReversed() })],
  'R-EDM-ebMS-037': ['request', withProperty('ExchangeId', { value: 'exchange-1' })],
  'R-EDM-ebMS-038': ['request', withProperty('SpecificationId', { value: ' oots-edm:v2.0' })],
};

test('each rule about headers has a header that breaks it, in each of its versions', () => {
  assert.deepEqual(
    HEADER_RULES.map(({ id }) => id),
    Object.keys(BREACHES),
  );
  for (const { id, versions, severity } of HEADER_RULES) {
    const [kind, change] = BREACHES[id]!;
    for (const version of versions) {
      const header = kind === 'response' ? answerHeader(version) : headerOf(version, kind);
      const xml = kind === 'response' ? answer(version) : samplesOf(version, kind)[0]!;
      const { findings } = checkExchangeDocument(Buffer.from(xml), {
        header: { ...header, ...change(header) },
      });
      const finding = findings.find(({ rule }) => rule === id);
      assert.ok(finding !== undefined, `${id} in ${version}: ${JSON.stringify(findings)}`);
      assert.equal(finding.severity, severity);
      assert.ok(finding.place.startsWith('eb:'));
    }
  }
});

test('the header chooses the version, and the document must agree', () => {
  const header = headerOf('2.0', 'request');
  const checked = checkExchangeDocument(Buffer.from(request('1.2')), { header });
  assert.equal(checked.version, '2.0');
  const rules = checked.findings.map(({ rule }) => rule);
  assert.ok(rules.includes('TDD-4.7-2.6.2') && rules.includes('R-EDM-REQ-C001'));
  const [first] = checked.findings;
  assert.equal(first?.rule, 'TDD-4.7-2.6.2');
  assert.equal(first.found, 'oots-edm:v1.2');
});

test('all messages of an exchange use one version', () => {
  assert.deepEqual(rulesOf(request('1.2'), { version: '1.1' }), ['TDD-4.7-2.6.2']);
  assert.deepEqual(rulesOf(request('1.2'), { version: '1.2' }), []);
});

test('a version nobody knows is named, and the latest rules are applied', () => {
  const checked = checkExchangeDocument(
    Buffer.from(request('2.0').replace('oots-edm:v2.0', 'oots-edm:v3.1')),
  );
  assert.equal(checked.version, '2.0');
  assert.deepEqual(
    checked.findings.map(({ rule }) => rule),
    ['TDD-4.7-2.6.2', 'R-EDM-REQ-C001'],
  );
  const header = withProperty('SpecificationId', { value: 'oots-edm:v3.1' })(headerOf('2.0', 'request'));
  assert.ok(
    rulesOf(request('2.0'), { header: { ...headerOf('2.0', 'request'), ...header } }).includes(
      'TDD-4.7-2.6.2',
    ),
  );
});

for (const [what, rule, change] of [
  ['a document that is no part', 'TDD-4.5.2-CID', ({ parts }) => ({ parts: parts.slice(0, -1) })],
  [
    'a part that no document names',
    'TDD-4.5.2-PART',
    ({ parts }) => ({
      parts: [...parts, { contentId: 'more@oldport.example', mimeType: 'application/pdf' }],
    }),
  ],
  [
    'a media type that is not of the list',
    'TDD-4.7-MIME',
    ({ parts }) => ({
      parts: parts.map((part, index) => (index === 1 ? { ...part, mimeType: 'text/html' } : part)),
    }),
  ],
  [
    'a second RegRep part',
    'TDD-4.7-REGREP',
    ({ parts }) => ({
      parts: parts.map((part, index) =>
        index === 1 ? { ...part, mimeType: 'application/x-ebrs+xml' } : part,
      ),
    }),
  ],
] as const satisfies readonly (readonly [string, string, Change])[]) {
  test(`${what} is refused`, () => {
    for (const version of VERSIONS) {
      const header = answerHeader(version);
      assert.deepEqual(rulesOf(answer(version), { header: { ...header, ...change(header) } }), [rule]);
    }
  });
}
