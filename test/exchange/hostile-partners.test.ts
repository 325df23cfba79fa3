import assert from 'node:assert/strict';
import { test } from 'node:test';
import { assertProblem } from '../faces/rest/api.ts';
import { contentOf } from '../oots/exchange/composing.ts';
import { sampleNamed, submitDocument } from '../support/exchange-pair.ts';
import { exchangesOf } from '../support/exchange-recorders.ts';
import { openPortals } from '../support/exchange-portals.ts';
import type { Portals } from '../support/exchange-portals.ts';
import { headerOf } from '../support/rule-samples.ts';
import { answer, ask, asked, get, viewIn } from './portal-calls.ts';

/** A provider that checks nothing answers with a document of its own. */
async function hostile(
  { provider, settled }: Portals,
  document: string,
  { exchangeId, conversationId }: Record<string, unknown>,
): Promise<void> {
  const { messageProperties } = headerOf('2.0', 'error');
  const [requester, answerer] = messageProperties;
  const properties = [
    { ...answerer!, name: 'originalSender' },
    { ...requester!, name: 'finalRecipient' },
    { name: 'ExchangeId', value: String(exchangeId) },
    { name: 'SpecificationId', value: 'oots-edm:v2.0' },
  ];
  const changes = { properties, conversationId: String(conversationId) };
  await submitDocument(provider.gateway, '2.0', 'error', document, changes);
  await settled();
}

/** What partners and backends may try with exchanges that are not theirs, and with documents that are none. */

const ID = /urn:uuid:3d6f0c1e-8a54-4b0d-9f31-6c2b7a1e0d4f/;

test('a request for another party is an exchange of its own, though its ExchangeId is that of one that is known', async (t) => {
  const portals = await openPortals(t);
  const { portal, provider, settled } = portals;
  const first = viewIn(await ask(portals, '2.0'), 202);
  await settled();
  const content = contentOf('2.0');
  const theirs = {
    ...content,
    evidenceRequester: content.evidenceRequester!.map((agent) => ({
      ...agent,
      identifier: { ...agent.identifier, value: '0815' },
    })),
  };
  const other = viewIn(
    await ask(portals, '2.0', undefined, { request: theirs, exchangeId: first.exchangeId }),
    202,
  );
  await settled();
  assert.notEqual(other.id, first.id);
  assert.equal((await get(portal, first.id)).party, '4711000022');
  assert.equal((await get(portal, other.id)).party, '0815');
  assert.equal((await exchangesOf(provider.gateway)).length, 2);
});

test('the refusal of a request that came twice is no answer to the first one, which still can be given', async (t) => {
  const portals = await openPortals(t);
  const { portal, provider, settled, clock } = portals;
  const header = headerOf('2.0', 'request');
  const request = sampleNamed('2.0', 'request-natural');
  assert.match(request, ID);
  await submitDocument(portal.gateway, '2.0', 'request', request, { properties: header.messageProperties });
  await settled();
  await submitDocument(portal.gateway, '2.0', 'request', request, { messageId: 'again@portal.example' });
  await settled();
  clock.advance(1000);
  await settled();
  await settled();
  const errors = (await portal.gateway.inbox()).filter(
    ({ userMessage }) => userMessage.collaborationInfo.action === 'ExceptionResponse',
  );
  assert.equal(errors.length, 1, 'the repetition is refused');
  const waiting = await asked(portals);
  assert.equal(waiting.state, 'requested');
  viewIn(await answer(portals, waiting.id, { outcome: 'no-match' }), 202);
  await settled();
  const [asks] = await exchangesOf(portal.gateway);
  assert.deepEqual([asks!.state, asks!.outcome], ['answered', 'no-match']);
  assert.equal((await exchangesOf(provider.gateway)).length, 1);
});

test('a preview link that is no https:// link is nothing to send a citizen to', async (t) => {
  const portals = await openPortals(t, { documentCheck: '{ inbound: refuse }' });
  const { portal, settled } = portals;
  const { id } = viewIn(await ask(portals, '2.0'), 202);
  await settled();
  const { requestId, exchangeId, conversationId } = await asked(portals);
  const error = sampleNamed('2.0', 'error-preview')
    .replace(ID, String(requestId))
    .replace(/https:\/\/preview[^<]*/, 'javascript:alert(1)');
  await hostile(portals, error, { exchangeId, conversationId });
  const shown = await get(portal, id);
  assert.deepEqual([shown.state, shown.citizenLink], ['preview-required', undefined]);
  const path = `/v1/exchanges/${id}/preview`;
  const asking = await portal.api.postJson(path, { returnLocation: 'https://portal.example/' });
  assertProblem(asking, 422, 'oots/bad-preview-location', 'previewLocation');
});

test('a request without an id is none: nobody could answer it', async (t) => {
  const portals = await openPortals(t, { documentCheck: '{ inbound: off }' });
  const request = sampleNamed('2.0', 'request-natural').replace(/ id="urn:uuid:[^"]*"/, ' id=" "');
  await submitDocument(portals.portal.gateway, '2.0', 'request', request);
  await portals.settled();
  assert.deepEqual(await exchangesOf(portals.provider.gateway), []);
  assert.equal((await portals.provider.gateway.inbox()).length, 1);
});
