import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as fc from 'fast-check';
import { stringify } from 'yaml';
import { explainMatch, isMismatch, loadPModes, matchLeg } from '../../../src/protocol/pmode/index.ts';
import type { MatchFacts, PMode } from '../../../src/protocol/pmode/index.ts';
import type { Sample } from './samples.ts';
import { party, unregistered } from './samples.ts';

const senders = ['initiator', 'responder', 'either'];
const typed = (values: readonly string[]) =>
  fc
    .constantFrom(...values)
    .chain((value) => fc.constantFrom({ value: `urn:${value}` }, { value: `urn:${value}`, type: 'urn:t' }));

const services = typed(['s1', 's2']);
const actions = fc.constantFrom('Ask', 'Tell');
const mpcs = fc.constantFrom(undefined, 'urn:mpc');
const agreements = fc.option(typed(['g1']), { nil: undefined });
const roles = fc.constantFrom('urn:r1', 'urn:r2');
const partners = fc.constantFrom('B', 'C');

const leg = fc.record({ service: services, action: actions, mpc: mpcs, sender: fc.constantFrom(...senders) });

/** Small vocabularies, so that files collide, miss each other narrowly and hit. */
const sample = fc
  .record({
    partner: partners,
    roles: fc.tuple(roles, roles),
    agreement: agreements,
    legs: fc.array(leg, { minLength: 1, maxLength: 4 }),
    weBegin: fc.boolean(),
  })
  .map(({ partner, roles: [first, second], agreement, legs, weBegin }): Sample => {
    const us = { party: 'AP_A', role: first };
    const them = { party: `AP_${partner}`, role: second };
    return {
      parties: { AP_A: party('A'), [`AP_${partner}`]: party(partner) },
      initiator: weBegin ? us : them,
      responder: weBegin ? them : us,
      ...(agreement === undefined ? {} : { agreement }),
      legs: legs.map((one, index) => ({ name: `leg-${index}`, ...one })),
    };
  });

const files = fc
  .array(sample, { minLength: 1, maxLength: 4 })
  .map((samples) => samples.map((one, index) => ({ file: `f${index}.yaml`, text: stringify(one) })));

const partyId = (letter: string) => ({ value: `AP_${letter}`, type: `${unregistered}:X${letter}` });
const side = fc
  .tuple(fc.constantFrom('A', 'B', 'C'), roles)
  .map(([letter, role]) => ({ partyIds: [partyId(letter)], role }));

const facts: fc.Arbitrary<MatchFacts> = fc.record({
  direction: fc.constantFrom('send' as const, 'receive' as const),
  from: side,
  to: side,
  service: services,
  action: actions,
  agreementRef: agreements,
  mpc: mpcs,
});

const openFacts: fc.Arbitrary<MatchFacts> = fc.record(
  {
    direction: fc.constant('send' as const),
    from: side,
    to: side,
    service: services,
    action: actions,
    agreementRef: agreements,
    mpc: mpcs,
  },
  { requiredKeys: ['direction'] },
);

const self = { self: 'AP_A' };

/** Files that are in order on their own and beside each other: what a gateway would run with. */
function inOrder(all: readonly { file: string; text: string }[]) {
  return all.reduce<{ file: string; text: string }[]>((kept, one) => {
    const tried = [...kept, one];
    return loadPModes(tried, self).problems.some(({ severity }) => severity === 'error') ? kept : tried;
  }, []);
}

/** Facts that some leg was made for, so that matches are as frequent as misses; random ones where there is no leg. */
function aimed(pmodes: readonly PMode[], question: MatchFacts, pick: number): MatchFacts {
  const pmode = pmodes[pick % Math.max(pmodes.length, 1)];
  const chosen = pmode?.legs[pick % Math.max(pmode.legs.length, 1)];
  if (pmode === undefined || chosen === undefined) return question;
  const fromInitiator = chosen.sender === 'initiator' || (chosen.sender === 'either' && pick % 2 === 0);
  const [sender, receiver] = fromInitiator
    ? [pmode.initiator, pmode.responder]
    : [pmode.responder, pmode.initiator];
  return {
    direction: sender.party.name === 'AP_A' ? 'send' : 'receive',
    from: { partyIds: sender.party.partyIds, role: sender.role },
    to: { partyIds: receiver.party.partyIds, role: receiver.role },
    service: chosen.service,
    action: chosen.action,
    agreementRef: pmode.agreement,
    mpc: chosen.mpc,
  };
}

function summary(result: ReturnType<typeof matchLeg>): unknown {
  if (isMismatch(result)) return result;
  const { pmode, leg: governing, direction, self: us, partner } = result;
  return [pmode.id, governing.name, direction, us.name, partner.name];
}

test('the order of the files changes neither the problems nor the match', () => {
  fc.assert(
    fc.property(files, facts, openFacts, fc.nat(), (all, random, open, seed) => {
      const turned = [...all.slice(seed % all.length), ...all.slice(0, seed % all.length)].reverse();
      const one = loadPModes(all, self);
      const other = loadPModes(turned, self);
      assert.deepEqual(other, one);
      for (const question of [random, open, aimed(one.pmodes, random, seed)])
        assert.deepEqual(
          summary(matchLeg([...one.pmodes].reverse(), question)),
          summary(matchLeg(one.pmodes, question)),
        );
    }),
    { numRuns: 80 },
  );
});

test('when the files are in order, a complete message is governed by exactly one leg or by none', () => {
  let governed = 0;
  let missed = 0;
  fc.assert(
    fc.property(files, facts, fc.boolean(), fc.nat(), (all, random, aim, pick) => {
      const { pmodes } = loadPModes(inOrder(all), self);
      const question = aim ? aimed(pmodes, random, pick) : random;
      const result = matchLeg(pmodes, question);
      const claims = explainMatch(pmodes, question).filter(({ governs }) => governs);
      if (isMismatch(result)) assert.notEqual(result.code, 'receive/ambiguous-pmode');
      if (question.direction === 'receive')
        assert.deepEqual(
          claims.map(({ pmodeId, leg: name }) => [pmodeId, name]),
          isMismatch(result) ? [] : [[result.pmode.id, result.leg.name]],
        );
      if (isMismatch(result)) missed += 1;
      else governed += 1;
    }),
    { numRuns: 120 },
  );
  assert.ok(governed > 10 && missed > 10);
});

test('what a leg sends is received by the same leg on the other side', () => {
  let exchanged = 0;
  fc.assert(
    fc.property(files, openFacts, fc.boolean(), fc.nat(), (all, open, aim, pick) => {
      const kept = inOrder(all).slice(0, 1);
      const { pmodes } = loadPModes(kept, self);
      const question = aim ? aimed(pmodes, open, pick) : open;
      if (question.direction === 'receive') return;
      const ours = matchLeg(pmodes, question);
      if (isMismatch(ours)) return;
      const { pmode, leg: sent, selfRole, partnerRole, partner } = ours;
      const arrived: MatchFacts = {
        direction: 'receive',
        from: { partyIds: [partyId('A')], role: selfRole },
        to: { partyIds: partner.partyIds.slice(0, 1), role: partnerRole },
        service: sent.service,
        action: sent.action,
        agreementRef: pmode.agreement,
        mpc: sent.mpc,
      };
      const theirs = matchLeg(loadPModes(kept, { self: partner.name }).pmodes, arrived);
      assert.ok(!isMismatch(theirs));
      assert.deepEqual(
        [theirs.pmode.id, theirs.leg.name, theirs.partner.name],
        [pmode.id, sent.name, 'AP_A'],
      );
      exchanged += 1;
    }),
    { numRuns: 120 },
  );
  assert.ok(exchanged > 10);
});

test('one changed value ends a match, and the explanation names that field', () => {
  const pmodeFiles = files.map(inOrder).filter((kept) => kept.length > 0);
  const changes: Readonly<Record<string, Partial<MatchFacts>>> = {
    action: { action: 'Other' },
    service: { service: { value: 'urn:s1', type: 'urn:other' } },
    agreement: { agreementRef: { value: 'urn:g1', type: 'urn:other' } },
    mpc: { mpc: 'urn:other' },
    from: { from: { partyIds: [partyId('Z')], role: 'urn:r1' } },
  };
  fc.assert(
    fc.property(
      pmodeFiles,
      facts,
      fc.nat(),
      fc.constantFrom(...Object.keys(changes)),
      (kept, random, pick, field) => {
        const { pmodes } = loadPModes(kept, self);
        const question = aimed(pmodes, random, pick);
        assert.ok(!isMismatch(matchLeg(pmodes, question)));
        const changed = { ...question, ...changes[field] };
        const result = matchLeg(pmodes, changed);
        assert.ok(isMismatch(result));
        for (const { fields } of explainMatch(pmodes, changed))
          assert.ok(fields.some((line) => line.field === field && !line.agrees));
      },
    ),
    { numRuns: 120 },
  );
});
