import assert from 'node:assert/strict';
import { createHash, randomBytes } from 'node:crypto';
import { request as httpRequest } from 'node:http';
import { test } from 'node:test';
import { API_SCOPES } from '../../../src/config/index.ts';
import { safeFileName } from '../../../src/faces/rest/download.ts';
import type { InboundMessage } from '../../../src/msh/index.ts';
import fc from 'fast-check';
import { assertProblem, startApi } from './api.ts';

test('the inbox lists what was received, with its parts and where to get them', async (t) => {
  const api = await startApi(t);
  const message = api.msh.deliver({}, [
    { content: Buffer.from('<a/>'), mimeType: 'application/xml', href: 'cid:doc%231@partner' },
  ]);
  api.msh.deliver({ deliverable: false });
  const { json, status } = await api.call('GET', '/v1/inbox');
  assert.equal(status, 200);
  const items = json.items as Record<string, unknown>[];
  assert.equal(items.length, 1);
  assert.equal(items[0]?.id, message.rowId);
  assert.deepEqual(items[0]?.parts, [
    {
      contentId: 'doc#1@partner',
      mimeType: 'application/xml',
      properties: [{ name: 'MimeType', value: 'application/xml' }],
      size: 4,
      sha256: createHash('sha256').update('<a/>').digest('hex'),
      links: { content: `/v1/inbox/${message.rowId}/parts/0` },
    },
  ]);
  const one = await api.call('GET', `/v1/inbox/${message.rowId}`);
  assert.deepEqual(one.json, items[0]);
});

test('filters: state, conversation and action', async (t) => {
  const api = await startApi(t);
  api.msh.deliver({ state: 'DOWNLOADED', downloadedAt: Date.now() });
  api.msh.deliver();
  const count = async (query: string): Promise<number> =>
    ((await api.call('GET', `/v1/inbox${query}`)).json.items as unknown[]).length;
  assert.equal(await count(''), 2);
  assert.equal(await count('?state=RECEIVED'), 1);
  assert.equal(await count('?conversationId=conversation-1&action=urn:action'), 2);
  assert.equal(await count('?action=other'), 0);
});

test('a part is downloaded with its type, length, digest and a safe name', async (t) => {
  const api = await startApi(t);
  const content = randomBytes(5_000_000);
  const message = api.msh.deliver({}, [
    { content: Buffer.alloc(0), mimeType: 'text/plain' },
    { content, mimeType: 'application/pdf', href: 'cid:../../etc/passwd"\r\n@x' },
    { content: Buffer.from('x'), mimeType: 'text/html\r\nX-Evil: 1' },
    { content: Buffer.from('x'), mimeType: 'text/plain; charset="iso-8859-1"' },
  ]);
  const part = (n: number) => api.call('GET', `/v1/inbox/${message.rowId}/parts/${n}`);
  const empty = await part(0);
  assert.deepEqual([empty.status, empty.headers.get('content-length'), empty.bytes.length], [200, '0', 0]);
  assert.equal(empty.headers.get('content-type'), 'text/plain');
  const pdf = await part(1);
  assert.ok(pdf.bytes.equals(content));
  assert.equal(pdf.headers.get('content-type'), 'application/pdf');
  assert.equal(pdf.headers.get('content-length'), '5000000');
  assert.equal(pdf.headers.get('content-disposition'), 'attachment; filename="etc_passwd_x.pdf"');
  const digest = createHash('sha256').update(content).digest('base64');
  assert.equal(pdf.headers.get('repr-digest'), `sha-256=:${digest}:`);
  assert.equal((await part(2)).headers.get('content-type'), 'application/octet-stream');
  assert.equal((await part(3)).headers.get('content-type'), 'text/plain; charset="iso-8859-1"');
  const byMessageId = await api.call('GET', `/v1/inbox/${encodeURIComponent(message.messageId)}/parts/3`);
  assert.equal(byMessageId.text, 'x');
});

test('HEAD of a part tells its size without its bytes', async (t) => {
  const api = await startApi(t);
  const message = api.msh.deliver({}, [{ content: Buffer.alloc(1_000), mimeType: 'text/plain' }]);
  const response = await fetch(`${api.url}/v1/inbox/${message.rowId}/parts/0`, { method: 'HEAD' });
  assert.deepEqual([response.status, response.headers.get('content-length')], [200, '1000']);
});

test('parts that are not there, or no longer kept, are told apart', async (t) => {
  const api = await startApi(t);
  const message = api.msh.deliver({}, [{ content: Buffer.from('x'), mimeType: 'text/plain' }]);
  for (const n of ['1', '-1', 'x', '00000000', '1e0', ' 0']) {
    const answer = await api.call('GET', `/v1/inbox/${message.rowId}/parts/${encodeURIComponent(n)}`);
    assertProblem(answer, 404, 'rest/unknown-part', 'n');
  }
  api.msh.payloads.clear();
  const gone = await api.call('GET', `/v1/inbox/${message.rowId}/parts/0`);
  assertProblem(gone, 410, 'payloads/not-found');
  assert.equal(gone.headers.get('content-disposition'), null);
});

test('a payload that breaks off, or is not as long as promised, never looks complete', async (t) => {
  const api = await startApi(t);
  const content = Buffer.alloc(300_000);
  const message = api.msh.deliver({}, [{ content, mimeType: 'text/plain' }]);
  const { payload } = message.parts[0]!;
  const path = `/v1/inbox/${message.rowId}/parts/0`;
  for (const found of [200_000, 300_001, 600_000]) {
    api.msh.payloads.set(payload, Buffer.alloc(found));
    await assert.rejects(api.call('GET', path), `${found} of 300000`);
  }
  api.msh.openPayload = async function* () {
    yield content.subarray(0, 100_000);
    throw new Error('disk error');
  };
  await assert.rejects(api.call('GET', path));
  assert.ok(api.events.some((e) => /disk error/.test(String(e.error))));
});

test('a client that leaves in the middle of a download closes the payload and is no error', async (t) => {
  const api = await startApi(t);
  const message = api.msh.deliver({}, [{ content: Buffer.alloc(50_000_000), mimeType: 'text/plain' }]);
  let closed = false;
  let given = 0;
  api.msh.openPayload = async function* () {
    try {
      for (; given < 50_000_000; given += 100_000) yield Buffer.alloc(100_000);
    } finally {
      closed = true;
    }
  };
  await new Promise<void>((resolve, reject) => {
    const request = httpRequest(`${api.url}/v1/inbox/${message.rowId}/parts/0`, (response) => {
      response.once('data', () => {
        response.destroy();
        resolve();
      });
    });
    request.on('error', reject);
    request.end();
  });
  const guard = Date.now() + 20_000;
  while (!closed && Date.now() < guard) await new Promise((r) => setTimeout(r, 10));
  assert.ok(closed);
  assert.ok(given < 50_000_000, 'with back-pressure it was not all read');
  assert.ok(!api.events.some((e) => e.level === 'error'));
});

test('acknowledging moves the message once and may be repeated', async (t) => {
  const api = await startApi(t);
  const message = api.msh.deliver();
  const path = `/v1/inbox/${message.rowId}/acknowledge`;
  const first = await api.call('POST', path);
  assert.deepEqual(first.json, {
    id: message.rowId,
    messageId: message.messageId,
    state: 'DOWNLOADED',
    changed: true,
  });
  const again = await api.call('POST', path);
  assert.deepEqual([again.status, again.json.changed], [200, false]);
  assertProblem(await api.call('POST', '/v1/inbox/none/acknowledge'), 404, 'rest/unknown-message', 'id');
});

test('a long poll answers when something comes, at its end, and when the API closes', async (t) => {
  const api = await startApi(t, { limits: { pollMs: 20 } });
  api.msh.deliver({ state: 'DOWNLOADED' });
  const waiting = api.call('GET', '/v1/inbox?wait=30');
  await new Promise((r) => setTimeout(r, 60));
  const message = api.msh.deliver();
  const items = (await waiting).json.items as { id: string }[];
  assert.deepEqual(
    items.map((item) => item.id),
    [message.rowId],
  );
  await api.call('POST', `/v1/inbox/${message.rowId}/acknowledge`);
  assert.deepEqual((await api.call('GET', '/v1/inbox?wait=1')).json.items, []);
  const closing = api.call('GET', '/v1/inbox?wait=30');
  await new Promise((r) => setTimeout(r, 60));
  await api.listener.close();
  assert.deepEqual((await closing).json.items, []);
});

test('a long poll of a client that left stops looking', async (t) => {
  const api = await startApi(t, { limits: { pollMs: 10 } });
  let looks = 0;
  api.msh.inbox = async () => {
    looks += 1;
    return { items: [] };
  };
  const leaving = new AbortController();
  const poll = api.call('GET', '/v1/inbox?wait=30', { signal: leaving.signal });
  while (looks < 3) await new Promise((r) => setTimeout(r, 5));
  leaving.abort();
  await assert.rejects(poll);
  await new Promise((r) => setTimeout(r, 100));
  const after = looks;
  await new Promise((r) => setTimeout(r, 150));
  assert.equal(looks, after);
});

test('file names are safe whatever the partner calls its part', () => {
  assert.equal(safeFileName('report.pdf', 'application/pdf'), 'report.pdf');
  assert.equal(safeFileName('report', 'application/pdf'), 'report.pdf');
  assert.equal(safeFileName('..', 'x/y'), 'part.bin');
  assert.equal(safeFileName('.bashrc', 'text/plain'), 'bashrc.txt');
  fc.assert(
    fc.property(fc.string({ unit: 'binary', maxLength: 300 }), fc.string(), (name, type) => {
      const safe = safeFileName(name, type);
      assert.match(safe, /^[A-Za-z0-9][\w.-]*\.[a-z]+$/);
      assert.ok(safe.length <= 105);
      assert.ok(!safe.includes('..') || name.includes('..'));
    }),
  );
});

test('a MessageId that two partners used names neither: the answer lists the ids of both', async (t) => {
  const api = await startApi(t);
  const first = api.msh.deliver({ messageId: 'same@partner', partner: 'AP_XA' });
  const second = api.msh.deliver({ messageId: 'same@partner', partner: 'AP_XC' });
  for (const path of ['', '/parts/0', '/receipt', '/envelope']) {
    const answer = await api.call('GET', `/v1/inbox/same%40partner${path}`);
    assertProblem(answer, 409, 'rest/ambiguous-message');
    const { expected } = answer.json.finding as Readonly<Record<string, unknown>>;
    assert.equal(expected, `one of ${first.rowId} (from AP_XA), ${second.rowId} (from AP_XC)`);
  }
  assert.equal((await api.call('GET', `/v1/inbox/${second.rowId}`)).json.partner, 'AP_XC');
});

test('a key held to parties finds its own message where another partner used the same MessageId', async (t) => {
  const secret = 'key-of-one-party';
  const hash = createHash('sha256').update(secret).digest('hex');
  const key = { name: 'held', hash, scopes: API_SCOPES, parties: ['XB-ours'], created: 0 };
  const api = await startApi(t, { token: 'the-whole-token', keys: () => [key] });
  const to = (value: string): InboundMessage => {
    const { userMessage, rowId } = api.msh.deliver({ messageId: 'same@partner' });
    const messageProperties = [{ name: 'finalRecipient', value }];
    const at = api.msh.inbounds.findIndex((one) => one.rowId === rowId);
    api.msh.inbounds[at] = { ...api.msh.inbounds[at]!, userMessage: { ...userMessage, messageProperties } };
    return api.msh.inbounds[at];
  };
  const ours = to('XB-ours');
  to('XB-other');
  const headers = { authorization: `Bearer ${secret}` };
  const { json } = await api.call('GET', '/v1/inbox/same%40partner', { headers });
  assert.equal(json.id, ours.rowId);
});
