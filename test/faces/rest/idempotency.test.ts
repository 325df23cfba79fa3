import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { request as httpRequest } from 'node:http';
import { after, test } from 'node:test';
import { createMsh } from '../../../src/msh/index.ts';
import { QuoinError } from '../../../src/protocol/errors/index.ts';
import { inReverse, pairGateways, PARTY_TYPE, SERVICE } from '../../support/test-pair.ts';
import type { Pair } from '../../support/test-pair.ts';
import { assertProblem, serveApi } from './api.ts';
import type { Answer, ServedApi } from './api.ts';

/** Idempotency-Key over real HTTP, with the real MSH on a real store. */

const ending = inReverse({ after });
const ASK = { service: SERVICE, action: 'Ask', to: { partyIds: [{ value: 'AP_B', type: PARTY_TYPE }] } };
const NOTE = '<note>of something</note>';

async function serve(): Promise<Pair & { readonly api: ServedApi }> {
  const pair = await pairGateways(ending);
  return { ...pair, api: await serveApi(ending, pair.a.msh) };
}

type Send = (api: ServedApi, key: string, header?: object, content?: string) => Promise<Answer>;

const asJson: Send = (api, key, header = {}, content = NOTE) =>
  api.call('POST', '/v1/messages', {
    headers: { 'content-type': 'application/json', 'idempotency-key': key },
    body: JSON.stringify({
      ...ASK,
      ...header,
      parts: [{ mimeType: 'application/xml', content: Buffer.from(content).toString('base64') }],
    }),
  });

const asForm: Send = (api, key, header = {}, content = NOTE) => {
  const form = new FormData();
  form.append('message', JSON.stringify({ ...ASK, ...header, parts: [{ mimeType: 'application/xml' }] }));
  form.append('part-0', new Blob([content]), 'note.xml');
  return api.call('POST', '/v1/messages', { headers: { 'idempotency-key': key }, body: form });
};

const FORMS: Readonly<Record<string, Send>> = { JSON: asJson, 'a form': asForm };

for (const [name, send] of Object.entries(FORMS)) {
  test(`${name}: a key makes a repetition the same message, whose ids were generated once`, async () => {
    const { api, a, b } = await serve();
    const first = await send(api, 'order 1');
    assert.equal(first.status, 202, first.text);
    const again = await send(api, 'order 1');
    assert.equal(again.status, 200, again.text);
    assert.equal(again.json.outcome, 'already-accepted');
    assert.equal(again.json.messageId, first.json.messageId);
    assert.equal(again.json.conversationId, first.json.conversationId);
    assert.match(String(first.json.messageId), /^[0-9a-f]{64}@ap-a\.test$/);
    assert.notEqual((await send(api, 'order 2')).json.messageId, first.json.messageId);
    await a.settled();
    assert.equal((await b.inbox()).length, 2);
    const later = await send(api, 'order 1');
    assert.deepEqual([later.status, later.json.state], [200, 'ACKNOWLEDGED']);
  });

  test(`${name}: the key with other content is a conflict, whatever differs`, async () => {
    const { api, a } = await serve();
    assert.equal((await send(api, 'k')).status, 202);
    const files = a.payloadFiles().length;
    for (const conflict of [
      await send(api, 'k', {}, '<note>of something else</note>'),
      await send(api, 'k', { conversationId: 'another' }),
    ]) {
      assertProblem(conflict, 409, 'submit/duplicate-message-id', 'messageId');
    }
    assert.equal((await a.outbox()).length, 1);
    assert.equal(a.payloadFiles().length, files, 'nothing of a refused repetition is kept');
  });

  test(`${name}: a key that is known is answered even while nothing new is taken`, async () => {
    const { api, a } = await serve();
    const first = await send(api, 'k');
    const full = (): Promise<never> =>
      Promise.reject(new QuoinError('submit/backlog-full', '7 messages wait to be sent.'));
    const msh = createMsh(a.context, { mayTake: full, mayTakeFor: full });
    const closed = await serveApi(ending, msh);
    const again = await send(closed, 'k');
    assert.equal(again.status, 200, again.text);
    assert.equal(again.json.messageId, first.json.messageId);
    const conflict = await send(closed, 'k', {}, `${NOTE} `);
    assertProblem(conflict, 409, 'submit/duplicate-message-id', 'messageId');
    const refused = await send(closed, 'new');
    assertProblem(refused, 503, 'submit/backlog-full');
    assert.match(refused.headers.get('retry-after') ?? '', /^\d+$/);
  });

  test(`${name}: of many repetitions at once one is accepted`, async () => {
    const { api, a, b } = await serve();
    const answers = await Promise.all(Array.from({ length: 8 }, () => send(api, 'at once')));
    assert.deepEqual(answers.map(({ status }) => status).sort(), [200, 200, 200, 200, 200, 200, 200, 202]);
    assert.equal(new Set(answers.map(({ json }) => json.messageId)).size, 1);
    assert.equal(new Set(answers.map(({ json }) => json.conversationId)).size, 1);
    await a.settled();
    assert.equal((await a.outbox()).length, 1);
    assert.equal((await b.inbox()).length, 1);
  });
}

test('a repetition in the other form is recognised, and one of many with other content wins', async () => {
  const { api, a } = await serve();
  assert.equal((await asForm(api, 'k')).status, 202);
  assert.equal((await asJson(api, 'k')).status, 200);
  const texts = ['<a/>', '<b/>', '<c/>', '<d/>'];
  const answers = await Promise.all(texts.map((text) => asJson(api, 'contested', {}, text)));
  assert.deepEqual(answers.map(({ status }) => status).sort(), [202, 409, 409, 409]);
  assert.equal((await a.outbox()).length, 2);
});

test('a messageId that is given stays, and decides in place of the key', async () => {
  const { api } = await serve();
  const first = await asJson(api, 'k', { messageId: 'mine@a' });
  assert.deepEqual([first.status, first.json.messageId], [202, 'mine@a']);
  assert.equal((await asJson(api, 'other', { messageId: 'mine@a' })).status, 200);
  assert.equal((await asJson(api, 'k', { messageId: 'next@a' })).status, 202);
});

/** A submission whose key comes in these header lines; fetch would make one of them. */
function statusWith(url: string, keys: readonly string[]): Promise<{ status?: number; body: string }> {
  return new Promise((resolve, reject) => {
    const request = httpRequest(`${url}/v1/messages`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', 'idempotency-key': [...keys] },
    });
    request.on('response', (response) => {
      let body = '';
      response.setEncoding('utf8').on('data', (text: string) => (body += text));
      response.on('end', () =>
        resolve({ ...(response.statusCode && { status: response.statusCode }), body }),
      );
    });
    request.on('error', reject);
    request.end(JSON.stringify({ ...ASK, parts: [] }));
  });
}

test('a key that cannot be one is refused, whatever is wrong with it', async () => {
  const { api, a } = await serve();
  for (const key of ['', 'x'.repeat(256), 'schlüssel', 'a\tb']) {
    assertProblem(await asJson(api, key), 400, 'rest/invalid-field', 'Idempotency-Key');
    assertProblem(await asForm(api, key), 400, 'rest/invalid-field', 'Idempotency-Key');
  }
  const twice = await statusWith(api.url, ['a', 'b']);
  assert.equal(twice.status, 400, twice.body);
  assert.deepEqual(await a.outbox(), []);
  assert.equal((await asJson(api, `~${'x'.repeat(254)}`)).status, 202);
});

test('nobody can take the id that the key of another caller makes', async () => {
  const { api, a } = await serve();
  const free = `${'0'.repeat(64)}@elsewhere.test`;
  const taken = `${createHash('sha256')
    .update(JSON.stringify(['api', 'k']))
    .digest('hex')}@ap-a.test`;
  assertProblem(await asJson(api, 'other', { messageId: taken }), 422, 'submit/reserved-id', 'messageId');
  assert.deepEqual(await a.outbox(), []);
  assert.equal((await asJson(api, 'k')).json.messageId, taken);
  assert.equal((await asJson(api, 'k', { messageId: taken })).status, 200, 'the key itself may name its id');
  assert.equal((await asJson(api, 'other', { messageId: free })).status, 202);
});
