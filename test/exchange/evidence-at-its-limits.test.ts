import assert from 'node:assert/strict';
import { test } from 'node:test';
import { purgePayloads } from '../../src/msh/deliver/retention.ts';
import { QuoinError } from '../../src/protocol/errors/index.ts';
import { assertProblem } from '../faces/rest/api.ts';
import type { Answer } from '../faces/rest/api.ts';
import { openPortals } from '../support/exchange-portals.ts';
import type { Portals, Side } from '../support/exchange-portals.ts';
import { answer, ask, asked, base64, get, viewIn } from './portal-calls.ts';
import type { View } from './portal-calls.ts';

/** What portals and providers meet beside the straight way: waiting, two at once, a record that fails, payloads that are gone. */

const EVIDENCE = {
  outcome: 'evidence',
  documents: [{ title: 'Record', mimeType: 'application/pdf', content: base64('%PDF') }],
};
const LINK = 'https://preview.oldport.example/visits/9f2c7e';

/** Everything goes its way, once somebody waits for it. */
async function meanwhile(
  waiting: Promise<unknown>,
  portals: Portals,
  act: () => Promise<unknown>,
): Promise<void> {
  await act();
  await portals.settled();
  await waiting;
}

test('whoever waits for an exchange gets it when it has moved, or at once when it is another already', async (t) => {
  const portals = await openPortals(t);
  const { portal, provider } = portals;
  const first = provider.api.call('GET', '/v1/exchanges?role=provider&state=requested&wait=60');
  const { id } = viewIn(await ask(portals, '2.0'), 202);
  await meanwhile(first, portals, () => Promise.resolve());
  assert.equal(((await first).json.items as View[]).length, 1);
  // It would wait for ten minutes if it had to.
  assert.equal((await get(portal, id, '?unless=answered&wait=60')).state, 'requested');
  const moved = get(portal, id, '?wait=60');
  const answered = get(portal, id, '?unless=requested&wait=60');
  await meanwhile(answered, portals, async () => answer(portals, (await asked(portals)).id, EVIDENCE));
  assert.deepEqual([(await moved).state, (await answered).state], ['answered', 'answered']);
  assert.equal((await get(portal, id, '?unless=requested&wait=60')).outcome, 'evidence');
});

test('the same wish twice at once is one request, whichever is faster', async (t) => {
  const portals = await openPortals(t);
  const both = await Promise.all([1, 2, 3, 4].map(() => ask(portals, '2.0', 'one-wish')));
  assert.deepEqual(both.map(({ status }) => status).sort(), [200, 200, 200, 202]);
  assert.equal(new Set(both.map(({ json }) => json.id)).size, 1);
  await portals.settled();
  assert.equal((await portals.provider.gateway.inbox()).length, 1);
  const { id } = await asked(portals);
  const answers = await Promise.all([1, 2, 3].map(() => answer(portals, id, EVIDENCE)));
  assert.deepEqual(
    answers.map(({ status }) => status).filter((status) => status !== 200 && status !== 202),
    [],
    answers.map(({ text }) => text).join('\n'),
  );
  await portals.settled();
  assert.equal((await portals.portal.gateway.inbox()).length, 1);
});

test('evidence whose payload was removed is 410, and the exchange and its log stay', async (t) => {
  const portals = await openPortals(t);
  const { portal } = portals;
  const { id } = viewIn(await ask(portals, '2.0'), 202);
  await portals.settled();
  viewIn(await answer(portals, (await asked(portals)).id, EVIDENCE), 202);
  await portals.settled();
  const evidence = (): Promise<Answer> => portal.api.call('GET', `/v1/exchanges/${id}/evidence/0`);
  assert.equal((await evidence()).text, '%PDF');
  const retention = { takenMs: 0, sentMs: 0 };
  await purgePayloads(portal.gateway.context, retention);
  assert.equal((await evidence()).text, '%PDF', 'nobody has said that they have it');
  assert.equal((await portal.api.call('POST', `/v1/exchanges/${id}/acknowledge`)).status, 200);
  await purgePayloads(portal.gateway.context, retention);
  assertProblem(await evidence(), 410, 'payloads/not-found', 'payload');
  const after = await get(portal, id);
  assert.deepEqual([after.state, after.outcome], ['answered', 'evidence']);
  const documents = after.documents as readonly { readonly links: { readonly content: string } }[];
  for (const { links } of documents) assert.equal((await portal.api.call('GET', links.content)).status, 200);
});

/** From now on the store can record no document, until it is mended. */
function breakRecords({ gateway }: Side): { readonly mend: () => void } {
  const { store } = gateway.world;
  const whole = { ...store };
  const record = (): Promise<never> =>
    Promise.reject(new QuoinError('store/unavailable', 'The database went away.'));
  Object.assign(store, { record });
  return { mend: () => Object.assign(store, { record: whole.record.bind(store) }) };
}

test('a request that was sent when nothing could be recorded is on record as soon as something can', async (t) => {
  const portals = await openPortals(t);
  const store = breakRecords(portals.portal);
  assertProblem(await ask(portals, '2.0', 'a-wish'), 503, 'oots/not-recorded', 'messageId');
  assertProblem(await ask(portals, '2.0', 'a-wish'), 503, 'oots/not-recorded', 'messageId');
  store.mend();
  const { id, state } = viewIn(await ask(portals, '2.0', 'a-wish'), 200);
  assert.equal(state, 'requested');
  await portals.settled();
  assert.equal((await portals.provider.gateway.inbox()).length, 1, 'it was sent once');
  viewIn(await answer(portals, (await asked(portals)).id, EVIDENCE), 202);
  await portals.settled();
  assert.equal((await get(portals.portal, id)).outcome, 'evidence');
});

test('an answer that was sent when nothing could be recorded is given once', async (t) => {
  const portals = await openPortals(t);
  const { id } = viewIn(await ask(portals, '2.0'), 202);
  await portals.settled();
  const waiting = await asked(portals);
  const store = breakRecords(portals.provider);
  assertProblem(await answer(portals, waiting.id, EVIDENCE), 503, 'oots/not-recorded', 'messageId');
  store.mend();
  viewIn(await answer(portals, waiting.id, EVIDENCE), 200);
  await portals.settled();
  assert.equal((await portals.portal.gateway.inbox()).length, 1);
  assert.equal((await get(portals.portal, id)).outcome, 'evidence');
});

for (const version of ['1.2', '2.0'] as const)
  test(`EDM ${version}: a second request of one's own XML is taken only if it asks the same`, async (t) => {
    const portals = await openPortals(t);
    const { portal } = portals;
    const first = viewIn(await ask(portals, version), 202);
    await portals.settled();
    const preview = { outcome: 'preview-required', location: LINK, description: 'See it' };
    viewIn(await answer(portals, (await asked(portals)).id, preview), 202);
    await portals.settled();
    const { text } = await portal.api.call('GET', `/v1/exchanges/${first.id}/documents/0`);
    const slot = (name: string, value: string): string =>
      `<rim:Slot name="${name}"><rim:SlotValue xsi:type="rim:StringValueType"><rim:Value>${value}</rim:Value></rim:SlotValue></rim:Slot>`;
    const links = slot('PreviewLocation', LINK) + (version === '2.0' ? slot('ReturnLocation', LINK) : '');
    const second = text
      .replace(/ id="urn:uuid:[^"]*"/, ' id="urn:uuid:7b1c2d3e-4f50-4a61-8b72-9c83ad94be05"')
      .replace(/<rim:Slot name="PossibilityForPreview"/, `${links}$&`);
    const send = (document: string): Promise<Answer> =>
      portal.api.postJson('/v1/exchanges', {
        document,
        conversationId: first.conversationId,
        ...(version === '2.0' ? { exchangeId: first.exchangeId } : {}),
      });
    const other = second.replace(/(<sdg:FamilyName[^>]*>)[^<]*/, '$1Other');
    assert.ok(other !== second);
    assertProblem(await send(other), 422, 'oots/changed-request', 'document');
    assert.equal(viewIn(await send(second), 202).state, 'preview-requested');
    await portals.settled();
    assert.equal((await asked(portals)).state, 'preview-requested');
  });
