import assert from 'node:assert/strict';
import { test } from 'node:test';
import { purgePayloads } from '../../src/msh/deliver/retention.ts';
import { pairGateways } from '../support/test-pair.ts';
import { submitParts } from '../support/test-gateway.ts';

const HOUR = 3_600_000;

test('payloads go when everybody has them, small and large, and the messages stay with their receipts', async (t) => {
  const pair = await pairGateways(t);
  const { a, b } = pair;
  const parts = ['small', 'x'.repeat(200_000)].map((content) => ({ mimeType: 'text/plain', content }));
  const { messageId } = await submitParts(a, { action: 'Ask' }, parts);
  await Promise.all([a.settled(), b.settled()]);
  const [received] = await b.inbox();
  const retention = { takenMs: 0, sentMs: HOUR };
  await purgePayloads(b.context, retention);
  assert.equal((await b.content(received!.parts[0]!)).toString(), 'small', 'nobody has taken it');
  await b.msh.acknowledge(received!.rowId);
  await purgePayloads(b.context, retention);
  for (const part of received!.parts) await assert.rejects(b.content(part), { code: 'payloads/not-found' });
  assert.deepEqual(b.payloadFiles(), []);
  await purgePayloads(a.context, retention);
  assert.notDeepEqual(a.payloadFiles(), [], 'the hour is not over');
  a.clock.advance(HOUR);
  await purgePayloads(a.context, retention);
  assert.deepEqual(a.payloadFiles(), []);
  const status = await a.msh.status(messageId);
  assert.equal(status?.message.state, 'DELETED');
  assert.notEqual(status.message.receipt, undefined);
  await assert.rejects(b.msh.redeliver((await b.world.store.getInbound(received!.rowId))!, 'test'), {
    code: 'deliver/not-taken',
  });
  assert.ok(b.events.some(({ event }) => event === 'deliver/purged'));
});
