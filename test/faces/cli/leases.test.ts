import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { EXIT } from '../../../src/faces/cli/index.ts';
import { submitParts } from '../../support/test-gateway.ts';
import { inReverse, pairGateways, PARTY_TYPE, SERVICE } from '../../support/test-pair.ts';
import { serveApi } from '../rest/api.ts';
import { quoin } from './terminals.ts';

const ending = inReverse({ after });
const ASK = { service: SERVICE, action: 'Ask', to: { partyIds: [{ value: 'AP_B', type: PARTY_TYPE }] } };

test('inbox lease, ack, release and redeliver, and messages resend, against a real store', async () => {
  const { a, b } = await pairGateways(ending);
  const { messageId } = await submitParts(a, ASK);
  await a.settled();
  const [{ url: sender }, { url: receiver }] = [await serveApi(ending, a.msh), await serveApi(ending, b.msh)];
  const inbox = (...words: string[]) => quoin('--api', receiver, 'inbox', ...words);
  const state = async () => (await b.msh.inbound(messageId))?.state;
  const leased = await inbox('lease', '--consumer', 'me', '--json');
  const { lease } = JSON.parse(leased.out) as { lease: { id: string; consumer: string } };
  assert.equal(lease.consumer, 'me');
  assert.match((await inbox('lease')).out, /^No message is free/);
  const stranger = await inbox('ack', messageId);
  assert.equal(stranger.code, EXIT.failed);
  assert.match(stranger.err, /deliver\/leased/);
  assert.equal((await inbox('release', messageId, '--lease', lease.id)).code, EXIT.done);
  const again = await inbox('lease');
  const id = /^lease (\S+) until/.exec(again.out)?.[1];
  assert.ok(id, again.out);
  await inbox('ack', messageId, '--lease', id);
  assert.equal(await state(), 'DOWNLOADED');
  await inbox('redeliver', messageId);
  assert.equal(await state(), 'RECEIVED');
  const resent = await quoin('--api', sender, 'messages', 'resend', messageId);
  assert.equal(resent.code, EXIT.failed);
  assert.match(resent.err, /send\/not-failed/);
});
