import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { request as httpRequest } from 'node:http';
import type { ClientRequest, IncomingMessage } from 'node:http';
import { test } from 'node:test';
import { API_SCOPES } from '../../../src/config/index.ts';
import type { ApiKey } from '../../../src/config/index.ts';
import { QuoinError } from '../../../src/protocol/errors/index.ts';
import { assertProblem, startApi } from './api.ts';
import type { Api } from './api.ts';

const SUBMISSION = JSON.stringify({ parts: [] });

/** A submission whose body has not come yet; the client sends it when it is asked for. */
function begin(api: Api, more: Readonly<Record<string, string>> = {}): ClientRequest {
  const request = httpRequest(`${api.url}/v1/messages`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', expect: '100-continue', ...more },
  });
  request.flushHeaders();
  return request;
}

async function answerOf(request: ClientRequest): Promise<IncomingMessage> {
  const [response] = (await once(request, 'response')) as [IncomingMessage];
  response.resume();
  return response;
}

test('one submission more than allowed is told to come again before it sends its body; places come free', async (t) => {
  const api = await startApi(t, { limits: { submissions: 1 } });
  const first = begin(api);
  await once(first, 'continue');

  const second = begin(api);
  let asked = false;
  second.once('continue', () => (asked = true));
  const refused = await answerOf(second);
  second.destroy();
  assert.equal(refused.statusCode, 503);
  assert.match(refused.headers['retry-after'] ?? '', /^\d+$/);
  assert.equal(asked, false, 'the body was not asked for');
  assertProblem(await api.postJson('/v1/messages', SUBMISSION), 503, 'rest/busy');
  const told = api.events.filter(({ code }) => code === 'rest/busy');
  assert.ok(told.length > 0 && told.every(({ level }) => level === 'warn'), 'a limit is no error');
  assert.equal(
    (await api.postJson('/v1/ping', { pmode: 'test.pmode' })).status,
    202,
    'a ping needs no place',
  );
  assert.equal((await api.call('GET', '/v1/messages')).status, 200);

  first.end(SUBMISSION);
  assert.equal((await answerOf(first)).statusCode, 202);
  assert.equal((await api.postJson('/v1/messages', SUBMISSION)).status, 202);
});

const key = (name: string): ApiKey => ({
  name,
  hash: createHash('sha256').update(name).digest('hex'),
  scopes: API_SCOPES,
  created: 0,
});

test('of several callers one holds half of the places, and all of them when it is alone', async (t) => {
  let keys = [key('portal'), key('archive')];
  const api = await startApi(t, { limits: { submissions: 3 }, keys: () => keys });
  const started: ClientRequest[] = [];
  t.after(() => started.forEach((one) => one.destroy()));
  /** Whether it got a place: it is asked for its body, or told to come again. */
  const enters = async (name: string): Promise<boolean> => {
    const request = begin(api, { authorization: `Bearer ${name}` });
    request.on('error', () => undefined);
    started.push(request);
    const [answer] = (await Promise.race([once(request, 'continue'), once(request, 'response')])) as [
      unknown,
    ];
    return answer === undefined;
  };
  assert.deepEqual([await enters('portal'), await enters('portal')], [true, true], 'half, rounded up');
  assert.equal(await enters('portal'), false);
  const told = api.events.find(({ code }) => code === 'rest/busy');
  assert.equal(told?.['principal'], 'portal');
  keys = [key('portal'), { ...key('former'), expires: 1 }, { ...key('watcher'), scopes: ['read'] }];
  assert.equal(await enters('portal'), true, 'whoever is alone among those who may submit may have all');
  keys = [key('portal'), key('archive')];
  assert.equal(await enters('archive'), false, 'there are no more than there are');
  for (const one of started) one.destroy();
  while (!(await enters('archive')));
});

test('a submission that breaks off gives its place back', async (t) => {
  const api = await startApi(t, { limits: { submissions: 1 } });
  const first = begin(api);
  first.once('error', () => undefined);
  await once(first, 'continue');
  first.destroy();
  for (let status = 503; status === 503;) ({ status } = await api.postJson('/v1/messages', SUBMISSION));
  assert.equal(api.msh.outbound.size, 1);
});

test('what the access point cannot take now is refused with its reason; everything else goes on', async (t) => {
  let full = true;
  const api = await startApi(t, { limits: { submissions: 1 } });
  const submit = api.msh.submit.bind(api.msh);
  api.msh.submit = (...given) =>
    full
      ? Promise.reject(new QuoinError('submit/backlog-full', '7 messages wait to be sent.'))
      : submit(...given);
  for (const _ of [1, 2]) {
    const answer = await api.postJson('/v1/messages', SUBMISSION);
    assertProblem(answer, 503, 'submit/backlog-full');
    assert.match(answer.headers.get('retry-after') ?? '', /^\d+$/);
  }
  assert.equal((await api.postJson('/v1/ping', { pmode: 'test.pmode' })).status, 202);
  assert.equal((await api.call('GET', '/v1/inbox')).status, 200);
  full = false;
  assert.equal((await api.postJson('/v1/messages', SUBMISSION)).status, 202);
});
