import assert from 'node:assert/strict';
import { test } from 'node:test';
import { EXIT } from '../../../src/faces/cli/index.ts';
import { contentOf } from '../../oots/exchange/composing.ts';
import { openPortals } from '../../support/exchange-portals.ts';
import { quoin } from './terminals.ts';

test('an exchange is shown as a timeline, by every id that names it', async (t) => {
  const { portal, provider, settled } = await openPortals(t);
  const { json: begun } = await portal.api.postJson('/v1/exchanges', {
    version: '2.0',
    request: contentOf('2.0'),
  });
  await settled();
  const listed = await quoin('--api', provider.api.url, 'exchange', 'list', '--state', 'requested');
  assert.equal(listed.code, EXIT.done, listed.err);
  assert.match(listed.out, /provider +requested +AP_A +2\.0/);
  const [waiting] = JSON.parse(
    (await quoin('--api', provider.api.url, '--json', 'exchange', 'list')).out,
  ) as readonly { readonly id: string }[];
  await provider.api.postJson(`/v1/exchanges/${waiting!.id}/answer`, {
    outcome: 'evidence',
    documents: [
      { title: 'Record', mimeType: 'application/pdf', content: Buffer.from('%PDF').toString('base64') },
    ],
  });
  await settled();
  const [request] = await portal.gateway.outbox();
  for (const id of [begun.id, begun.exchangeId, begun.requestId, request!.messageId, begun.conversationId]) {
    const { code, out, err } = await quoin('--api', portal.api.url, 'exchange', 'show', String(id));
    assert.equal(code, EXIT.done, err);
    assert.match(out, /answered, evidence/);
    assert.match(out, /MainEvidence +Record +application\/pdf +4 B/);
    assert.match(out, /-> request.*\n(.*\n)*.*-> receipt.*\n(.*\n)*.*<- answer: evidence/);
  }
  const waits = await quoin('--api', portal.api.url, 'exchange', 'list', '--waiting');
  assert.match(waits.out, /answered, evidence/);
});

test('an exchange nobody knows, and a list in which nothing is', async (t) => {
  const { portal } = await openPortals(t);
  const shown = await quoin('--api', portal.api.url, 'exchange', 'show', 'urn:uuid:unknown');
  assert.equal(shown.code, EXIT.notFound);
  const { out } = await quoin('--api', portal.api.url, 'exchange', 'list', '--outcome', 'deferred');
  assert.match(out, /no exchange/);
});
