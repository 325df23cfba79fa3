import assert from 'node:assert/strict';
import { test } from 'node:test';
import { stringify } from 'yaml';
import {
  explainMatch,
  governingLeg,
  isMismatch,
  loadPModes,
  matchLeg,
} from '../../../src/protocol/pmode/index.ts';
import type { GoverningLeg, MatchFacts, Mismatch, PMode } from '../../../src/protocol/pmode/index.ts';
import { ootsSample, party, plainSample, pmodeOf, testLeg, unregistered, values } from './samples.ts';

const role = 'http://sdg.europa.eu/edelivery/gateway';
const binding = 'urn:oasis:names:tc:ebcore:ebrs:ebms:binding:1.0';
const id = (letter: string) => ({ value: `AP_${letter}`, type: `${unregistered}:X${letter}` });

const received: MatchFacts = {
  direction: 'receive',
  from: { partyIds: [id('B')], role },
  to: { partyIds: [id('A')], role },
  service: { value: 'QueryManager', type: binding },
  action: 'ExecuteQueryRequest',
};

const oots = pmodeOf(ootsSample(), { file: 'a-b.yaml' });

function governs(pmodes: readonly PMode[], facts: MatchFacts): GoverningLeg {
  const result = matchLeg(pmodes, facts);
  if (isMismatch(result)) throw new Error(result.message);
  return result;
}

function refused(pmodes: readonly PMode[], facts: MatchFacts): Mismatch {
  const result = matchLeg(pmodes, facts);
  if (!isMismatch(result)) throw new Error(`${result.pmode.id}/${result.leg.name} governs`);
  return result;
}

test('a received message is governed by the one leg with all its values', () => {
  const { pmode, leg, direction, self, partner, selfRole, partnerRole } = governs([oots], received);
  assert.equal(pmode, oots);
  assert.equal(leg.name, 'query-request');
  assert.equal(direction, 'receive');
  assert.deepEqual([self.name, partner.name, selfRole, partnerRole], ['AP_A', 'AP_B', role, role]);
});

test('the default MPC may be written or left out, another one not', () => {
  governs([oots], { ...received, mpc: `${values}defaultMPC` });
  assert.equal(refused([oots], { ...received, mpc: `${values}other` }).ebms, 'EBMS:0010');
});

const untyped = (typed: { value: string }) => ({ value: typed.value });

test('presence, value and type of every field matter (eDelivery AS4 1.15 1.4.2.2)', () => {
  const changes: Readonly<Record<string, Partial<MatchFacts>>> = {
    'another role of the sender': { from: { partyIds: [id('B')], role: `${role}/x` } },
    'no role of the sender': { from: { partyIds: [id('B')] } },
    'another role of the receiver': { to: { partyIds: [id('A')], role: '' } },
    'service of another type': { service: { value: 'QueryManager', type: `${binding}.1` } },
    'service without type': { service: { value: 'QueryManager' } },
    'service in another case': { service: { value: 'querymanager', type: binding } },
    'unknown service': { service: { value: 'Other', type: binding } },
    'no service': { service: undefined },
    'unknown action': { action: 'ExecuteQuery' },
    'no action': { action: undefined },
    'an action of another service': { action: 'SubmitObjectsRequest' },
    'an agreement nobody declared': { agreementRef: { value: 'urn:agreement' } },
    'another MPC': { mpc: 'urn:mpc' },
  };
  for (const [what, change] of Object.entries(changes)) {
    const { ebms, code } = refused([oots], { ...received, ...change });
    assert.deepEqual([ebms, code], ['EBMS:0010', 'receive/no-pmode'], what);
  }
});

test('a declared agreement is required with its value and type', () => {
  const pmode = pmodeOf(ootsSample({ agreement: { value: 'A7', type: 'urn:agreements' } }));
  governs([pmode], { ...received, agreementRef: { value: 'A7', type: 'urn:agreements' } });
  for (const agreementRef of [
    undefined,
    { value: 'A7' },
    { value: 'A7', type: 'urn:other' },
    { value: 'A8', type: 'urn:agreements' },
  ])
    assert.equal(refused([pmode], { ...received, agreementRef }).ebms, 'EBMS:0010');
});

test('the pmode attribute of an agreement is never relied on', () => {
  const pmode = pmodeOf(ootsSample({ agreement: 'urn:agreement' }));
  governs([pmode], { ...received, agreementRef: { value: 'urn:agreement', pmode: 'something else' } });
});

test('a party no P-Mode names is EBMS:0001', () => {
  for (const change of [
    { from: { partyIds: [id('C')], role } },
    { to: { partyIds: [id('C')], role } },
    { from: { partyIds: [{ value: 'AP_B', type: `${unregistered}:XC` }], role } },
  ]) {
    const { ebms, code, finding } = refused([oots], { ...received, ...change });
    assert.deepEqual([ebms, code], ['EBMS:0001', 'receive/unknown-party']);
    assert.match(finding.field ?? '', /PartyId/);
  }
});

test('party identifiers against the standard are EBMS:0003', () => {
  for (const partyIds of [[], [id('B'), id('B')], [{ value: 'AP_B' }]]) {
    const { ebms, code } = refused([oots], { ...received, from: { partyIds, role } });
    assert.deepEqual([ebms, code], ['EBMS:0003', 'receive/inconsistent-header']);
  }
});

test('parties the wrong way round are no match', () => {
  assert.equal(refused([oots], { ...received, from: received.to, to: received.from }).ebms, 'EBMS:0001');
});

test('every identifier of a party is accepted, one at a time', () => {
  const second = { value: '0000', type: 'urn:cef.eu:names:identifier:EAS:0190' };
  const pmode = pmodeOf(
    ootsSample({ parties: { AP_A: party('A'), AP_B: party('B', { ids: [id('B'), second] }) } }),
  );
  for (const one of [id('B'), second]) governs([pmode], { ...received, from: { partyIds: [one], role } });
});

test('a leg of the initiator is not one of the responder', () => {
  const facts: MatchFacts = {
    direction: 'receive',
    from: { partyIds: [id('A')], role: 'urn:example:roles:asker' },
    to: { partyIds: [id('B')], role: 'urn:example:roles:answerer' },
    service: { value: 'urn:example:service' },
    action: 'Ask',
  };
  governs([pmodeOf(plainSample(), { self: 'AP_B' })], facts);
  assert.equal(refused([pmodeOf(plainSample(), { self: 'AP_A' })], facts).ebms, 'EBMS:0001');
});

test('a finding says which field decided, what was expected and what comes close', () => {
  const { finding, message, explanations } = refused([oots], { ...received, action: 'ExecuteQueryRequests' });
  assert.deepEqual(finding, {
    check: 'pmode-knows-action',
    field: 'eb:CollaborationInfo/eb:Action',
    expected: 'ExceptionResponse, ExecuteQueryRequest, ExecuteQueryResponse',
    found: 'ExecuteQueryRequests',
    advice: 'Did you mean "ExecuteQueryRequest"?',
  });
  assert.match(message, /ExecuteQueryRequests/);
  assert.ok(explanations.length <= 5);
});

test('a submission leaves to the P-Mode what it does not say', () => {
  const facts: MatchFacts = { direction: 'send', action: 'ExecuteQueryRequest' };
  assert.equal(governs([oots], facts).leg.name, 'query-request');
  assert.equal(governs([oots], { ...facts, service: { value: 'QueryManager' } }).leg.name, 'query-request');
  assert.equal(governs([oots], { ...facts, to: { partyIds: [untyped(id('B'))] } }).partner.name, 'AP_B');
  assert.equal(governs([oots], { ...facts, pmodeId: oots.id }).direction, 'send');
});

test('a submission that fits nothing is told the field, by code', () => {
  const facts: MatchFacts = { direction: 'send', action: 'ExecuteQueryRequest' };
  const changes: Readonly<Record<string, Partial<MatchFacts>>> = {
    'submit/unknown-pmode': { pmodeId: 'a-c' },
    'submit/unknown-party': { to: { partyIds: [id('C')] } },
    'submit/unknown-role': { from: { partyIds: [id('A')], role: 'urn:r' } },
    'submit/unknown-service': { service: { value: 'QueryManagers', type: binding } },
    'submit/unknown-action': { action: 'ExecuteQuery' },
    'submit/unknown-agreement': { agreementRef: { value: 'urn:agreement' } },
    'submit/unknown-mpc': { mpc: 'urn:mpc' },
  };
  for (const [code, change] of Object.entries(changes))
    assert.equal(refused([oots], { ...facts, ...change }).code, code);
  assert.equal(refused([], facts).code, 'submit/unknown-pmode');
});

test('a submission that fits two legs is told what to add', () => {
  const { code, finding } = refused([oots], { direction: 'send', action: 'ExceptionResponse' });
  assert.equal(code, 'submit/ambiguous-pmode');
  assert.equal(finding.field, 'eb:CollaborationInfo/eb:Service');
  assert.match(finding.expected ?? '', /LifecycleManager.*QueryManager/);
  assert.match(finding.found ?? '', /lcm-error.*query-error/);
  assert.equal(finding.advice, 'Say service.');
});

test('a submission without type means the untyped value where there is one', () => {
  const legs = [
    { name: 'typed', service: { value: 'urn:s', type: 'urn:t' }, action: 'Ask' },
    { name: 'plain', service: 'urn:s', action: 'Ask' },
    testLeg,
  ];
  const pmode = pmodeOf(plainSample({ legs }));
  const facts: MatchFacts = { direction: 'send', action: 'Ask' };
  assert.equal(governs([pmode], { ...facts, service: { value: 'urn:s' } }).leg.name, 'plain');
  assert.equal(governs([pmode], { ...facts, service: { value: 'urn:s', type: 'urn:t' } }).leg.name, 'typed');
  assert.equal(refused([pmode], facts).code, 'submit/ambiguous-pmode');
});

test('a submission without agreement and MPC means the leg without them where there is one', () => {
  const files = [
    ootsSample({ id: 'plain' }),
    ootsSample({ id: 'agreed', agreement: 'urn:agreement' }),
    ootsSample({ id: 'channel', legDefaults: { mpc: 'urn:mpc' } }),
  ].map((sample, index) => ({ file: `${index}.yaml`, text: stringify(sample) }));
  const { pmodes } = loadPModes(files, { self: 'AP_A' });
  const facts: MatchFacts = { direction: 'send', action: 'ExecuteQueryRequest' };
  assert.equal(governs(pmodes, facts).pmode.id, 'plain');
  assert.equal(governs(pmodes, { ...facts, agreementRef: { value: 'urn:agreement' } }).pmode.id, 'agreed');
  assert.equal(governs(pmodes, { ...facts, mpc: 'urn:mpc' }).pmode.id, 'channel');
  const others = pmodes.filter(({ id: name }) => name !== 'plain');
  assert.equal(refused(others, facts).finding.advice, 'Say pmode or agreement or mpc.');
});

test('an access point may have an agreement with itself', () => {
  const pmode = pmodeOf(ootsSample({ parties: { AP_A: party('A') }, responder: 'AP_A' }));
  const both = { from: { partyIds: [id('A')], role }, to: { partyIds: [id('A')], role } };
  for (const direction of ['send', 'receive'] as const) {
    const { self, partner, leg } = governs([pmode], { ...received, ...both, direction });
    assert.deepEqual([self.name, partner.name, leg.name], ['AP_A', 'AP_A', 'query-request']);
  }
});

test('a leg is found again by name, in the direction it travels', () => {
  const pmode = pmodeOf(plainSample());
  assert.equal(governingLeg([pmode], pmode.id, 'ask', 'send')?.partner.name, 'AP_B');
  assert.equal(governingLeg([pmode], pmode.id, 'ask', 'receive'), undefined);
  assert.equal(governingLeg([pmode], pmode.id, 'gone', 'send'), undefined);
  assert.equal(governingLeg([pmode], 'gone', 'ask', 'send'), undefined);
});

test('two P-Modes that could govern one message are a load error naming both and the values', () => {
  const files = ['one.yaml', 'two.yaml'].map((file) => ({ file, text: stringify(ootsSample()) }));
  const { problems } = loadPModes(files, { self: 'AP_A' });
  assert.equal(problems.length, 1);
  const [problem] = problems;
  assert.equal(problem?.check, 'ambiguous-pmodes');
  assert.equal(problem?.severity, 'error');
  assert.equal(problem?.file, 'two.yaml');
  for (const value of [
    'one.yaml',
    'AP_A',
    'AP_B',
    role,
    'QueryManager',
    binding,
    'ExecuteQueryRequest',
    '7 legs',
  ])
    assert.ok(problem?.message.includes(value), value);
});

test('P-Modes that differ in one value that counts stand side by side', () => {
  const differing = [
    ootsSample({ id: 'a' }),
    ootsSample({ id: 'b', agreement: 'urn:agreement' }),
    ootsSample({ id: 'c', legDefaults: { mpc: 'urn:mpc' } }),
    ootsSample({ id: 'd', initiator: { party: 'AP_A', role: 'urn:r' } }),
    ootsSample({ id: 'e', parties: { AP_A: party('A'), AP_B: party('C') } }),
  ];
  const files = differing.map((sample, index) => ({ file: `${index}.yaml`, text: stringify(sample) }));
  const { pmodes, problems } = loadPModes(files, { self: 'AP_A' });
  assert.deepEqual(problems, []);
  assert.deepEqual(
    pmodes.map((pmode) => pmode.id),
    ['a', 'b', 'c', 'd', 'e'],
  );
});

test('one identifier in common is enough to collide', () => {
  const many = { ids: [id('B'), id('C')] };
  const samples = [
    ootsSample({ id: 'a' }),
    ootsSample({ id: 'b', parties: { AP_A: party('A'), AP_B: party('B', many) } }),
  ];
  const files = samples.map((sample, index) => ({ file: `${index}.yaml`, text: stringify(sample) }));
  assert.deepEqual(
    loadPModes(files, { self: 'AP_A' }).problems.map(({ check }) => check),
    ['ambiguous-pmodes'],
  );
});

test('P-Modes need ids of their own', () => {
  const samples = [ootsSample({ id: 'a' }), ootsSample({ id: 'a', agreement: 'urn:agreement' })];
  const files = samples.map((sample, index) => ({ file: `${index}.yaml`, text: stringify(sample) }));
  const { problems } = loadPModes(files, { self: 'AP_A' });
  assert.deepEqual(
    problems.map(({ check, file, path }) => [check, file, path]),
    [['duplicate-pmode-id', '1.yaml', 'id']],
  );
});

test('were two P-Modes to collide at run time, neither would govern, whatever their order', () => {
  const other = pmodeOf(ootsSample({ id: 'other' }));
  for (const pmodes of [
    [oots, other],
    [other, oots],
  ]) {
    const { ebms, code, finding } = refused(pmodes, received);
    assert.deepEqual([ebms, code], ['EBMS:0010', 'receive/ambiguous-pmode']);
    assert.equal(finding.found, '2 legs that fit: a-b/query-request, other/query-request');
  }
});

test('an explanation has one line a field for every leg, the closest leg first', () => {
  const far = pmodeOf(ootsSample({ id: 'far', parties: { AP_A: party('A'), AP_B: party('C') } }));
  const explanations = explainMatch([far, oots], { ...received, action: 'ExecuteQueryRequests' });
  assert.equal(explanations.length, 14);
  const [closest] = explanations;
  assert.equal(closest?.pmodeId, oots.id);
  assert.equal(closest?.leg.startsWith('query-'), true);
  assert.equal(closest?.governs, false);
  assert.deepEqual(
    closest?.fields.map(({ field, agrees }) => `${field}${agrees ? '' : '!'}`),
    ['direction', 'from', 'to', 'service', 'action!', 'fromRole', 'toRole', 'agreement', 'mpc'],
  );
  assert.deepEqual(
    explanations.slice(0, 7).map(({ pmodeId }) => pmodeId),
    Array.from({ length: 7 }, () => oots.id),
  );
});
