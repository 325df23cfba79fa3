import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { TestContext } from 'node:test';
import type { FoundEvidence } from '../../../src/oots/index.ts';
import { findKnownEvidence } from '../../../src/gateway/evidence-finder.ts';
import { directoryIdentity, KNOWN, testDirectory, testServices } from '../../support/directories.ts';
import { assertProblem, startApi } from './api.ts';

const identity = await directoryIdentity();

async function api(t: TestContext) {
  const clock = { now: Date.now() };
  const directory = await testDirectory(t, identity, clock);
  const places = { addresses: { eb: directory.url, dsd: directory.url } };
  const { services } = testServices(t, { identity, clock, places });
  const served = await startApi(t, { findEvidence: (wish) => findKnownEvidence(services, wish, []) });
  return { call: served.call.bind(served), directory, clock };
}

test('the way to evidence is found, as the document of the API describes it', async (t) => {
  const { call, directory, clock } = await api(t);
  const found = await call('GET', '/v1/evidence-types?procedure=T3&country=FI&procedureCountry=FR');
  assert.equal(found.status, 200);
  assert.equal(found.json['verdict'], 'not-ready');
  const { requirements } = found.json as unknown as FoundEvidence;
  assert.deepEqual(
    requirements.map(({ identifier }) => identifier),
    [KNOWN.birth, KNOWN.diploma],
  );
  const asked = directory.asked.length;
  await call('GET', '/v1/evidence-types?procedure=T3&country=FI&procedureCountry=FR');
  assert.equal(directory.asked.length, asked, 'what is fresh is not asked again');
  await directory.close();
  clock.now += 3_600_000;
  const stale = await call('GET', '/v1/evidence-types?procedure=T3&country=FI&procedureCountry=FR');
  assert.equal((stale.json['stale'] as { code: string }).code, 'http/connection-refused');
});

test('what the user said goes along, once or several times', async (t) => {
  const { call, directory } = await api(t);
  const answer = encodeURIComponent(`${KNOWN.question}=091=x`);
  const path = `/v1/evidence-types?requirement=${encodeURIComponent(KNOWN.birth)}&country=FI`;
  assert.equal((await call('GET', `${path}&answer=${answer}&answer=b=2`)).status, 200);
  const last = directory.asked.find((asked) => asked.get(KNOWN.question) !== null);
  assert.equal(last?.get(KNOWN.question), '091=x');
  assert.equal(last?.get('b'), '2');
  assertProblem(await call('GET', `${path}&answer=queryId=x`), 400, 'oots/question-malformed');
});

test('a question that says too little or too much is refused by its field', async (t) => {
  const { call } = await api(t);
  for (const [query, code, field] of [
    ['country=FI', 'rest/invalid-field', 'procedure'],
    ['procedure=T3', 'rest/invalid-field', 'country'],
    ['procedure=T3&country=fi', 'rest/invalid-field', 'country'],
    ['procedure=T3&country=FI&procedureCountry=F', 'rest/invalid-field', 'procedureCountry'],
    ['procedure=T3&country=FI&answer=x', 'rest/invalid-field', 'answer'],
    ['procedure=T3&country=FI&lang=en', 'rest/unknown-field', 'lang'],
  ] as const)
    assertProblem(await call('GET', `/v1/evidence-types?${query}`), 400, code, field);
  const without = await startApi(t);
  const none = await without.call('GET', '/v1/evidence-types?procedure=T3&country=FI');
  assertProblem(none, 404, 'rest/no-common-services');
});

test('so many searches run at once; one more is asked to come again', async (t) => {
  let go: () => void = () => undefined;
  const gate = new Promise<void>((resolve) => (go = resolve));
  let begun = 0;
  let all: () => void = () => undefined;
  const full = new Promise<void>((resolve) => (all = resolve));
  const served = await startApi(t, {
    findEvidence: async () => {
      if ((begun += 1) === 8) all();
      await gate;
      return { verdict: 'nobody', requirements: [], leftOut: 0 };
    },
  });
  const path = '/v1/evidence-types?procedure=T3&country=FI';
  const under = Array.from({ length: 8 }, () => served.call('GET', path));
  await full;
  assertProblem(await served.call('GET', path), 503, 'rest/busy');
  go();
  for (const { status } of await Promise.all(under)) assert.equal(status, 200);
  assert.equal((await served.call('GET', path)).status, 200);
});
