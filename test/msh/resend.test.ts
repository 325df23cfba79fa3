import assert from 'node:assert/strict';
import { after, describe, test } from 'node:test';
import { createMsh } from '../../src/msh/index.ts';
import { testPki } from '../support/pki.ts';
import { ringDue, statusOf, submitParts } from '../support/test-gateway.ts';
import { inReverse, pairGateways, PARTY_TYPE, SERVICE } from '../support/test-pair.ts';
import type { Pair } from '../support/test-pair.ts';
import type { Interceptor } from '../support/test-wire.ts';

/** Sending a failed message again: an operator's act, in a window of its own. */

const MINUTE = 60_000;
const ending = inReverse({ after });
const ASK = { service: SERVICE, action: 'Ask', to: { partyIds: [{ value: 'AP_B', type: PARTY_TYPE }] } };
const NOTE = { contentId: 'note', mimeType: 'application/xml', content: '<note>of something</note>' };

const unavailable: Interceptor = () =>
  Promise.resolve({ status: 503, contentType: undefined, body: Buffer.alloc(0) });

/** A message whose window has passed under these circumstances. */
async function failed(pair: Pair, intercept: Interceptor = unavailable): Promise<string> {
  pair.wire.intercept = intercept;
  const { messageId } = await submitParts(pair.a, ASK, [NOTE]);
  await pair.a.settled();
  for (let { message } = await statusOf(pair.a, messageId); message.state === 'WAITING_FOR_RETRY';) {
    pair.clock.now = message.nextAttemptAt!;
    await ringDue(pair.a);
    ({ message } = await statusOf(pair.a, messageId));
  }
  assert.equal((await statusOf(pair.a, messageId)).message.state, 'SEND_FAILURE');
  return messageId;
}

describe('resending', () => {
  test('a new window of the whole schedule; attempts count on, MessageId and envelope stay', async () => {
    const pair = await pairGateways(ending);
    const messageId = await failed(pair);
    const before = await statusOf(pair.a, messageId);
    pair.clock.advance(60 * MINUTE);
    const start = pair.clock.now;
    const result = await pair.a.msh.resend(messageId, 'operator');
    assert.deepEqual(result?.warnings, []);
    assert.deepEqual(result?.message.resend, { at: start, by: 'operator', attemptsBefore: 5 });
    await pair.a.settled();
    const sixth = await statusOf(pair.a, messageId);
    assert.deepEqual([sixth.message.state, sixth.message.attempts], ['WAITING_FOR_RETRY', 6]);
    assert.deepEqual(
      sixth.upcoming,
      [3, 6, 9, 12].map((minutes) => start + minutes * MINUTE),
    );
    assert.deepEqual(sixth.message.envelope, before.message.envelope);
    for (const minutes of [3, 6, 9, 12]) {
      pair.clock.now = start + minutes * MINUTE;
      await ringDue(pair.a);
    }
    const last = await statusOf(pair.a, messageId);
    assert.equal(last.message.state, 'SEND_FAILURE');
    assert.match(last.message.failure!.message, /after 5 attempts/);
    assert.deepEqual(
      last.attempts.map(({ number }) => number),
      [1, 2, 3, 4, 5, 6, 7, 8, 9, 10],
    );
  });

  test('one whose receipts were all lost is acknowledged with the receipt of the first copy', async () => {
    const pair = await pairGateways(ending);
    const messageId = await failed(pair, async (_, forward) => {
      await forward();
      return { status: 502, contentType: undefined, body: Buffer.alloc(0) };
    });
    pair.wire.intercept = undefined;
    await pair.a.msh.resend(messageId, 'operator');
    await pair.a.settled();
    const { message } = await statusOf(pair.a, messageId);
    assert.equal(message.state, 'ACKNOWLEDGED');
    const [received, ...more] = await pair.b.inbox();
    assert.deepEqual(more, []);
    assert.equal(received!.receipt.messageId, message.receipt?.messageId);
  });

  test('a window that passes while nothing runs is given up with its own attempts only', async () => {
    const pair = await pairGateways(ending);
    const messageId = await failed(pair);
    await pair.a.msh.resend(messageId, 'operator');
    await pair.a.settled();
    pair.clock.advance(24 * 60 * MINUTE);
    await ringDue(pair.a);
    const { message } = await statusOf(pair.a, messageId);
    assert.equal(message.state, 'SEND_FAILURE');
    assert.equal(message.failure?.ebms, 'EBMS:0301');
  });

  test('only a failed message, of an agreement that is loaded', async () => {
    const pair = await pairGateways(ending);
    const { msh } = pair.a;
    assert.equal(await msh.resend('nobody@nowhere', 'operator'), undefined);
    const { messageId } = await submitParts(pair.a, ASK, [NOTE]);
    await pair.a.settled();
    await assert.rejects(msh.resend(messageId, 'operator'), { code: 'send/not-failed' });
    const lost = await failed(pair);
    const { keyRing } = pair.a.context.agreements();
    const without = createMsh({ ...pair.a.context, agreements: () => ({ pmodes: [], keyRing }) });
    await assert.rejects(without.resend(lost, 'operator'), { code: 'send/pmode-gone' });
    assert.equal((await statusOf(pair.a, lost)).message.state, 'SEND_FAILURE');
  });

  test('signed with a key that was replaced: warned while it is ours, refused once retired or expired', async () => {
    const pair = await pairGateways(ending);
    const messageId = await failed(pair);
    const { keys, msh } = pair.a;
    const old = keys.signing;
    const next = await (await testPki()).party('AP_A renewed');
    keys.signing = next;
    keys.decryption = [next];
    await assert.rejects(msh.resend(messageId, 'operator'), { code: 'send/signer-retired' });
    keys.decryption = [next, old];
    const before = pair.clock.now;
    pair.clock.now = old.certificate.notAfter.getTime() + 1;
    await assert.rejects(msh.resend(messageId, 'operator'), { code: 'send/signer-retired' });
    pair.clock.now = before;
    assert.equal((await statusOf(pair.a, messageId)).message.state, 'SEND_FAILURE');
    pair.wire.intercept = undefined;
    const result = await msh.resend(messageId, 'operator');
    assert.match(result!.warnings[0]!, /another key has replaced/);
    await pair.a.settled();
    assert.equal(
      (await statusOf(pair.a, messageId)).message.state,
      'ACKNOWLEDGED',
      'the partner still knows it',
    );
  });
});
