import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import type { InboundMessage } from '../../src/msh/index.ts';
import { statusOf, submitParts } from '../support/test-gateway.ts';
import { inReverse, pairGateways, PARTY_TYPE, SERVICE } from '../support/test-pair.ts';
import type { Pair } from '../support/test-pair.ts';

/** Received messages on their way to a backend. */

const ending = inReverse({ after });
const ASK = { service: SERVICE, action: 'Ask', to: { partyIds: [{ value: 'AP_B', type: PARTY_TYPE }] } };
const NOTE = { contentId: 'note', mimeType: 'application/xml', content: '<note>of something</note>' };

async function received(pair: Pair): Promise<InboundMessage> {
  const { messageId } = await submitParts(pair.a, ASK, [NOTE]);
  await pair.a.settled();
  const message = await pair.b.msh.inbound(messageId);
  assert.ok(message);
  return message;
}

const wish = { consumer: 'backend', limit: 5, ms: 60_000, filter: {} };

test('lease, acknowledge, release and redeliver as a backend and an operator do', async () => {
  const pair = await pairGateways(ending);
  const { msh } = pair.b;
  const { rowId } = await received(pair);
  const first = await msh.lease(wish);
  assert.deepEqual(
    first.messages.map((message) => message.rowId),
    [rowId],
  );
  assert.deepEqual((await msh.lease(wish)).messages, []);
  await assert.rejects(msh.acknowledge(rowId), { code: 'deliver/leased' });
  await assert.rejects(msh.release(rowId, 'another'), { code: 'deliver/leased' });
  assert.equal(await msh.release(rowId, first.lease.id), true);
  assert.equal(await msh.release(rowId, first.lease.id), false);
  const second = await msh.lease(wish);
  assert.equal(await msh.acknowledge(rowId, second.lease.id), true);
  assert.equal(await msh.acknowledge(rowId, second.lease.id), false);
  const taken = (await msh.inbound(rowId))!;
  await msh.redeliver(taken, 'operator');
  await assert.rejects(msh.redeliver(taken, 'operator'), { code: 'deliver/not-taken' });
  assert.equal((await msh.lease(wish)).messages.length, 1);
});

test('a message whose payload is no longer kept is not delivered again', async () => {
  const pair = await pairGateways(ending);
  const { msh, world } = pair.b;
  const { rowId, parts } = await received(pair);
  await msh.acknowledge(rowId);
  await world.payloads.remove(parts[0]!.payload);
  await assert.rejects(msh.redeliver((await msh.inbound(rowId))!, 'operator'), {
    code: 'payloads/not-found',
  });
  await world.store.moveInbound(rowId, 'DOWNLOADED', 'DELETED', pair.clock.now);
  await assert.rejects(msh.redeliver((await msh.inbound(rowId))!, 'operator'), { code: 'deliver/not-taken' });
  assert.equal((await msh.inbound(rowId))?.state, 'DELETED');
});

test('the received SOAP part is kept as it came, and answers to the digests of the receipt', async () => {
  const pair = await pairGateways(ending);
  const message = await received(pair);
  const kept = await pair.b.msh.inboundEnvelope(message.rowId);
  const sent = (await statusOf(pair.a, message.messageId)).message.envelope!;
  assert.match(kept!.contentType, /^application\/soap\+xml/);
  const text = kept!.bytes.toString();
  for (const { digestValue } of sent.references) assert.ok(text.includes(digestValue));
  assert.match(text, /EncryptedData/, 'with its encryption headers, as on the wire');
});

test('business acceptance is said of messages in both directions and moves neither', async () => {
  const pair = await pairGateways(ending);
  const message = await received(pair);
  const said = await pair.b.msh.sayBusiness('in', message, {
    status: 'rejected',
    by: 'backend',
    reason: 'no',
  });
  assert.deepEqual(said, { status: 'rejected', by: 'backend', reason: 'no', at: pair.clock.now });
  const inbound = await pair.b.msh.inbound(message.rowId);
  assert.deepEqual([inbound?.business, inbound?.state], [said, 'RECEIVED']);
  const { message: sent } = await statusOf(pair.a, message.messageId);
  await pair.a.msh.sayBusiness('out', sent, { status: 'accepted', by: 'backend' });
  const after = await statusOf(pair.a, message.messageId);
  assert.deepEqual([after.message.business?.status, after.message.state], ['accepted', 'ACKNOWLEDGED']);
});
