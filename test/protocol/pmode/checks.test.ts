import assert from 'node:assert/strict';
import { test } from 'node:test';
import { pmodeChecks } from '../../../src/protocol/pmode/index.ts';
import type { Sample } from './samples.ts';
import { ootsSample, party, plainSample, problemsOf, testLeg, unregistered, values } from './samples.ts';

interface Case {
  /** The file that fails, and where. */
  readonly fails: Sample;
  readonly path: string;
  /** The nearest file that passes; the plain sample when left out. */
  readonly passes?: Sample;
  readonly advice?: RegExp;
}

const ask = { name: 'ask', service: 'urn:example:service', action: 'Ask' };
const legs = (...more: Sample[]): Sample => plainSample({ legs: [...more, testLeg] });
const leg = (changes: Sample): Sample => legs({ ...ask, ...changes });
const parties = (a: Sample, b: Sample = {}): Sample =>
  plainSample({ parties: { AP_A: party('A', a), AP_B: party('B', b) } });
const twoWay = (...more: Sample[]): Sample => plainSample({ mep: 'twoWay', legs: [...more, testLeg] });
const reply = { name: 'reply', service: 'urn:example:service', action: 'Reply' };

const refusing = { documentCheck: { inbound: 'refuse' } };
/** Identified by a type that names no country. */
const placed = (country?: string): Sample =>
  party('B', { ids: [{ value: 'AP_B', type: 'urn:cef.eu:names:identifier:EAS:0190' }], country });

const cases: Readonly<Record<string, readonly Case[]>> = {
  'party-count': [
    { fails: plainSample({ parties: {} }), path: 'parties' },
    {
      fails: plainSample({ parties: { AP_A: party('A'), AP_B: party('B'), AP_C: party('C') } }),
      path: 'parties',
    },
  ],
  'party-reference': [
    {
      fails: plainSample({ responder: { party: 'AP_BB', role: 'urn:r' } }),
      path: 'responder.party',
      advice: /Did you mean "AP_B"/,
    },
    { fails: ootsSample({ initiator: undefined }), path: 'initiator', passes: ootsSample() },
  ],
  'party-unused': [
    {
      fails: plainSample({ responder: { party: 'AP_A', role: 'urn:r' } }),
      path: 'parties.AP_B',
      passes: plainSample({
        parties: { AP_A: party('A') },
        responder: { party: 'AP_A', role: 'urn:r' },
      }),
    },
  ],
  'self-is-party': [
    {
      fails: plainSample({
        parties: { AP_C: party('C'), AP_B: party('B') },
        initiator: { party: 'AP_C', role: 'urn:r' },
      }),
      path: 'parties',
    },
  ],
  'role-given': [
    { fails: plainSample({ initiator: 'AP_A' }), path: 'initiator.role', passes: ootsSample() },
    { fails: plainSample({ responder: { party: 'AP_B' } }), path: 'responder.role' },
  ],
  'party-has-id': [{ fails: parties({}, { ids: [] }), path: 'parties.AP_B.ids' }],
  'untyped-party-id-is-uri': [
    {
      fails: parties({ ids: ['AP_A'] }),
      path: 'parties.AP_A.ids[0]',
      passes: parties({ ids: ['urn:example:ap-a'] }),
    },
  ],
  'duplicate-party-id': [
    {
      fails: parties({}, { ids: [{ value: 'AP_A', type: `${unregistered}:XA` }] }),
      path: 'parties.AP_B.ids[0]',
      passes: parties({}, { ids: [{ value: 'AP_A', type: `${unregistered}:XB` }] }),
    },
  ],
  'address-needed': [
    {
      fails: parties({}, { address: undefined }),
      path: 'parties.AP_B.address',
      passes: parties({ address: undefined }),
    },
    {
      fails: parties({}, { address: '  ' }),
      path: 'parties.AP_B.address',
      passes: plainSample({
        parties: { AP_A: party('A'), AP_B: party('B', { address: undefined }) },
        legs: [
          { ...ask, sender: 'responder' },
          { ...testLeg, sender: 'responder' },
        ],
      }),
    },
  ],
  'address-is-url': [
    { fails: parties({}, { address: 'ap-b.example/as4' }), path: 'parties.AP_B.address' },
    { fails: parties({}, { address: 'ftp://ap-b.example/as4' }), path: 'parties.AP_B.address' },
    { fails: parties({}, { address: 'https://user:secret@ap-b.example/' }), path: 'parties.AP_B.address' },
    {
      fails: parties({}, { address: 'https://ap-b.example/#as4' }),
      path: 'parties.AP_B.address',
      passes: parties({}, { address: ' https://ap-b.example:8443/services/msh?domain=oots ' }),
    },
  ],
  'address-uses-tls': [
    {
      fails: parties({}, { address: 'http://ap-b.example/as4' }),
      path: 'parties.AP_B.address',
      passes: parties({}, { address: 'http://ap-b.example/as4', allowPlainHttp: true }),
    },
    {
      fails: parties({}, { address: 'http://127.0.0.1.example/as4' }),
      path: 'parties.AP_B.address',
      passes: parties({}, { address: 'http://127.0.0.1:8080/as4' }),
    },
  ],
  'partner-can-be-verified': [
    {
      fails: parties({}, { certificates: { encryption: 'b.pem' } }),
      path: 'parties.AP_B.certificates',
      passes: parties({ certificates: undefined }),
    },
    {
      fails: parties({}, { certificates: undefined }),
      path: 'parties.AP_B.certificates',
      passes: parties({}, { certificates: { anchors: 'ca.pem', subject: { CN: 'b' }, encryption: 'b.pem' } }),
    },
  ],
  'partner-can-be-encrypted-for': [
    {
      fails: parties({}, { certificates: { signing: 'b.pem' } }),
      path: 'parties.AP_B.certificates.encryption',
      passes: plainSample({
        parties: { AP_A: party('A'), AP_B: party('B', { certificates: { signing: 'b.pem' } }) },
        legDefaults: { security: { encrypt: false } },
      }),
    },
  ],
  'anchors-bind-subject': [
    {
      fails: parties({}, { certificates: { anchors: 'ca.pem', encryption: 'b.pem' } }),
      path: 'parties.AP_B.certificates.subject',
      passes: parties({}, { certificates: { anchors: 'ca.pem', encryption: 'b.pem', subject: { CN: 'b' } } }),
    },
    {
      fails: parties({}, { certificates: { anchors: 'ca.pem', encryption: 'b.pem', subject: {} } }),
      path: 'parties.AP_B.certificates.subject',
    },
  ],
  'certificate-name-stays-inside': [
    {
      fails: parties({}, { certificates: '../keys/b.pem' }),
      path: 'parties.AP_B.certificates.signing',
      passes: parties({}, { certificates: 'partners/b..pem' }),
    },
    {
      fails: parties({}, { certificates: { signing: '/etc/b.pem', encryption: 'b.pem' } }),
      path: 'parties.AP_B.certificates.signing',
    },
    {
      fails: parties({}, { certificates: { signing: 'b.pem', encryption: 'C:\\b.pem' } }),
      path: 'parties.AP_B.certificates.encryption',
    },
  ],
  'legs-present': [
    { fails: plainSample({ legs: [] }), path: 'legs', passes: ootsSample() },
    { fails: plainSample({ legs: undefined }), path: 'legs' },
  ],
  'leg-complete': [
    { fails: legs({ name: 'ask', action: 'Ask' }), path: 'legs[0].service' },
    {
      fails: ootsSample({ legs: [{ name: 'querry-request', compress: false }] }),
      path: 'legs[0].action',
      passes: ootsSample({ legs: [{ name: 'query-request', compress: false }] }),
    },
  ],
  'duplicate-leg-name': [
    { fails: legs(ask, { ...ask, action: 'Other' }), path: 'legs[1].name' },
    {
      fails: ootsSample({
        legs: [
          { name: 'query-request', compress: false },
          { name: 'query-request', service: 'urn:s', action: 'A' },
        ],
      }),
      path: 'legs[1].name',
      passes: ootsSample({ legs: [{ name: 'own', service: 'urn:s', action: 'A' }] }),
    },
  ],
  'duplicate-leg': [
    {
      fails: legs(ask, { ...ask, name: 'again', sender: 'either' }),
      path: 'legs[1]',
      passes: legs(ask, { ...ask, name: 'back', sender: 'responder' }),
    },
    {
      fails: legs(ask, { ...ask, name: 'again' }),
      path: 'legs[1]',
      passes: legs(
        ask,
        { ...ask, name: 'other', mpc: 'urn:example:mpc' },
        { ...ask, name: 'third', service: { value: 'urn:example:service', type: 'urn:t' } },
      ),
    },
  ],
  'omitted-leg-exists': [
    {
      fails: ootsSample({ omitLegs: ['lcm-eror'] }),
      path: 'omitLegs[0]',
      passes: ootsSample({ omitLegs: ['lcm-error'] }),
      advice: /Did you mean "lcm-error"/,
    },
  ],
  'untyped-service-is-uri': [{ fails: leg({ service: 'Asking' }), path: 'legs[0].service' }],
  'binding-fits-mep': [
    {
      fails: plainSample({ binding: 'pushAndPush' }),
      path: 'binding',
      passes: plainSample({ binding: 'push' }),
    },
    { fails: plainSample({ mep: 'twoWay', binding: 'push' }), path: 'binding' },
  ],
  'reply-leg-only-two-way': [
    {
      fails: legs({ ...ask, replyLeg: 'reply' }, reply),
      path: 'legs[0].replyLeg',
      passes: twoWay({ ...ask, replyLeg: 'reply' }, reply),
    },
  ],
  'two-way-has-reply': [
    { fails: twoWay(ask), path: 'legs[0].replyLeg', passes: twoWay({ ...ask, replyLeg: 'reply' }, reply) },
  ],
  'reply-leg-exists': [
    {
      fails: twoWay({ ...ask, replyLeg: 'repli' }, reply),
      path: 'legs[0].replyLeg',
      passes: twoWay({ ...ask, replyLeg: 'reply' }, reply),
      advice: /Did you mean "reply"/,
    },
  ],
  'reply-leg-turns-round': [
    {
      fails: twoWay({ ...ask, replyLeg: 'reply' }, { ...reply, sender: 'initiator' }),
      path: 'legs[0].replyLeg',
      passes: twoWay({ ...ask, replyLeg: 'reply' }, { ...reply, sender: 'responder' }),
    },
    { fails: twoWay({ ...ask, sender: 'either', replyLeg: 'ask' }), path: 'legs[0].replyLeg' },
  ],
  'untyped-agreement-is-uri': [
    {
      fails: plainSample({ agreement: 'agreement-7' }),
      path: 'agreement',
      passes: plainSample({ agreement: { value: 'agreement-7', type: 'urn:example:agreements' } }),
    },
  ],
  'document-check-in-exchange': [
    {
      fails: leg({ documentCheck: { inbound: 'warn' } }),
      path: 'legs[0].documentCheck.inbound',
      passes: ootsSample({ legs: [{ name: 'query-request', documentCheck: { inbound: 'warn' } }] }),
    },
    {
      fails: ootsSample({ legs: [{ name: 'lcm-request', documentCheck: { outbound: 'refuse' } }] }),
      path: 'legs[0].documentCheck.outbound',
      passes: ootsSample({ legDefaults: { documentCheck: { outbound: 'refuse' } } }),
    },
  ],
  'refusal-names-country': [
    {
      fails: ootsSample({ legDefaults: refusing, parties: { AP_A: party('A'), AP_B: placed() } }),
      path: 'parties.AP_B.country',
      passes: ootsSample({ legDefaults: refusing, parties: { AP_A: party('A'), AP_B: placed('SE') } }),
    },
  ],
  'country-as-listed': [
    {
      fails: ootsSample({ parties: { AP_A: party('A'), AP_B: placed('GR') } }),
      path: 'parties.AP_B.country',
      passes: ootsSample({ parties: { AP_A: party('A'), AP_B: placed('EL') } }),
    },
    {
      fails: ootsSample({
        parties: {
          AP_A: party('A'),
          AP_B: party('B', {
            ids: [{ value: 'AP_B', type: 'urn:oasis:names:tc:ebcore:partyid-type:unregistered:GR' }],
          }),
        },
      }),
      path: 'parties.AP_B.country',
    },
  ],
  'test-service-pair': [
    { fails: legs({ ...testLeg, name: 'half', action: 'Other' }), path: 'legs[0].action' },
    { fails: leg({ action: testLeg.action }), path: 'legs[0].action' },
  ],
  'delivery-fits-leg': [
    { fails: leg({ delivery: 'none' }), path: 'legs[0].delivery', passes: leg({ delivery: 'inbox' }) },
    {
      fails: plainSample({ legs: [ask, { ...testLeg, delivery: 'inbox' }] }),
      path: 'legs[1].delivery',
      passes: plainSample({ legs: [ask, { ...testLeg, delivery: 'none' }] }),
    },
  ],
  'test-leg-present': [{ fails: plainSample({ legs: [ask] }), path: 'legs' }],
  'properties-unique': [
    {
      fails: leg({ properties: ['originalSender', { name: 'originalSender' }] }),
      path: 'legs[0].properties',
      passes: leg({ properties: ['originalSender', 'finalRecipient'] }),
    },
  ],
  'payload-limits': [
    {
      fails: leg({ payload: { minParts: 3, maxParts: 2 } }),
      path: 'legs[0].payload.minParts',
      passes: leg({ payload: { minParts: 2, maxParts: 2 } }),
    },
    {
      fails: leg({ payload: { maxPartSize: '2MB', maxMessageSize: '1MiB' } }),
      path: 'legs[0].payload.maxPartSize',
      passes: leg({ payload: { maxPartSize: '1MB', maxMessageSize: '1MiB' } }),
    },
  ],
  'retry-arithmetic': [
    {
      fails: leg({ receptionAwareness: { strategy: 'once', retries: 4 } }),
      path: 'legs[0].receptionAwareness.retries',
      passes: leg({ receptionAwareness: { strategy: 'once' } }),
    },
    {
      fails: leg({ receptionAwareness: { strategy: 'constant', retries: 0 } }),
      path: 'legs[0].receptionAwareness.retries',
      passes: leg({ receptionAwareness: { retries: 0 } }),
    },
    {
      fails: leg({ receptionAwareness: { retries: 4, window: '399ms' } }),
      path: 'legs[0].receptionAwareness.retries',
      passes: leg({ receptionAwareness: { retries: 4, window: '400ms' } }),
    },
    {
      fails: leg({ receptionAwareness: { retries: 4, window: '31d' } }),
      path: 'legs[0].receptionAwareness.retries',
      passes: leg({ receptionAwareness: { retries: 4, window: '30d' } }),
    },
  ],
  'retry-patience': [
    {
      fails: leg({ receptionAwareness: { retries: 4, window: '39s' } }),
      path: 'legs[0].receptionAwareness.window',
      passes: leg({ receptionAwareness: { retries: 4, window: '40s' } }),
    },
  ],
  'encrypt-needs-sign': [
    {
      fails: leg({ security: { sign: false } }),
      path: 'legs[0].security.sign',
      passes: leg({ security: { sign: false, encrypt: false } }),
    },
  ],
  'weak-security': [
    { fails: leg({ security: { encrypt: false } }), path: 'legs[0].security.encrypt' },
    { fails: leg({ security: { sign: false, encrypt: false } }), path: 'legs[0].security.sign' },
    { fails: leg({ security: { acceptUnsignedBody: true } }), path: 'legs[0].security.acceptUnsignedBody' },
    {
      fails: leg({ security: { acceptLegacyKeyTransport: true } }),
      path: 'legs[0].security.acceptLegacyKeyTransport',
    },
    {
      fails: leg({ receptionAwareness: { duplicateDetection: false } }),
      path: 'legs[0].receptionAwareness.duplicateDetection',
    },
  ],
};

test('every named check has a sample that fails and one that passes', () => {
  assert.deepEqual(Object.keys(cases).sort(), pmodeChecks.map(({ name }) => name).sort());
});

test('the samples themselves are in order, seen from both sides', () => {
  for (const sample of [plainSample(), ootsSample()])
    for (const self of ['AP_A', 'AP_B']) assert.deepEqual(problemsOf(sample, self), []);
});

for (const check of pmodeChecks)
  test(`check ${check.name}`, () => {
    for (const { fails, path, passes = plainSample(), advice } of cases[check.name] ?? []) {
      const found = problemsOf(fails).filter((problem) => problem.check === check.name);
      const [problem] = found.filter((one) => one.path === path);
      assert.ok(
        problem,
        `expected ${check.name} at ${path}, found ${JSON.stringify(problemsOf(fails), null, 1)}`,
      );
      assert.equal(problem.severity, check.severity);
      assert.equal(problem.file, 'sample.yaml');
      assert.ok(problem.line >= 1 && problem.column >= 1);
      assert.notEqual(problem.advice, '');
      assert.match(problem.advice, advice ?? /./);
      const others = problemsOf(passes).filter((one) => one.check === check.name);
      assert.deepEqual(others, []);
    }
  });

test('a problem of a value from legDefaults or a profile points to where it was written', () => {
  const shared = problemsOf(plainSample({ legDefaults: { security: { encrypt: false } } }));
  assert.deepEqual(
    shared.map(({ check, path, message }) => [check, path, message]),
    [
      [
        'weak-security',
        'legDefaults.security.encrypt',
        'leg ask, test: payloads are neither encrypted nor required to be encrypted',
      ],
    ],
  );
  const [brought] = problemsOf(ootsSample({ mep: 'twoWay' })).filter(
    ({ check }) => check === 'two-way-has-reply',
  );
  assert.equal(brought?.path, 'profile');
});

test('an agreement with oneself needs one party, which may send to itself', () => {
  const sample = ootsSample({ parties: { AP_A: party('A') }, responder: 'AP_A' });
  assert.deepEqual(problemsOf(sample), []);
  const silent = ootsSample({ parties: { AP_A: party('A', { address: undefined }) }, responder: 'AP_A' });
  assert.deepEqual(
    problemsOf(silent).map(({ check }) => check),
    ['address-needed'],
  );
});

test('values of the test service stay what the standard says', () => {
  assert.equal(testLeg.service, `${values}service`);
});
