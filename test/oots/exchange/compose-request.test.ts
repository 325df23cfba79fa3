import assert from 'node:assert/strict';
import { test } from 'node:test';
import { EDM_VERSIONS } from '../../../src/oots/index.ts';
import type { EdmVersionName } from '../../../src/oots/index.ts';
import { composePreviewRequest } from '../../../src/oots/exchange/compose/compose-preview-request.ts';
import { composeRequest } from '../../../src/oots/exchange/compose/compose-request.ts';
import { citizenLink } from '../../../src/oots/exchange/compose/links.ts';
import { sampleNamed } from '../../support/exchange-pair.ts';
import { assertWrong, contentOf, firstRequest, IDS, messageOf, validIn } from './composing.ts';

const VERSIONS = Object.keys(EDM_VERSIONS) as EdmVersionName[];
const PREVIEW = 'https://preview.oldport.example/visits/9f2c7e?a=%20b';
const BACK = 'https://portal.newport.example/back?case=1&x=ü';

for (const version of VERSIONS)
  for (const name of ['request-natural', 'request-legal'])
    test(`EDM ${version}: ${name} as plain data becomes a valid message`, () => {
      const composed = composeRequest({ version, request: contentOf(version, name) }, IDS);
      const { kind, document } = validIn(composed, version);
      assert.equal(kind, 'request');
      assert.ok('query' in document);
      assert.equal(document.id, `urn:uuid:${IDS.requestId}`);
      assert.equal(document.issueDateTime, IDS.issuedAt);
      assert.deepEqual(composed.submission.messageProperties, [
        { name: 'originalSender', value: '4711000022', type: 'urn:cef.eu:names:identifier:EAS:0088' },
        { name: 'finalRecipient', value: 'PT508901234', type: 'urn:cef.eu:names:identifier:EAS:9946' },
        ...(version === '2.0'
          ? [
              { name: 'ExchangeId', value: IDS.exchangeId },
              { name: 'SpecificationId', value: 'oots-edm:v2.0' },
            ]
          : []),
      ]);
      const again = composeRequest({ version, request: contentOf(version, name) }, IDS);
      assert.deepEqual(again, composed);
    });

test('where it goes follows from the access point, the P-Mode, or what fits', () => {
  const request = contentOf('2.0');
  const to = (wish: object): unknown => {
    const { submission } = composeRequest({ request, ...wish }, IDS);
    return [submission.pmode, submission.to?.partyIds];
  };
  assert.deepEqual(to({}), [undefined, undefined]);
  assert.deepEqual(to({ pmode: 'pt' }), ['pt', undefined]);
  assert.deepEqual(to({ accessPoint: { value: 'AP', scheme: 'urn:s' } }), [
    undefined,
    [{ value: 'AP', type: 'urn:s' }],
  ]);
});

for (const version of VERSIONS)
  test(`EDM ${version}: a document that was given goes byte for byte`, () => {
    const text = `<?xml version="1.0" encoding="utf-8"?>\n<!-- ours -->${sampleNamed(version, 'request-legal').replace(/<\?xml.*?\?>/, '')}`;
    const composed = composeRequest({ document: text, conversationId: IDS.exchangeId }, IDS);
    validIn(composed, version);
    assert.equal(Buffer.from(composed.document).toString(), text);
    assert.equal(composed.submission.conversationId, IDS.exchangeId);
    assert.equal(composed.submission.messageProperties?.length, version === '2.0' ? 4 : 2);
  });

test('what is wrong with a wish is named by its field', () => {
  const request = contentOf('2.0');
  const document = sampleNamed('2.0', 'request-legal');
  const refused = (wish: Parameters<typeof composeRequest>[0], code: string, field: string): void =>
    assertWrong(() => composeRequest(wish, IDS), code, field);
  const { possibilityForPreview: _preview, ...silent } = request;
  const { evidenceProvider: _provider, ...nowhere } = request;
  refused({}, 'oots/incomplete-wish', 'request');
  refused({ request, document }, 'oots/incomplete-wish', 'request');
  refused({ request: silent }, 'oots/incomplete-wish', 'request.possibilityForPreview');
  refused({ request: nowhere }, 'oots/incomplete-wish', 'request.evidenceProvider');
  refused(
    { request: { ...request, evidenceRequester: [] } },
    'oots/incomplete-wish',
    'request.evidenceRequester',
  );
  refused({ request, conversationId: 'session 7' }, 'oots/not-a-uuid', 'conversationId');
  refused({ request, exchangeId: '7' }, 'oots/not-a-uuid', 'exchangeId');
  refused({ request, version: '1.2', exchangeId: IDS.exchangeId }, 'oots/wrong-version', 'exchangeId');
  const later = { ...request, specificationIdentifier: 'oots-edm:v2.0' };
  refused({ request: later, version: '1.2' }, 'oots/wrong-version', 'request.specificationIdentifier');
  refused({ document, version: '1.2' }, 'oots/wrong-version', 'version');
  refused({ document: document.replace('v2.0', 'v3.0') }, 'oots/unknown-version', 'document');
  refused({ document: '<a/>' }, 'oots/unreadable-document', 'document');
  refused({ document: 'no XML' }, 'oots/unreadable-document', 'document');
  refused({ document: '<!DOCTYPE a [<!ENTITY b "b">]><a>&b;</a>' }, 'oots/unreadable-document', 'document');
  refused({ document: `<a>${'x'.repeat(1024 * 1024)}</a>` }, 'oots/unreadable-document', 'document');
  refused({ document: sampleNamed('2.0', 'response-empty') }, 'oots/unreadable-document', 'document');
  const latin = document.replace(/<\?xml.*?\?>/, '<?xml version="1.0" encoding="ISO-8859-1"?>');
  refused({ document: latin }, 'oots/unreadable-document', 'document');
});

for (const version of VERSIONS)
  test(`EDM ${version}: the second request is the first with a new id, time and the links`, () => {
    const request = firstRequest(version);
    const composed = composePreviewRequest({
      request,
      message: messageOf(version),
      pmodeId: 'pt',
      previewLocation: PREVIEW,
      returnLocation: BACK,
      requestId: IDS.requestId,
      issuedAt: '2026-05-04T09:40:00.000Z',
    });
    const { document } = validIn(composed, version);
    assert.ok('query' in document);
    assert.deepEqual(document, {
      ...request,
      id: `urn:uuid:${IDS.requestId}`,
      issueDateTime: '2026-05-04T09:40:00.000Z',
      previewLocation: PREVIEW,
      ...(version === '2.0' ? { returnLocation: BACK } : {}),
    });
    const { messageProperties, collaborationInfo } = messageOf(version);
    assert.deepEqual(composed.submission.messageProperties, messageProperties);
    assert.equal(composed.submission.conversationId, collaborationInfo.conversationId);
    assert.notEqual(document.id, request.id);
  });

test('links are https, and EDM 2.0 needs the one back', () => {
  const compose = (previewLocation: string, returnLocation?: string, version: EdmVersionName = '2.0') =>
    composePreviewRequest({
      request: firstRequest(version),
      message: messageOf(version),
      pmodeId: 'pt',
      previewLocation,
      returnLocation,
      requestId: IDS.requestId,
      issuedAt: IDS.issuedAt,
    });
  assertWrong(() => compose(PREVIEW), 'oots/bad-return-location', 'returnLocation');
  assertWrong(() => compose(PREVIEW, 'http://portal.example/'), 'oots/bad-return-location', 'returnLocation');
  assertWrong(() => compose('http://preview.example/', BACK), 'oots/bad-preview-location', 'previewLocation');
  assertWrong(() => compose('https://', BACK), 'oots/bad-preview-location', 'previewLocation');
  assert.doesNotThrow(() => compose(PREVIEW, undefined, '1.2'));
});

test('the link for the citizen says where to come back to before EDM 2.0, and changes nothing else', () => {
  const [old, latest] = [EDM_VERSIONS['1.2'], EDM_VERSIONS['2.0']];
  assert.equal(citizenLink(latest, PREVIEW, BACK), PREVIEW);
  assert.equal(citizenLink(old, PREVIEW, undefined), PREVIEW);
  const link = citizenLink(old, `${PREVIEW}#top`, BACK);
  assert.ok(link.startsWith(`${PREVIEW}&returnurl=`) && link.endsWith('#top'), link);
  const { searchParams } = new URL(link);
  assert.deepEqual([searchParams.get('returnurl'), searchParams.get('returnmethod')], [BACK, 'GET']);
  assert.match(citizenLink(old, 'https://p.example/x', BACK), /^https:\/\/p\.example\/x\?returnurl=/);
});
