import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import type { OutboundStatus } from '../../../src/msh/index.ts';
import { receipt } from '../../support/fake-msh.ts';
import { assertProblem, startApi } from './api.ts';
import type { Api } from './api.ts';

const AT = Date.parse('2025-06-01T10:00:00Z');

async function submitted(
  api: Api,
  messageId: string,
  change: Partial<OutboundStatus['message']> = {},
): Promise<void> {
  const answer = await api.postJson('/v1/messages', {
    messageId,
    parts: [{ mimeType: 'text/plain', content: 'aGVsbG8=' }],
  });
  assert.equal(answer.status, 202);
  const status = api.msh.outbound.get(messageId)!;
  api.msh.outbound.set(messageId, { ...status, message: { ...status.message, ...change } });
}

test('a status tells state, attempts, the times of those to come, receipt and failure', async (t) => {
  const api = await startApi(t);
  await submitted(api, 'm@x', { state: 'WAITING_FOR_RETRY', attempts: 1, nextAttemptAt: AT + 180_000 });
  const status = api.msh.outbound.get('m@x')!;
  const failure = {
    step: 'send/push',
    code: 'http/tls-failed',
    message: 'the certificate of the partner has expired',
    finding: {
      check: 'tls-certificate-valid-now',
      field: 'b.example:443',
      advice: 'Ask the partner to renew it.',
      certificate: {
        subject: 'CN=b',
        issuer: 'CN=ca',
        serialNumber: '01',
        notBefore: '2024-01-01T00:00:00.000Z',
        notAfter: '2025-01-01T00:00:00.000Z',
      },
    },
    partnerErrors: {
      verified: false,
      errors: [{ errorCode: 'EBMS:0004', severity: 'failure', description: { text: 'no', lang: 'en' } }],
    },
  } as const;
  api.msh.outbound.set('m@x', {
    ...status,
    attempts: [
      {
        number: 1,
        startedAt: AT,
        endedAt: AT + 250,
        address: 'https://b.example/as4',
        outcome: 'retry',
        httpStatus: 500,
        failure,
      },
    ],
    upcoming: [AT + 180_000, AT + 360_000],
  });
  const { status: code, json } = await api.call('GET', '/v1/messages/m%40x');
  assert.equal(code, 200);
  assert.equal(json.state, 'WAITING_FOR_RETRY');
  assert.equal(json.nextAttemptAt, '2025-06-01T10:03:00.000Z');
  assert.deepEqual(json.upcomingAttempts, ['2025-06-01T10:03:00.000Z', '2025-06-01T10:06:00.000Z']);
  const [attempt] = json.attempts as Record<string, unknown>[];
  assert.equal(attempt?.startedAt, '2025-06-01T10:00:00.000Z');
  assert.deepEqual(attempt?.failure, failure);
  assert.equal(json.receipt, undefined);
  assert.deepEqual(json.links, { self: '/v1/messages/m%40x' });
  const [part] = json.parts as Record<string, unknown>[];
  assert.equal(part?.size, 5);
});

test('receipt and envelope are given byte for byte, to be saved and not shown', async (t) => {
  const api = await startApi(t);
  await submitted(api, 'm@x');
  assertProblem(await api.call('GET', '/v1/messages/m%40x/receipt'), 404, 'rest/no-receipt', 'state');
  assertProblem(await api.call('GET', '/v1/messages/m%40x/envelope'), 404, 'rest/no-envelope', 'state');
  const bytes = Buffer.from([0xef, 0xbb, 0xbf, 0x3c, 0x00, 0xff]);
  const status = api.msh.outbound.get('m@x')!;
  const kept = { bytes, contentType: 'multipart/related; boundary="b b"; type="application/soap+xml"' };
  api.msh.outbound.set('m@x', {
    ...status,
    message: {
      ...status.message,
      state: 'ACKNOWLEDGED',
      receipt: { ...receipt(), ...kept },
      envelope: { bytes, encryptionOffset: 0, references: [], signer: '' },
    },
  });
  const receiptAnswer = await api.call('GET', '/v1/messages/m%40x/receipt');
  assert.deepEqual(receiptAnswer.bytes, bytes);
  assert.equal(receiptAnswer.headers.get('content-type'), kept.contentType);
  assert.equal(receiptAnswer.headers.get('content-disposition'), 'attachment; filename="receipt-m_x.mime"');
  assert.equal(receiptAnswer.headers.get('x-content-type-options'), 'nosniff');
  const envelope = await api.call('GET', '/v1/messages/m%40x/envelope');
  assert.deepEqual(envelope.bytes, bytes);
  assert.equal(envelope.headers.get('content-disposition'), 'attachment; filename="envelope-m_x.xml"');
  const { json } = await api.call('GET', '/v1/messages/m%40x');
  assert.deepEqual(json.links, {
    self: '/v1/messages/m%40x',
    receipt: '/v1/messages/m%40x/receipt',
    envelope: '/v1/messages/m%40x/envelope',
  });
  assert.equal((json.receipt as { size: number }).size, bytes.length);
});

test('any MessageId works in a path when it is percent-encoded', async (t) => {
  const api = await startApi(t);
  const ids = [
    'a/b@c',
    'a#b',
    'a%b',
    'a%2Fb',
    'a?b=c&d',
    'ünïcödé@ßerver',
    '日本語@x',
    'a b+c',
    'uuid:3f0e6f0c@x',
    "it's;(fine)!*",
    'a\\b"<c>',
    '/',
    '%',
    '🙂@x',
  ];
  for (const id of ids) {
    const posted = await api.postJson('/v1/messages', { messageId: id });
    assert.equal(posted.status, 202, id);
    const { self } = posted.json.links as { self: string };
    const answer = await api.call('GET', self);
    assert.equal(answer.status, 200, id);
    assert.equal(answer.json.messageId, id);
    const message = api.msh.deliver({ messageId: `in-${id}` });
    const received = await api.call('GET', `/v1/inbox/${encodeURIComponent(message.messageId)}`);
    assert.equal(received.json.id, message.rowId, id);
  }
  await fc.assert(
    fc.asyncProperty(
      fc.string({ unit: 'grapheme', minLength: 1, maxLength: 40 }).filter((id) => !/^\.{1,2}$/.test(id)),
      async (id) => {
        const posted = await api.postJson('/v1/messages', { messageId: id });
        assert.ok(posted.status < 300, posted.text);
        const answer = await api.call('GET', `/v1/messages/${encodeURIComponent(id)}`);
        assert.equal(answer.json.messageId, id);
      },
    ),
    { numRuns: 50 },
  );
});

test('a path that is not percent-encoded UTF-8 is refused, an unknown message is 404', async (t) => {
  const api = await startApi(t);
  assertProblem(await api.call('GET', '/v1/messages/%ff'), 400, 'rest/bad-request', 'path');
  assertProblem(await api.call('GET', '/v1/messages/%zz'), 400, 'rest/bad-request', 'path');
  const unknown = await api.call('GET', '/v1/messages/no%2Fsuch');
  assertProblem(unknown, 404, 'rest/unknown-message', 'id');
  assert.equal((unknown.json.finding as { found: string }).found, 'no/such');
  for (const path of [
    '/v1/messages/x/receipt',
    '/v1/messages/x/envelope',
    '/v1/inbox/x',
    '/v1/inbox/x/parts/0',
  ]) {
    assertProblem(await api.call('GET', path), 404, 'rest/unknown-message');
  }
});

test('lists are filtered and paged to the end without loss or repetition', async (t) => {
  const api = await startApi(t, { limits: { pageSize: 3 } });
  for (let i = 0; i < 8; i += 1) {
    await api.postJson('/v1/messages', { messageId: `m${i}`, conversationId: i < 7 ? 'käse & co' : 'other' });
  }
  const seen: unknown[] = [];
  let next: string | undefined = `/v1/messages?conversationId=${encodeURIComponent('käse & co')}&limit=100`;
  while (next !== undefined) {
    const page = await api.call('GET', next);
    const items = page.json.items as { messageId: string }[];
    assert.ok(items.length <= 3);
    seen.push(...items.map((item) => item.messageId));
    next = (page.json.links as { next?: string }).next;
    assert.equal(next === undefined, page.json.cursor === undefined);
  }
  assert.deepEqual(seen, ['m0', 'm1', 'm2', 'm3', 'm4', 'm5', 'm6']);
  const failed = await api.call('GET', '/v1/messages?state=SEND_FAILURE');
  assert.deepEqual(failed.json.items, []);
});

test('queries that are not understood are refused', async (t) => {
  const api = await startApi(t);
  const cases: [string, string, string][] = [
    ['/v1/messages?state=SENT', 'rest/invalid-field', 'state'],
    ['/v1/messages?limit=0', 'rest/invalid-field', 'limit'],
    ['/v1/messages?limit=-1', 'rest/invalid-field', 'limit'],
    ['/v1/messages?limit=ten', 'rest/invalid-field', 'limit'],
    ['/v1/messages?stat=X', 'rest/unknown-field', 'stat'],
    ['/v1/messages?state=DELETED&state=DELETED', 'rest/invalid-field', 'state'],
    ['/v1/messages?cursor=garbage', 'store/bad-page', 'cursor'],
    ['/v1/inbox?wait=soon', 'rest/invalid-field', 'wait'],
    ['/v1/journal?state=X', 'rest/unknown-field', 'state'],
  ];
  for (const [path, code, field] of cases) assertProblem(await api.call('GET', path), 400, code, field);
});
