import assert from 'node:assert/strict';
import { generateKeyPairSync } from 'node:crypto';
import { readFileSync } from 'node:fs';
import test from 'node:test';
import type { TestContext } from 'node:test';
import { signAnswer } from '../../../src/oots/index.ts';
import type { CommonServices, SignedAnswer } from '../../../src/oots/index.ts';
import { isQuoinError } from '../../../src/protocol/errors/index.ts';
import { parseCertificate } from '../../../src/protocol/pki/index.ts';
import { answerQuery } from '../../../src/faces/demo/directory/directory-answers.ts';
import {
  CONTENT,
  directoryIdentity,
  KNOWN,
  serveAs,
  testDirectory,
  testServices,
} from '../../support/directories.ts';
import type { ServicesOptions, TestServices } from '../../support/directories.ts';
import { NO_OFFICIAL_FILES, officialFiles } from '../../support/official-files.ts';
import { officialAnswers } from '../../support/official-answers.ts';

const HOUR = 3_600_000;
const identity = await directoryIdentity();

const at = (url: string): ServicesOptions['places'] => ({ addresses: { eb: url, dsd: url } });

async function simulated(t: TestContext, changed: Partial<ServicesOptions> = {}) {
  const clock = { now: Date.now() };
  const directory = await testDirectory(t, identity, clock);
  return { directory, ...testServices(t, { identity, clock, places: at(directory.url), ...changed }) };
}

const askFinland = ({ services }: { readonly services: CommonServices }) =>
  services.dataServices({ evidenceType: KNOWN.birthFi, country: 'FI' });

async function codeOf(asking: Promise<unknown>): Promise<string> {
  try {
    await asking;
    return 'answered';
  } catch (error) {
    assert.ok(isQuoinError(error), String(error));
    return error.code;
  }
}

test('the three questions are answered by a simulated directory, proven, and asked once while fresh', async (t) => {
  const { directory, ...client } = await simulated(t);
  const { services, clock, events } = client;
  const requirements = await services.requirements({ procedure: 'T3', country: 'FR' });
  assert.ok(requirements.answer.outcome === 'found');
  assert.equal(requirements.answer.specification, 'oots-cs:v2.0');
  assert.deepEqual(
    requirements.answer.found.map(({ identifier }) => identifier),
    [KNOWN.birth, KNOWN.diploma],
  );
  const types = await services.evidenceTypes({ requirement: KNOWN.birth, country: 'FI' });
  assert.ok(types.answer.outcome === 'found');
  assert.deepEqual(
    types.answer.found[0]?.evidenceTypeLists,
    CONTENT.requirements[0]?.evidenceTypeLists.slice(0, 2),
  );
  const data = await askFinland(client);
  assert.deepEqual(data.answer, {
    outcome: 'found',
    specification: 'oots-cs:v2.0',
    found: CONTENT.services.slice(0, 2),
  });
  assert.equal(data.stale, undefined);
  assert.equal(data.askedAt.getTime(), clock.now);

  clock.now += HOUR - 1;
  assert.equal((await askFinland(client)).askedAt.getTime(), clock.now - HOUR + 1);
  assert.equal(directory.asked.length, 3);
  clock.now += 1;
  assert.equal((await askFinland(client)).askedAt.getTime(), clock.now);
  assert.equal(directory.asked.length, 4);
  assert.deepEqual(
    events.map(({ event, service }) => [event, service]),
    [
      ['oots/asked', 'eb'],
      ['oots/asked', 'eb'],
      ['oots/asked', 'dsd'],
      ['oots/asked', 'dsd'],
    ],
  );
});

test('what is asked by many at once is asked once', async (t) => {
  const { directory, ...client } = await simulated(t);
  const answers = await Promise.all(Array.from({ length: 5 }, () => askFinland(client)));
  assert.equal(directory.asked.length, 1);
  assert.equal(new Set(answers.map(({ signedAt }) => signedAt.getTime())).size, 1);
});

test('while asking again fails the last good answer is told as stale, and not for ever', async (t) => {
  const { directory, ...client } = await simulated(t);
  const { clock, events } = client;
  const first = await askFinland(client);
  await directory.close();
  clock.now += HOUR;
  const stale = await askFinland(client);
  assert.deepEqual(stale.answer, first.answer);
  assert.deepEqual(stale.askedAt, first.askedAt);
  assert.equal(stale.stale?.code, 'http/connection-refused');
  // For a while it is not asked again, and not told again.
  assert.equal((await askFinland(client)).stale?.code, 'http/connection-refused');
  assert.deepEqual(
    events.filter(({ event }) => event === 'oots/answer-stale').map(({ level, ageMs }) => [level, ageMs]),
    [['warn', HOUR]],
  );
  clock.now += 30_000;
  assert.equal((await askFinland(client)).stale?.code, 'http/connection-refused');
  assert.equal(events.filter(({ event }) => event === 'oots/answer-stale').length, 2);
  clock.now += 7 * 24 * HOUR;
  assert.equal(await codeOf(askFinland(client)), 'http/connection-refused');
});

test('a clock that was set back makes nothing fresh', async (t) => {
  const { directory, ...client } = await simulated(t);
  await askFinland(client);
  client.clock.now -= 60_000;
  await askFinland(client);
  assert.equal(directory.asked.length, 2);
});

test('what was not found is asked again after a minute, and never told instead of a failure', async (t) => {
  const { directory, ...client } = await simulated(t);
  const ask = () => client.services.dataServices({ evidenceType: KNOWN.nameFi, country: 'FI' });
  const { answer } = await ask();
  assert.ok(answer.outcome === 'problem');
  assert.equal(answer.problem.code, 'DSD:ERR:0001');
  client.clock.now += 59_999;
  await ask();
  assert.equal(directory.asked.length, 1);
  client.clock.now += 1;
  await ask();
  assert.equal(directory.asked.length, 2);
  await directory.close();
  client.clock.now += 60_000;
  assert.equal(await codeOf(ask()), 'http/connection-refused');
});

test('the directory asks for more, and is told it by the identifier of the question', async (t) => {
  const { services } = await simulated(t);
  const question = { evidenceType: KNOWN.extractFi, country: 'FI' };
  const { answer } = await services.dataServices(question);
  assert.ok(answer.outcome === 'problem' && answer.problem.kind === 'ask-user');
  assert.deepEqual(answer.problem.questions, CONTENT.questions?.[KNOWN.extractFi]);
  const told = await services.dataServices({ ...question, answers: { [KNOWN.question]: '091' } });
  assert.equal(told.answer.outcome, 'found');
});

test('no more is kept than allowed, in number and in bytes: what was used longest ago goes', async (t) => {
  const { directory, services } = await simulated(t, { keeping: { entries: 2 } });
  const ask = (country: string) => services.requirements({ country });
  for (const country of ['FR', 'DE', 'FR', 'IT', 'FR', 'DE']) await ask(country);
  assert.deepEqual(
    directory.asked.map((asked) => asked.get('country-code')),
    ['FR', 'DE', 'IT', 'DE'],
  );
  const small = await simulated(t, { keeping: { bytes: 10 } });
  await small.services.requirements({ country: 'FR' });
  await small.services.requirements({ country: 'FR' });
  assert.equal(small.directory.asked.length, 2);
});

test('services are discovered for each country, and found again while the name service is silent', async (t) => {
  const clock = { now: Date.now() };
  const directory = await testDirectory(t, identity, clock);
  const names: string[] = [];
  let failing = false;
  const client = testServices(t, {
    identity,
    clock,
    places: { addresses: { eb: directory.url }, environment: 'acc' },
    naptr: (name) => {
      names.push(name);
      if (failing) return Promise.reject(new Error('not foreseen'));
      return Promise.resolve([
        {
          flags: 'U',
          service: 's',
          regexp: '!.*!https://nobody.invalid!',
          replacement: '',
          order: 1,
          preference: 1,
        },
      ]);
    },
  });
  assert.equal(await codeOf(client.services.requirements({ country: 'FR' })), 'answered');
  // What a record says is https, and this name is nobody's.
  assert.equal(await codeOf(askFinland(client)), 'http/dns-failed');
  assert.equal(await codeOf(askFinland(client)), 'http/dns-failed');
  assert.deepEqual(names, ['fi.dsd.v2.cs.acc.oots.tech.ec.europa.eu']);
  failing = true;
  clock.now += HOUR;
  await assert.rejects(askFinland(client), /not foreseen/);
  const unknown = testServices(t, { identity, places: { addresses: {}, environment: 'prod' } });
  assert.equal(await codeOf(askFinland(unknown)), 'oots/not-discovered');
});

/** A client of a server that answers the question for Finland as a test says. */
async function answered(
  t: TestContext,
  answer: SignedAnswer | { readonly body: string; readonly headers?: Readonly<Record<string, string>> },
): Promise<TestServices & { readonly count: () => number }> {
  let count = 0;
  const url = await serveAs(t, (_, response) => {
    count += 1;
    response.writeHead(200, { ...answer.headers } as Record<string, string>).end(answer.body);
  });
  return { ...testServices(t, { identity, places: at(url) }), count: () => count };
}

const bodyFor = (query: Readonly<Record<string, string>>): Buffer =>
  answerQuery(CONTENT, new URLSearchParams(query));

const DSD = 'urn:fdc:oots:dsd:ebxml-regrep:queries:dataservices-by-evidencetype-and-jurisdiction';
const EB = 'urn:fdc:oots:eb:ebxml-regrep:queries:evidence-types-by-requirement-and-jurisdiction';
const ALL = 'urn:fdc:oots:eb:ebxml-regrep:queries:requirements-by-procedure-and-jurisdiction';
const FINLAND = bodyFor({
  queryId: DSD,
  'evidence-type-classification': KNOWN.birthFi,
  'country-code': 'FI',
});
const SWEDEN = bodyFor({
  queryId: DSD,
  'evidence-type-classification': KNOWN.birthSe,
  'country-code': 'SE',
});
const signed = (body: Uint8Array, key = identity.signer.key): SignedAnswer =>
  signAnswer(body, { ...identity.signer, key }, new Date());

const without = ({ headers, body }: SignedAnswer, name: string): SignedAnswer => ({
  headers: Object.fromEntries(Object.entries(headers).filter(([key]) => key !== name)),
  body,
});

/** Answers that must not be believed, each with the code that names why. */
const BAD: Readonly<
  Record<string, readonly [code: string, answer: SignedAnswer | { readonly body: string }]>
> = {
  'no signature': ['oots/answer-unsigned', without(signed(FINLAND), 'oots-response-sig')],
  'no digest': ['oots/answer-unsigned', without(signed(FINLAND), 'digest')],
  'HTML of a proxy': ['oots/answer-unsigned', { body: '<html>Please log in</html>' }],
  'another body': ['oots/digest-mismatch', { ...signed(FINLAND), body: SWEDEN }],
  'another key': [
    'oots/signature-wrong',
    signed(FINLAND, generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey),
  ],
  'another country': [
    'oots/answer-mismatch',
    signed(Buffer.from(FINLAND.toString().replaceAll('AdminUnitLevel1>FI<', 'AdminUnitLevel1>SE<'))),
  ],
  'another evidence type': ['oots/answer-mismatch', signed(SWEDEN)],
  'no answer of a directory': [
    'oots/answer-unreadable',
    signed(bodyFor({ queryId: EB, 'requirement-id': KNOWN.birth, 'country-code': 'FI' })),
  ],
  'a signed page': ['oots/answer-unreadable', signed(Buffer.from('<html/>'))],
};

test('answers that are not to be believed are refused by name, and nothing of them is kept', async (t) => {
  for (const [name, [code, answer]] of Object.entries(BAD)) {
    const client = await answered(t, answer);
    assert.equal(await codeOf(askFinland(client)), code, name);
    assert.equal(await codeOf(askFinland(client)), code, name);
    assert.equal(client.count(), 2, name);
  }
  const good = await answered(t, signed(FINLAND));
  assert.equal(await codeOf(askFinland(good)), 'answered');
});

test('an old answer that is played again is refused where the age of signatures is bounded', async (t) => {
  const url = await serveAs(t, (_, response) => {
    const { headers, body } = signAnswer(FINLAND, identity.signer, new Date(Date.now() - HOUR));
    response.writeHead(200, headers).end(body);
  });
  const places = at(url);
  assert.equal(
    await codeOf(askFinland(testServices(t, { identity, places, trust: { maxAgeMs: HOUR / 2 } }))),
    'oots/signature-time',
  );
  assert.equal(await codeOf(askFinland(testServices(t, { identity, places }))), 'answered');
});

test('failures on the way have their names, and the last good answer outlives a bad one', async (t) => {
  let bad = false;
  const url = await serveAs(t, (_, response) => {
    const { headers, body } = signed(FINLAND);
    response.writeHead(bad ? 502 : 200, headers).end(bad ? '<html/>' : body);
  });
  const client = testServices(t, { identity, places: at(url) });
  await askFinland(client);
  bad = true;
  client.clock.now += HOUR;
  assert.equal((await askFinland(client)).stale?.code, 'http/status');
  const large = await serveAs(t, (_, response) => response.end(Buffer.alloc(1024 * 1024 + 1)));
  assert.equal(
    await codeOf(askFinland(testServices(t, { identity, places: at(large) }))),
    'http/reply-too-large',
  );
  const silent = await serveAs(t, () => undefined);
  assert.equal(
    await codeOf(askFinland(testServices(t, { identity, places: at(silent), timeoutMs: 200 }))),
    'http/timeout',
  );
  const away = await serveAs(t, (_, response) => response.writeHead(302, { Location: url }).end());
  assert.equal(
    await codeOf(askFinland(testServices(t, { identity, places: at(away) }))),
    'http/redirect-refused',
  );
});

test('requirements and evidence types of another question are refused', async (t) => {
  const requirements = async (body: Buffer) => (await answered(t, signed(body))).services;
  const all = bodyFor({ queryId: ALL });
  const asked = [
    [{ procedure: 'T3', country: 'FR' }, 'answered'],
    [{}, 'answered'],
    [{ procedure: 'T1' }, 'oots/answer-mismatch'],
    [{ country: 'SE' }, 'oots/answer-mismatch'],
  ] as const;
  for (const [question, code] of asked)
    assert.equal(await codeOf((await requirements(all)).requirements(question)), code);
  const birth = bodyFor({ queryId: EB, 'requirement-id': KNOWN.birth, 'country-code': 'FI' });
  const types = [
    [{ requirement: KNOWN.birth, country: 'FI' }, 'answered'],
    [{ requirement: KNOWN.diploma, country: 'FI' }, 'oots/answer-mismatch'],
    [{ requirement: KNOWN.birth, country: 'SE' }, 'oots/answer-mismatch'],
  ] as const;
  for (const [question, code] of types)
    assert.equal(await codeOf((await requirements(birth)).evidenceTypes(question)), code);
});

const official = { skip: officialAnswers.length === 0 ? NO_OFFICIAL_FILES : false };

test(
  'the real answers, served byte for byte, are proven and belong to their questions',
  official,
  async (t) => {
    const byQuestion: Readonly<Record<string, string>> = {
      [`${ALL} 00 FR`]: 'eb_requirements_fr',
      [`${ALL}  `]: 'eb_requirements_catalogue',
      [`${EB}  FI`]: 'eb_evidence_types_fi',
      [`${EB}  FR`]: 'eb_evidence_types_fr',
      [`${DSD}  FI`]: 'dsd_data_services_fi',
      [`${DSD}  FR`]: 'dsd_aucun_service_fr',
    };
    const url = await serveAs(t, (request, response) => {
      const query = new URL(request.url ?? '', 'http://cs').searchParams;
      const question = ['queryId', 'procedure-id', 'country-code']
        .map((name) => query.get(name) ?? '')
        .join(' ');
      const answer = officialAnswers.find(({ name }) => name === byQuestion[question]);
      response.writeHead(200, { ...answer?.headers } as Record<string, string>).end(answer?.body);
    });
    const anchor = parseCertificate(readFileSync(officialFiles('common-services/trust', 'acc.pem')[0]!));
    const { services } = testServices(t, {
      identity: { ...identity, anchor, subject: { CN: 'EC-OOTS-CS-ACC', O: 'European Commission' } },
      places: at(url),
      clock: { now: Date.parse('2026-07-29T12:00:00Z') },
    });
    const catalogue = await services.requirements({});
    assert.ok(catalogue.answer.outcome === 'found' && catalogue.answer.found.length === 53);
    const french = await services.requirements({ procedure: '00', country: 'FR' });
    assert.ok(french.answer.outcome === 'found');
    const requirement = french.answer.found[0]!.identifier;
    const types = await services.evidenceTypes({ requirement, country: 'FI' });
    assert.ok(types.answer.outcome === 'found');
    const evidenceType = types.answer.found[0]!.evidenceTypeLists[0]!.evidenceTypes[0]!.classification;
    const data = await services.dataServices({ evidenceType, country: 'FI' });
    assert.ok(data.answer.outcome === 'found');
    assert.equal(data.answer.found[0]?.accessServices[0]?.identifier.value, 'AP_FI_03');
    assert.equal((await services.evidenceTypes({ requirement, country: 'FR' })).answer.outcome, 'found');
    const none = await services.dataServices({ evidenceType, country: 'FR' });
    assert.ok(none.answer.outcome === 'problem' && none.answer.problem.code === 'DSD:ERR:0001');
  },
);
