import assert from 'node:assert/strict';
import { test } from 'node:test';
import { DocumentRefusal } from '../../src/msh/index.ts';
import { EDM_VERSIONS } from '../../src/oots/index.ts';
import type { DocumentKind, EdmVersionName } from '../../src/oots/index.ts';
import { problemOf } from '../../src/faces/rest/problems.ts';
import { pairExchange, sampleNamed, submitDocument } from '../support/exchange-pair.ts';
import type { ExchangeChanges } from '../support/exchange-pair.ts';
import type { TestGateway } from '../support/test-gateway.ts';

const VERSIONS = Object.keys(EDM_VERSIONS) as EdmVersionName[];
const REFUSE = '{ outbound: refuse }';

/** The rules a submission is refused for, each once. */
async function refusedFor(
  gateway: TestGateway,
  version: EdmVersionName,
  kind: DocumentKind,
  document: string | Buffer,
  changes?: ExchangeChanges,
): Promise<readonly string[]> {
  const error: unknown = await submitDocument(gateway, version, kind, document, changes).then(
    ({ messageId }) => assert.fail(`${messageId} was accepted`),
    (reason: unknown) => reason,
  );
  assert.ok(error instanceof DocumentRefusal, String(error));
  const { status, code, document: report } = problemOf(error);
  assert.deepEqual([status, code, report?.verdict], [422, 'submit/invalid-document', 'invalid']);
  for (const { place, text } of report!.findings) assert.ok(place !== '' && text !== '');
  return [...new Set(report!.findings.map(({ rule }) => rule))];
}

const request = sampleNamed('2.0', 'request-natural');
const broken = request.replace(/(<query:QueryRequest[^>]*\bid=")urn:uuid:/, '$1');
const response = sampleNamed('2.0', 'response-evidence');

test('valid documents of each version and kind pass where invalid ones are refused, and arrive', async (t) => {
  const { a, b } = await pairExchange(t, REFUSE);
  for (const version of VERSIONS) {
    await submitDocument(a, version, 'request', sampleNamed(version, 'request-natural'));
    await submitDocument(b, version, 'response', sampleNamed(version, 'response-evidence'));
    await submitDocument(b, version, 'error', sampleNamed(version, 'error-not-found'));
  }
  await Promise.all([a.settled(), b.settled()]);
  assert.equal((await b.inbox()).length, VERSIONS.length);
  assert.equal((await a.inbox()).length, 2 * VERSIONS.length);
});

test('an invalid document is refused with the rules it breaks, and nothing is kept', async (t) => {
  const { a } = await pairExchange(t, REFUSE);
  assert.notEqual(broken, request);
  assert.deepEqual(await refusedFor(a, '2.0', 'request', broken), ['R-EDM-REQ-S004']);
  assert.equal((await a.outbox()).length, 0);
  assert.deepEqual(a.payloadFiles(), []);
  const told = a.events.filter(({ event }) => event === 'documents/invalid');
  assert.equal(told.length, 1);
  const place = '/query:QueryRequest';
  assert.deepEqual(told[0]?.['findings'], [{ rule: 'R-EDM-REQ-S004', severity: 'fatal', place }]);
  const [entry] = await a.journal();
  assert.equal(entry?.failure.code, 'submit/invalid-document');
  assert.equal(entry.failure.finding?.found, undefined);
});

test('what is no document of the exchange is refused with one clear rule', async (t) => {
  const { a } = await pairExchange(t, REFUSE);
  const bomb = `<!DOCTYPE a [<!ENTITY b "b"><!ENTITY c "&b;&b;&b;&b;">]>${request.replace(/^<\?xml.*\?>/, '')}`;
  const hostile = [
    Buffer.from(''),
    Buffer.from('no XML'),
    Buffer.from(request.slice(0, -20)),
    Buffer.from(bomb),
    // Over a limit, and not read further than that.
    Buffer.from(`${request}<!-- ${'x'.repeat(1024 * 1024)} -->`),
    Buffer.from(`${'<a>'.repeat(100_000)}`),
  ];
  for (const document of hostile)
    assert.deepEqual(
      await refusedFor(a, '2.0', 'request', document),
      ['XML'],
      document.toString('utf8', 0, 60),
    );
  const wrongRoot = await refusedFor(a, '2.0', 'request', '<odd xmlns="urn:odd"/>');
  assert.ok(wrongRoot.includes('XSD'), String(wrongRoot));
  const unknown = request.replaceAll('oots-edm:v2.0', 'oots-edm:v9.9');
  assert.ok((await refusedFor(a, '2.0', 'request', unknown)).includes('TDD-4.7-2.6.2'));
});

test('header and parts must fit the document', async (t) => {
  const { a, b } = await pairExchange(t, REFUSE);
  const regrep = { contentId: 'regrep@oldport.example', mimeType: 'application/x-ebrs+xml' };
  const more = { contentId: 'more@oldport.example', content: '<x/>' };
  const parts = (document: string, ...others: NonNullable<ExchangeChanges['parts']>): ExchangeChanges => ({
    parts: [{ ...regrep, content: document }, ...others],
  });
  const cases: readonly (readonly [string, DocumentKind, string, ExchangeChanges])[] = [
    ['TDD-4.5.2-CID', 'response', response, parts(response)],
    ['TDD-4.5.2-PART', 'response', response, parts(response, { ...more, mimeType: 'application/pdf' })],
    ['TDD-4.7-MIME', 'response', response, parts(response, { ...more, mimeType: 'text/plain' })],
    ['TDD-4.7-REGREP', 'response', response, parts(response, { ...more, mimeType: regrep.mimeType })],
    ['R-EDM-ebMS-023', 'request', request, parts(request, { ...more, mimeType: 'application/pdf' })],
    ['R-EDM-ebMS-017', 'request', request, { conversationId: 'conversation-1' }],
    ['TDD-4.7-2.6.2', 'request', sampleNamed('1.2', 'request-natural'), {}],
  ];
  for (const [rule, kind, document, changes] of cases) {
    const rules = await refusedFor(kind === 'request' ? a : b, '2.0', kind, document, changes);
    assert.ok(rules.includes(rule), `${rule}: ${rules.join(', ')}`);
  }
});

test('the agreed version is the only one', async (t) => {
  const { a } = await pairExchange(t, "{ outbound: refuse, specification: 'oots-edm:v1.2' }");
  assert.deepEqual(await refusedFor(a, '2.0', 'request', request), ['TDD-4.7-2.6.2']);
  await submitDocument(a, '1.2', 'request', sampleNamed('1.2', 'request-natural'));
});

test('warn takes an invalid document and tells what is wrong; observe tells the log only; off looks at nothing', async (t) => {
  for (const [mode, shown, level] of [
    ['warn', true, 'warn'],
    ['observe', false, 'info'],
    ['off', false, undefined],
  ] as const) {
    const { a } = await pairExchange(t, `{ outbound: ${mode} }`);
    const result = await submitDocument(a, '2.0', 'request', broken);
    assert.equal(result.outcome, 'accepted');
    assert.deepEqual(
      result.document?.findings.map(({ rule }) => rule),
      shown ? ['R-EDM-REQ-S004'] : undefined,
    );
    assert.equal(a.events.find(({ event }) => event === 'documents/invalid')?.level, level);
    const journal = (await a.journal()).filter(({ failure }) => failure.code === 'submit/invalid-document');
    assert.equal(journal.length, mode === 'off' ? 0 : 1);
  }
});

test('documents that lie in the database are looked at too, and nothing they say is logged', async (t) => {
  const { a } = await pairExchange(t, REFUSE, { limits: { inlineBytes: 1024 * 1024 } });
  const secret = request.replace(/<sdg:DateOfBirth>[^<]*</, '<sdg:DateOfBirth>Secretive<');
  assert.notEqual(secret, request);
  assert.ok((await refusedFor(a, '2.0', 'request', secret)).includes('XSD'));
  assert.doesNotMatch(JSON.stringify([a.events, await a.journal()]), /Secretive/);
});

test('messages of other services are none of its business', async (t) => {
  const { a } = await pairExchange(t, REFUSE);
  await a.msh.ping({ pmode: 'exchange' });
  assert.equal(a.events.filter(({ event }) => event.startsWith('documents/')).length, 0);
});
