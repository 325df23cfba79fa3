import assert from 'node:assert/strict';
import { test } from 'node:test';
import { stringify } from 'yaml';
import { parsePMode, profiles, writePMode } from '../../../src/protocol/pmode/index.ts';
import { ootsSample, plainSample, pmodeOf, testLeg, values } from './samples.ts';

const binding = 'urn:oasis:names:tc:ebcore:ebrs:ebms:binding:1.0';

test('profile oots brings the legs, values and compression of OOTS TDD 4.7', () => {
  const { legs, initiator, responder, mep } = pmodeOf(ootsSample());
  assert.deepEqual(
    legs.map(({ name, service, action, compress, sender, delivery }) => [
      name,
      service.value,
      service.type,
      action,
      compress,
      sender,
      delivery,
    ]),
    [
      ['query-request', 'QueryManager', binding, 'ExecuteQueryRequest', true, 'either', 'inbox'],
      ['query-response', 'QueryManager', binding, 'ExecuteQueryResponse', false, 'either', 'inbox'],
      ['query-error', 'QueryManager', binding, 'ExceptionResponse', true, 'either', 'inbox'],
      ['lcm-request', 'LifecycleManager', binding, 'SubmitObjectsRequest', true, 'either', 'inbox'],
      ['lcm-response', 'LifecycleManager', binding, 'SubmitObjectsResponse', true, 'either', 'inbox'],
      ['lcm-error', 'LifecycleManager', binding, 'ExceptionResponse', false, 'either', 'inbox'],
      ['test', `${values}service`, undefined, `${values}test`, true, 'either', 'none'],
    ],
  );
  assert.equal(mep, 'oneWay');
  assert.equal(initiator.role, 'http://sdg.europa.eu/edelivery/gateway');
  assert.equal(responder.role, 'http://sdg.europa.eu/edelivery/gateway');
  for (const leg of legs) {
    assert.deepEqual(leg.receptionAwareness, {
      retries: 4,
      window: 12 * 60 * 1000,
      strategy: 'constant',
      duplicateDetection: true,
    });
    assert.deepEqual(
      leg.properties.map(({ name, required }) => `${name}${required ? '!' : ''}`),
      ['originalSender!', 'finalRecipient!', 'ExchangeId', 'SpecificationId', 'trackingIdentifier'],
    );
    assert.equal(leg.mpc, `${values}defaultMPC`);
    assert.deepEqual(leg.security, {
      suite: 'eDelivery-AS4-1.15',
      sign: true,
      encrypt: true,
      signingKeyReference: 'BinarySecurityToken',
      encryptionKeyReference: 'BinarySecurityToken',
      acceptUnsignedBody: false,
      acceptLegacyKeyTransport: false,
    });
  }
});

test('a file changes one leg of its profile, or all, or omits some', () => {
  const { legs } = pmodeOf(
    ootsSample({
      omitLegs: ['lcm-request', 'lcm-response', 'lcm-error'],
      legDefaults: { payload: { maxParts: 7 }, security: { encryptionKeyReference: 'IssuerSerial' } },
      legs: [{ name: 'query-response', compress: true, payload: { maxParts: 9 } }],
    }),
  );
  assert.deepEqual(
    legs.map(({ name, compress, payload, security }) => [
      name,
      compress,
      payload.minParts,
      payload.maxParts,
      security.encryptionKeyReference,
    ]),
    [
      ['query-request', true, 1, 7, 'IssuerSerial'],
      ['query-response', true, 1, 9, 'IssuerSerial'],
      ['query-error', true, 1, 7, 'IssuerSerial'],
      ['test', true, 0, 7, 'IssuerSerial'],
    ],
  );
});

test('a service that replaces that of a profile keeps nothing of it', () => {
  const { legs } = pmodeOf(ootsSample({ legs: [{ name: 'query-request', service: 'urn:example:own' }] }));
  assert.deepEqual(legs[0]?.service, { value: 'urn:example:own' });
});

test('the reply of a two-way agreement is sent by the responder unless the file says otherwise', () => {
  const { legs, binding: bound } = pmodeOf(
    plainSample({
      mep: 'twoWay',
      legs: [
        { name: 'ask', service: 'urn:s', action: 'Ask', replyLeg: 'reply' },
        { name: 'reply', service: 'urn:s', action: 'Reply' },
        testLeg,
      ],
    }),
  );
  assert.equal(bound, 'pushAndPush');
  assert.deepEqual(
    legs.map(({ sender }) => sender),
    ['initiator', 'responder', 'either'],
  );
});

test('names that a file leaves out come from the file and the action', () => {
  const pmode = pmodeOf(
    plainSample({ legs: [{ service: 'urn:s', action: 'http://example/actions/Ask' }, testLeg] }),
    {
      file: 'pmodes/oots-a-b.yml',
    },
  );
  assert.equal(pmode.id, 'oots-a-b');
  assert.equal(pmode.file, 'pmodes/oots-a-b.yml');
  assert.equal(pmode.legs[0]?.name, 'Ask');
});

test('addresses are trimmed, and an unknown one of our own is left out', () => {
  const sample = ootsSample();
  const parties = sample['parties'] as Record<string, Record<string, unknown>>;
  parties['AP_A'] = { ...parties['AP_A'], address: '' };
  parties['AP_B'] = { ...parties['AP_B'], address: ' https://ap-b.example/services/msh ' };
  const pmode = pmodeOf(sample);
  assert.equal(pmode.initiator.party.address, undefined);
  assert.equal(pmode.responder.party.address, 'https://ap-b.example/services/msh');
});

test('a P-Mode is frozen through and through', () => {
  const pmode = pmodeOf(ootsSample());
  const look = (value: unknown): void => {
    if (typeof value !== 'object' || value === null) return;
    assert.ok(Object.isFrozen(value));
    Object.values(value).forEach(look);
  };
  look(pmode);
});

test('either side reads the same file and sees itself', () => {
  assert.equal(pmodeOf(ootsSample(), { self: 'AP_A' }).selfIs, 'initiator');
  assert.equal(pmodeOf(ootsSample(), { self: 'AP_B' }).selfIs, 'responder');
});

test('a P-Mode written out in full is the same P-Mode', () => {
  const samples = [
    ootsSample(),
    plainSample({
      agreement: { value: 'a-7', type: 'urn:agreements' },
      legDefaults: { payload: { mimeTypes: ['application/pdf'] } },
    }),
    plainSample({
      legs: [
        {
          name: 'ask',
          service: { value: 'S', type: 'urn:t' },
          action: 'Ask',
          properties: [{ name: 'p', required: false, type: 'urn:t', value: 'v' }],
          receptionAwareness: { strategy: 'once' },
          payload: { maxPartSize: 12_345 },
        },
        testLeg,
      ],
    }),
  ];
  for (const sample of samples)
    for (const self of ['AP_A', 'AP_B']) {
      const { pmode, origins } = parsePMode(stringify(sample), 'sample.yaml', { self });
      assert.ok(pmode);
      const again = parsePMode(writePMode(pmode, origins), 'sample.yaml', { self });
      assert.deepEqual(again.pmode, pmode);
    }
});

test('a P-Mode written out says of every value where it came from', () => {
  const sample = ootsSample({ legDefaults: { receptionAwareness: { strategy: 'once' } } });
  const { pmode, origins } = parsePMode(stringify(sample), 'sample.yaml', { self: 'AP_A' });
  assert.ok(pmode);
  const text = writePMode(pmode, origins);
  for (const line of [
    'mep: oneWay # default',
    'binding: push # follows from mep',
    'role: http://sdg.europa.eu/edelivery/gateway # profile oots',
    'compress: false # profile oots',
    'encrypt: true # default',
    'window: 12m # profile oots',
    'strategy: once\n',
    'retries: 0 # follows from the other of retries and strategy',
    'delivery: inbox # follows from the service',
  ])
    assert.ok(text.includes(line), line);
});

test('profiles are described and extend each other without a circle', () => {
  for (const [name, profile] of Object.entries(profiles)) {
    assert.equal(profile.name, name);
    assert.notEqual(profile.about, '');
  }
});
