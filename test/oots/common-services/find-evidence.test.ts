import assert from 'node:assert/strict';
import test from 'node:test';
import type { TestContext } from 'node:test';
import { accessPointsIn, findEvidence, outcomesIn } from '../../../src/oots/index.ts';
import type { CommonServices, EvidenceWish, KnowingPMode } from '../../../src/oots/index.ts';
import { directoryIdentity, KNOWN, testDirectory, testServices } from '../../support/directories.ts';

const identity = await directoryIdentity();

const PMODE: KnowingPMode = { id: 'oots-fr-fi', partner: 'finland', sends: true };

async function client(t: TestContext) {
  const clock = { now: Date.now() };
  const directory = await testDirectory(t, identity, clock);
  const places = { addresses: { eb: directory.url, dsd: directory.url } };
  return { directory, ...testServices(t, { identity, clock, places }) };
}

async function walk(t: TestContext, wish: Partial<EvidenceWish> = {}, pmode: KnowingPMode = PMODE) {
  const { services } = await client(t);
  return await findEvidence(services, { procedure: 'T3', country: 'FI', ...wish }, ({ value }) =>
    value === 'AP_FI_03' ? [pmode] : [],
  );
}

test('the way goes from the procedure to access points, and each step says what it found', async (t) => {
  const found = await walk(t);
  assert.deepEqual(
    found.requirements.map(({ identifier, lists }) => [
      identifier,
      lists.map(({ evidenceTypes }) => evidenceTypes.map(({ classification }) => classification)),
    ]),
    [
      [KNOWN.birth, [[KNOWN.birthFi], [KNOWN.nameFi, KNOWN.extractFi]]],
      [KNOWN.diploma, []],
    ],
  );
  assert.deepEqual(
    accessPointsIn(found).map(({ identifier, version, ready, pmodes }) => [
      identifier.value,
      version,
      ready,
      pmodes.map(({ id }) => id),
    ]),
    [
      ['AP_FI_03', '2.0', true, ['oots-fr-fi']],
      ['AP_FI_04', undefined, false, []],
    ],
  );
  assert.deepEqual(
    outcomesIn(found).map(({ problem, failure }) => failure?.code ?? problem?.code),
    [undefined, undefined, 'EB:ERR:0001', undefined, 'DSD:ERR:0001', 'DSD:ERR:0005'],
  );
});

test('one requirement may be picked by its URI or the end of it, or followed without a procedure', async (t) => {
  for (const requirement of [KNOWN.birth, 'birth'])
    assert.equal((await walk(t, { requirement })).requirements.length, 1, requirement);
  assert.deepEqual((await walk(t, { requirement: 'irth' })).requirements, []);
  const alone = await walk(t, { procedure: undefined, requirement: KNOWN.birth });
  assert.equal(alone.requirements[0]?.names[0]?.text, 'Birth');
  assert.equal(accessPointsIn(alone).length, 2);
});

test('what the user says brings the providers that need it', async (t) => {
  const found = await walk(t, { requirement: 'birth', answers: { [KNOWN.question]: '091' } });
  assert.equal(accessPointsIn(found).length, 3);
});

test('an access point is ready where a P-Mode sends requests in a version that both speak', async (t) => {
  const ready = async (changes: Partial<KnowingPMode>) =>
    accessPointsIn(await walk(t, { requirement: 'birth' }, { ...PMODE, ...changes }))[0]?.ready;
  assert.equal(await ready({}), true);
  assert.equal(await ready({ specification: 'oots-edm:v1.2' }), true);
  assert.equal(await ready({ specification: 'oots-edm:v1.1' }), false);
  assert.equal(await ready({ sends: false }), false);
});

test('the procedure may be that of one country', async (t) => {
  assert.equal((await walk(t, { procedureCountry: 'DE' })).requirements.length, 2);
  assert.equal((await walk(t, { procedureCountry: 'SE' })).problem?.code, 'EB:ERR:0001');
  assert.equal((await walk(t, { procedure: 'T1' })).problem?.code, 'EB:ERR:0001');
});

test('a step that fails is told where it failed, the others go on, and a defect is no outcome', async (t) => {
  const { services } = await client(t);
  const { directory, ...gone } = await client(t);
  await directory.close();
  const wish = { procedure: 'T3', requirement: 'birth', country: 'FI' };
  const half: CommonServices = { ...services, dataServices: gone.services.dataServices };
  const found = await findEvidence(half, wish, () => []);
  assert.deepEqual(
    outcomesIn(found).map(({ failure }) => failure?.code),
    [undefined, undefined, ...Array<string>(3).fill('http/connection-refused')],
  );
  const broken = { ...services, dataServices: () => Promise.reject(new TypeError('defect')) };
  await assert.rejects(
    findEvidence(broken, wish, () => []),
    TypeError,
  );
  await assert.rejects(
    findEvidence(services, { ...wish, country: 'fi' }, () => []),
    {
      code: 'oots/question-malformed',
    },
  );
});

test('an old answer on the way is told with its age', async (t) => {
  const { directory, services, clock } = await client(t);
  const wish = { procedure: 'T3', requirement: 'birth', country: 'FI' };
  const since = new Date(clock.now).toISOString();
  await findEvidence(services, wish, () => []);
  await directory.close();
  clock.now += 3_600_000;
  const found = await findEvidence(services, wish, () => []);
  assert.deepEqual(found.stale, { since, code: 'http/connection-refused' });
  assert.deepEqual(found.requirements[0]?.stale, { since, code: 'http/connection-refused' });
});

test('no more than a few questions are under way at the same time', async () => {
  let running = 0;
  let most = 0;
  const type = (classification: string) => ({
    classification,
    titles: [],
    descriptions: [],
    jurisdictions: [],
  });
  const list = {
    identifier: 'l',
    names: [],
    jurisdictions: [],
    evidenceTypes: Array.from({ length: 20 }, (_, index) => type(String(index))),
  };
  const now = { signedAt: new Date(), askedAt: new Date() };
  const requirement = {
    identifier: 'r',
    names: [],
    descriptions: [],
    procedures: [],
    evidenceTypeLists: [list],
  };
  const services: CommonServices = {
    requirements: () => Promise.reject(new Error('not asked')),
    evidenceTypes: () => Promise.resolve({ ...now, answer: { outcome: 'found', found: [requirement] } }),
    dataServices: async () => {
      most = Math.max(most, (running += 1));
      await new Promise((resolve) => setImmediate(resolve));
      running -= 1;
      return { ...now, answer: { outcome: 'found', found: [] } };
    },
  };
  const found = await findEvidence(services, { requirement: 'r', country: 'FI' }, () => []);
  assert.equal(found.requirements[0]?.lists[0]?.evidenceTypes.length, 20);
  assert.equal(most, 4);
});
