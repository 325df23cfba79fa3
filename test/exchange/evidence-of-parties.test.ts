import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { test } from 'node:test';
import { API_SCOPES } from '../../src/config/index.ts';
import type { ApiKey } from '../../src/config/index.ts';
import { ROUTES } from '../../src/faces/rest/routes.ts';
import { assertProblem } from '../faces/rest/api.ts';
import type { Answer } from '../faces/rest/api.ts';
import { contentOf } from '../oots/exchange/composing.ts';
import { openPortals } from '../support/exchange-portals.ts';

const keyFor = (name: string, party: string): ApiKey => ({
  name,
  hash: createHash('sha256').update(name).digest('hex'),
  scopes: API_SCOPES,
  parties: [party],
  created: 0,
});

/** The requester of the samples, and another one. */
const KEYS = [keyFor('ours', '4711000022'), keyFor('theirs', '0815')];

/** What routes of one exchange are asked with, and how one's own answers. */
const OF_ONE: Readonly<Record<string, readonly [status: number, body?: object]>> = {
  getExchange: [200],
  getEvidence: [200],
  getExchangeDocument: [200],
  mintPreviewLink: [409, { base: 'https://preview.example/' }],
  requestPreview: [409, { returnLocation: 'https://portal.example/' }],
  answerRequest: [409, { outcome: 'no-match' }],
  takeExchange: [200],
};

test('a key that is held to parties asks for them, and sees and moves their exchanges only', async (t) => {
  const { portal, provider, settled } = await openPortals(t, { keys: KEYS });
  const call = (key: string, method: string, path: string, body?: object): Promise<Answer> =>
    portal.api.call(method, path, {
      headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json' },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
  const wish = { request: contentOf('2.0') };
  assertProblem(await call('theirs', 'POST', '/v1/exchanges', wish), 403, 'rest/party-not-allowed');
  const { json: begun, status } = await call('ours', 'POST', '/v1/exchanges', wish);
  assert.equal(status, 202);
  await settled();
  const { items } = await provider.exchanges.list({}, { limit: 1 });
  const documents = [{ title: 'Record', mimeType: 'application/pdf', content: 'JVBERg==' }];
  const answered = await provider.api.postJson(`/v1/exchanges/${items[0]!.id}/answer`, {
    outcome: 'evidence',
    documents,
  });
  assert.equal(answered.status, 202, answered.text);
  await settled();
  // Those of a preview, which know it by a token, are in preview.test.ts.
  const routes = ROUTES.filter(({ path }) => path.startsWith('/v1/exchanges/'));
  assert.deepEqual(routes.map(({ operationId }) => operationId).sort(), Object.keys(OF_ONE).sort());
  for (const { method, path, operationId } of routes) {
    const [own, body] = OF_ONE[operationId]!;
    const at = (id: string): string => path.replace(':id', id).replace(':n', '0');
    const as = (key: string, id: string): Promise<Answer> => call(key, method.toUpperCase(), at(id), body);
    const refused = await as('theirs', begun.id as string);
    assertProblem(refused, 404, 'rest/unknown-exchange', 'id');
    assert.equal(refused.json.detail, (await as('theirs', 'none')).json.detail, 'as if it were not there');
    const answer = await as('ours', begun.id as string);
    assert.equal(answer.status, own, `${operationId}: ${answer.text}`);
  }
  const list = async (key: string): Promise<unknown> => (await call(key, 'GET', '/v1/exchanges')).json.items;
  assert.deepEqual(await list('theirs'), []);
  assert.equal(((await list('ours')) as unknown[]).length, 1);
});
