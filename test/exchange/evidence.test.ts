import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import type { EvidenceRequest } from '../../src/oots/index.ts';
import { assertProblem } from '../faces/rest/api.ts';
import type { Answer } from '../faces/rest/api.ts';
import { contentOf } from '../oots/exchange/composing.ts';
import { openPortals } from '../support/exchange-portals.ts';
import { answer, ask, asked, base64, get, viewIn } from './portal-calls.ts';

const LINK = 'https://preview.oldport.example/visits/9f2c7e';
const BACK = 'https://portal.newport.example/back?case=1';

for (const version of ['1.0', '1.1', '1.2', '2.0'] as const)
  test(`EDM ${version}: a portal gets evidence in three calls`, async (t) => {
    const portals = await openPortals(t);
    const begun = viewIn(await ask(portals, version), 202);
    assert.deepEqual([begun.role, begun.state, begun.version], ['requester', 'requested', version]);
    await portals.settled();
    const seen = await asked(portals);
    assert.equal(seen.state, 'requested');
    const request = seen.request as EvidenceRequest;
    assert.deepEqual(request.query.naturalPerson, contentOf(version).query.naturalPerson);
    const documents = [
      { title: 'Record of birth', mimeType: 'application/pdf', content: base64('%PDF main') },
      { title: 'In English', mimeType: 'application/pdf', role: 'Translation', content: base64('%PDF en') },
    ];
    const answered = viewIn(await answer(portals, seen.id, { outcome: 'evidence', documents }), 202);
    assert.deepEqual([answered.state, answered.outcome], ['answered', 'evidence']);
    await portals.settled();
    const got = await get(portals.portal, begun.id);
    assert.deepEqual([got.state, got.outcome], ['answered', 'evidence']);
    const evidence = got.evidence as { title: string; size: number; links: { content: string } }[];
    assert.deepEqual(
      evidence.map(({ title, size }) => [title, size]),
      [
        ['Record of birth', 9],
        ['In English', 7],
      ],
    );
    const file = await portals.portal.api.call('GET', evidence[1]!.links.content);
    assert.equal(file.text, '%PDF en');
    const events = (got.timeline as { event: string }[]).map(({ event }) => event);
    for (const event of ['request', 'attempt', 'receipt', 'response'])
      assert.ok(events.includes(event), event);
    const taken = await portals.portal.api.call('POST', `/v1/exchanges/${begun.id}/acknowledge`);
    assert.deepEqual([taken.json.changed, taken.json.state], [true, 'answered']);
    const again = await portals.portal.api.call('POST', `/v1/exchanges/${begun.id}/acknowledge`);
    assert.equal(again.json.changed, false);
    const [received] = await portals.portal.gateway.inbox();
    assert.equal(received?.state, 'DOWNLOADED');
    // The request needs nobody any more.
    const [request1] = await portals.provider.gateway.inbox();
    assert.equal(request1?.state, 'DOWNLOADED');
  });

test('no match, a later time and an exception reach the portal', async (t) => {
  const outcomes = [
    [{ outcome: 'no-match' }, 'no-match', undefined],
    [{ outcome: 'deferred', availableAt: '2026-02-01T08:00:00Z' }, 'deferred', undefined],
    [
      { outcome: 'exception', exception: 'ObjectNotFoundExceptionType', detail: 'not here' },
      'exception',
      'EDM:ERR:0004',
    ],
  ] as const;
  for (const [body, outcome, exception] of outcomes) {
    const portals = await openPortals(t);
    const { id } = viewIn(await ask(portals, '2.0'), 202);
    await portals.settled();
    viewIn(await answer(portals, (await asked(portals)).id, body), 202);
    await portals.settled();
    const got = await get(portals.portal, id);
    assert.deepEqual([got.state, got.outcome, got.exception], ['answered', outcome, exception]);
    if (outcome === 'deferred') assert.equal(got.availableAt, body.availableAt);
    const [told] = got.exceptions as { detail?: string }[];
    assert.equal(told?.detail, outcome === 'exception' ? 'not here' : undefined);
  }
});

for (const version of ['1.2', '2.0'] as const)
  test(`EDM ${version}: a preview is gone through once`, async (t) => {
    const portals = await openPortals(t);
    const { id, requestId } = viewIn(await ask(portals, version), 202);
    const call = (returnLocation?: string): Promise<Answer> =>
      portals.portal.api.postJson(`/v1/exchanges/${id}/preview`, { returnLocation });
    assertProblem(await call(BACK), 409, 'oots/no-preview', 'state');
    await portals.settled();
    const first = await asked(portals);
    const preview = { outcome: 'preview-required', location: LINK, description: 'See it' };
    viewIn(await answer(portals, first.id, { ...preview, requestId: first.requestId }), 202);
    await portals.settled();
    const offered = await get(portals.portal, id);
    assert.deepEqual([offered.state, offered.previewLocation], ['preview-required', LINK]);
    if (version === '2.0') assertProblem(await call(), 422, 'oots/bad-return-location', 'returnLocation');
    assertProblem(await call('http://portal.example/'), 422, 'oots/bad-return-location', 'returnLocation');
    const second = viewIn(await call(BACK), 202);
    assert.equal(second.state, 'preview-requested');
    assert.notEqual(second.requestId, requestId);
    const { searchParams } = new URL(second.citizenLink as string);
    assert.equal(searchParams.get('returnurl'), version === '2.0' ? null : BACK);
    portals.clock.advance(5_000);
    const repeated = viewIn(await call(BACK), 200);
    assert.equal(repeated.requestId, second.requestId);
    if (version === '2.0') assertProblem(await call('https://other.example/'), 409, 'oots/no-preview');
    await portals.settled();
    const held = await asked(portals);
    assert.deepEqual(
      [held.state, held.requestId, held.id],
      ['preview-requested', second.requestId, first.id],
    );
    assert.equal(held.conversationId, offered.conversationId);
    const late = await answer(portals, held.id, { ...preview, requestId: first.requestId });
    assertProblem(late, 409, 'rest/other-request', 'requestId');
    assertProblem(await answer(portals, held.id, preview), 409, 'oots/no-preview', 'outcome');
    const documents = [{ title: 'Record', mimeType: 'application/pdf', content: base64('%PDF') }];
    viewIn(await answer(portals, held.id, { outcome: 'evidence', documents }), 202);
    await portals.settled();
    const got = await get(portals.portal, id);
    assert.deepEqual([got.state, got.outcome], ['answered', 'evidence']);
    const kinds = (got.documents as { kind: string; direction: string; flaw?: string }[]).map(
      ({ kind, direction, flaw }) => [direction, kind, flaw].join(' ').trim(),
    );
    assert.deepEqual(kinds, ['out request', 'in error', 'out request', 'in response']);
  });

test('the same wish and the same answer again have no effect, others are refused', async (t) => {
  const portals = await openPortals(t);
  const begun = viewIn(await ask(portals, '2.0', 'wish-1'), 202);
  // Composed later, it is the same all the same.
  portals.clock.advance(5_000);
  const repeated = viewIn(await ask(portals, '2.0', 'wish-1'), 200);
  assert.deepEqual([repeated.id, repeated.requestId], [begun.id, begun.requestId]);
  const other = await ask(portals, '2.0', 'wish-1', {
    conversationId: '22222222-2222-4222-8222-222222222222',
  });
  assertProblem(other, 409, 'submit/duplicate-message-id');
  await portals.settled();
  assert.equal((await portals.provider.gateway.inbox()).length, 1);
  const { id } = await asked(portals);
  const documents = [{ title: 'Record', mimeType: 'application/pdf', content: base64('%PDF') }];
  viewIn(await answer(portals, id, { outcome: 'evidence', documents }), 202);
  portals.clock.advance(5_000);
  viewIn(await answer(portals, id, { outcome: 'evidence', documents }), 200);
  assertProblem(await answer(portals, id, { outcome: 'no-match' }), 409, 'oots/not-waiting', 'state');
  await portals.settled();
  assert.equal((await portals.portal.gateway.inbox()).length, 1);
  const unasked = await portals.portal.api.postJson(`/v1/exchanges/${begun.id}/answer`, {
    outcome: 'no-match',
  });
  assertProblem(unasked, 409, 'oots/not-waiting');
});

test('evidence comes as files of a form as well, and a document that was given goes byte for byte', async (t) => {
  const portals = await openPortals(t);
  const { id } = viewIn(await ask(portals, '2.0'), 202);
  await portals.settled();
  const form = new FormData();
  const documents = [{ title: 'Record', mimeType: 'application/pdf' }];
  form.set('message', JSON.stringify({ outcome: 'evidence', documents }));
  form.set('part-0', new Blob(['%PDF from a form']), 'record.pdf');
  const waiting = await asked(portals);
  const path = `/v1/exchanges/${waiting.id}/answer`;
  viewIn(await portals.provider.api.call('POST', path, { body: form }), 202);
  await portals.settled();
  const file = await portals.portal.api.call('GET', `/v1/exchanges/${id}/evidence/0`);
  assert.equal(file.text, '%PDF from a form');
  const asSent = await portals.portal.api.call('GET', `/v1/exchanges/${id}/documents/0`);
  const asGot = await portals.provider.api.call('GET', `/v1/exchanges/${waiting.id}/documents/0`);
  assert.equal(asSent.headers.get('content-type'), 'application/x-ebrs+xml');
  assert.deepEqual(asGot.bytes, asSent.bytes);
  // The same document again is a request whose id was used.
  const copied = await portals.portal.api.postJson('/v1/exchanges', { document: asSent.text });
  assertProblem(copied, 409, 'oots/repeated-request', 'document');
  const fresh = asSent.text.replace(
    /urn:uuid:[0-9a-f-]{36}/,
    'urn:uuid:99999999-9999-4999-8999-999999999999',
  );
  const passed = viewIn(await portals.portal.api.postJson('/v1/exchanges', { document: fresh }), 202);
  const kept = await portals.portal.api.call('GET', `/v1/exchanges/${passed.id}/documents/0`);
  assert.equal(kept.text, fresh);
});

test('what is wrong with a wish or an answer is told by its field, and nothing is sent', async (t) => {
  const portals = await openPortals(t);
  const wish = contentOf('2.0');
  const post = (body: object): Promise<Answer> => portals.portal.api.postJson('/v1/exchanges', body);
  assertProblem(
    await post({ request: { ...wish, colour: 'red' } }),
    400,
    'rest/unknown-field',
    'request.colour',
  );
  assertProblem(await post({}), 422, 'oots/incomplete-wish', 'request');
  assertProblem(await post({ document: '<a/>' }), 422, 'oots/unreadable-document', 'document');
  const invalid = await post({ request: { ...wish, procedure: 'nonsense' } });
  assertProblem(invalid, 422, 'submit/invalid-document');
  assert.match(JSON.stringify(invalid.json.document), /R-EDM-REQ-C003/);
  const unknown = await portals.portal.api.call('GET', '/v1/exchanges/nothing');
  assertProblem(unknown, 404, 'rest/unknown-exchange', 'id');
  await portals.settled();
  assert.deepEqual(await portals.provider.gateway.inbox(), []);
  const { id } = viewIn(await ask(portals, '2.0'), 202);
  await portals.settled();
  const waiting = await asked(portals);
  const html = [{ title: 'Page', mimeType: 'text/html', content: base64('<p>') }];
  const refused = await answer(portals, waiting.id, { outcome: 'evidence', documents: html });
  assertProblem(refused, 422, 'oots/unsupported-media-type', 'documents[0].mimeType');
  const link = { outcome: 'preview-required', location: 'http://preview.example/' };
  assertProblem(await answer(portals, waiting.id, link), 422, 'oots/bad-preview-location', 'location');
  assertProblem(
    await answer(portals, waiting.id, { outcome: 'maybe' }),
    400,
    'rest/invalid-field',
    'outcome',
  );
  const early = await portals.portal.api.call('POST', `/v1/exchanges/${id}/acknowledge`);
  assertProblem(early, 409, 'oots/not-answered', 'state');
  assertProblem(
    await portals.portal.api.call('GET', `/v1/exchanges/${id}/evidence/0`),
    404,
    'rest/unknown-part',
    'n',
  );
  assert.equal((await get(portals.provider, waiting.id)).state, 'requested');
});

test('the wish that the documentation shows is granted', async (t) => {
  const page = readFileSync(new URL('../../docs/oots.md', import.meta.url), 'utf8');
  const [, wish] = /-d '(\{\n[^']*)'/.exec(page) ?? [];
  assert.ok(wish);
  assert.ok(wish.includes('AP_XB_01'));
  const portals = await openPortals(t);
  // The documentation asks the access point of the first hour.
  const here = wish.replace('AP_XB_01', 'AP_PT_01');
  const begun = viewIn(await portals.portal.api.postJson('/v1/exchanges', here), 202);
  await portals.settled();
  assert.equal((await asked(portals)).requestId, begun.requestId);
});
