import assert from 'node:assert/strict';
import { test } from 'node:test';
import { previewOf } from '../../src/oots/exchange/preview/preview.ts';
import type { Exchange } from '../../src/oots/index.ts';
import { assertProblem } from '../faces/rest/api.ts';
import { contentOf } from '../oots/exchange/composing.ts';
import { openPortals } from '../support/exchange-portals.ts';
import { answer, ask, asked, viewIn } from './portal-calls.ts';

/** What may be tried with previews that are over, and with what partners write into them. */

const LINK = { outcome: 'preview-required', link: { base: 'https://preview.oldport.example/visits' } };

test('a session ends with its request: it shows and decides nothing of what is asked after it', async (t) => {
  const portals = await openPortals(t);
  const { provider, settled } = portals;
  const first = viewIn(await ask(portals, '2.0'), 202);
  await settled();
  const { id } = await asked(portals);
  const offered = viewIn(await answer(portals, id, LINK), 202);
  const token = new URL(String(offered.previewLocation)).searchParams.get('token');
  const { json: opened, status } = await provider.api.postJson('/v1/preview/open', { token });
  assert.equal(status, 200);
  const content = contentOf('2.0');
  const person = { ...content.query.naturalPerson!, familyName: 'Somebody-Else' };
  const about = { request: { ...content, query: { ...content.query, naturalPerson: person } } };
  const { exchangeId, conversationId } = first;
  viewIn(await ask(portals, '2.0', undefined, { ...about, exchangeId, conversationId }), 202);
  await settled();
  viewIn(await answer(portals, id, LINK), 202);
  await settled();
  assert.equal((await asked(portals)).state, 'preview-required');
  const { session } = opened;
  const visit = await provider.api.postJson('/v1/preview/session', { session });
  assert.equal(visit.text.includes('Somebody-Else'), false, visit.text);
  assert.equal((visit.json.preview as { state: string }).state, 'expired');
  const decision = await provider.api.postJson('/v1/preview/decide', { session, decision: 'approved' });
  assertProblem(decision, 409, 'oots/preview-over', 'state');
});

test('a citizen is sent back to no link but an https:// one', () => {
  const link = { hash: '', exchange: 'e', requestId: 'r', linkedAt: 1, expiresAt: 9 };
  const exchange = { id: 'e', state: 'preview-requested' } as Exchange;
  const back = (returnLocation: string): string | undefined =>
    previewOf(
      exchange,
      [
        {
          rowId: '1',
          direction: 'in',
          messageId: 'm',
          at: 1,
          facts: { kind: 'request', version: '2.0', returnLocation },
        },
      ],
      link,
      2,
    ).returnLocation;
  assert.equal(back('https://portal.example/back'), 'https://portal.example/back');
  for (const bad of ['javascript:alert(1)', 'http://portal.example/', '//portal.example', ''])
    assert.equal(back(bad), undefined, bad);
});
