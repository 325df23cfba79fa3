import assert from 'node:assert/strict';
import { test } from 'node:test';
import { EXIT } from '../../../src/faces/cli/index.ts';
import type { OutboundStatus } from '../../../src/msh/index.ts';
import { startApi } from '../rest/api.ts';
import type { Api } from '../rest/api.ts';
import { quoin } from './terminals.ts';

/** Keeps a message and changes how it stands. */
async function sent(
  api: Api,
  action: string,
  change: (status: OutboundStatus) => Partial<OutboundStatus> = () => ({}),
): Promise<string> {
  const { json } = await api.postJson('/v1/messages', { action });
  const messageId = String(json['messageId']);
  const status = api.msh.outbound.get(messageId)!;
  api.msh.outbound.set(messageId, { ...status, ...change(status) });
  return messageId;
}

test('messages are listed by state, as many as asked for, over all pages', async (t) => {
  const api = await startApi(t, { limits: { pageSize: 2 } });
  const ids: string[] = [];
  for (let n = 0; n < 5; n++) ids.push(await sent(api, `urn:action-${n}`));
  const some = await quoin('--api', api.url, 'messages', '--limit', '3');
  assert.equal(some.code, EXIT.done);
  assert.equal(some.out.split('\n').length, 4, 'a heading and three rows');
  assert.match(some.err, /--limit 6, or --all/);
  const all = await quoin('--api', api.url, '--json', 'messages', '--all');
  const listed = JSON.parse(all.out) as readonly { readonly messageId: string }[];
  assert.deepEqual(listed.map(({ messageId }) => messageId).sort(), [...ids].sort());
  const none = await quoin('--api', api.url, 'messages', '--state', 'SEND_FAILURE');
  assert.match(none.out, /^No message/);
});

test('a failure is explained: step, check, certificate, advice; what nobody has proven is marked', async (t) => {
  const api = await startApi(t);
  const at = Date.parse('2026-01-15T12:00:00Z');
  const failure = {
    step: 'send/read-reply',
    code: 'send/partner-error',
    message: 'The partner refuses the message.',
    finding: {
      check: 'partner-accepts',
      expected: 'a receipt',
      found: 'EBMS:0004',
      advice: 'Ask the partner.',
      certificate: {
        subject: 'CN=AP_XB',
        issuer: 'CN=CA',
        serialNumber: '77',
        notBefore: '2026-01-01T00:00:00.000Z',
        notAfter: '2027-01-01T00:00:00.000Z',
      },
    },
    partnerErrors: {
      verified: false,
      errors: [{ errorCode: 'EBMS:0004', severity: 'failure', errorDetail: 'disk full\u001b[2J' } as const],
    },
  };
  const messageId = await sent(api, 'urn:x', ({ message }) => ({
    message: { ...message, state: 'WAITING_FOR_RETRY', attempts: 1, failure },
    attempts: [
      { number: 1, startedAt: at, endedAt: at + 250, address: 'https://ap/as4', outcome: 'retry', failure },
    ],
    upcoming: [Date.now() + 180_000, Date.now() + 360_000],
  }));
  const { code, out } = await quoin('--api', api.url, 'status', messageId);
  assert.equal(code, EXIT.done);
  for (const line of [
    /^1 +2026-01-15T12:00:00\.000Z +250 ms +- +retry +https:\/\/ap\/as4$/m,
    /^The partner refuses the message\.$/m,
    /^ +step +send\/read-reply$/m,
    /^ +expected +a receipt$/m,
    /^ +subject +CN=AP_XB$/m,
    /^ +serial +77$/m,
    /^ +valid +2026-01-01T00:00:00\.000Z to 2027-01-01T00:00:00\.000Z$/m,
    /^ +unverified +EBMS:0004: disk full\\u001b\[2J$/m,
    /^ +advice +Ask the partner\.$/m,
    /^next attempt at 20\S+Z \(in \d+ min\)$/m,
    /^then at +20\S+Z$/m,
  ])
    assert.match(out, line);
});
