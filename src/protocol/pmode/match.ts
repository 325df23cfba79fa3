import { isUri } from '../ebms/index.ts';
import type { ErrorCode, Finding } from '../errors/index.ts';
import type { PartyId } from '../ebms/index.ts';
import { explainClosest } from './explain.ts';
import type { Field, FieldName } from './fields.ts';
import { fields, satisfies } from './fields.ts';
import { suggest } from './nearest.ts';
import { compareText } from './problems.ts';
import type { Route } from './routes.ts';
import { asGoverning, routesIn } from './routes.ts';
import type { GoverningLeg, MatchFacts, Mismatch, PMode } from './types.ts';

/** How many of the closest legs a mismatch explains. */
const EXPLAINED = 5;

/** How many expected values a finding lists. */
const LISTED = 10;

/**
 * The one leg that governs a message, or why none does. Presence, value and type of PartyId, Role, Service, Action,
 * AgreementRef and MPC count (eDelivery AS4 1.15 §1.4.2.2); the result does not depend on the order of the P-Modes. For
 * a message to be sent, what the facts leave open is left to the P-Mode, and two legs that fit are a mismatch.
 */
export function matchLeg(pmodes: readonly PMode[], facts: MatchFacts): GoverningLeg | Mismatch {
  const fault = headerFault(facts);
  if (fault !== undefined) return inconsistent(pmodes, facts, fault);
  const routes = routesIn(pmodes).filter(({ direction }) => direction === facts.direction);
  const fitting = routes.filter((route) => fields.every((field) => satisfies(field, route, facts)));
  const [one, ...others] = fitting.length > 1 ? exactOnes(fitting, facts) : fitting;
  if (one === undefined) return noneFits(pmodes, routes, facts);
  return others.length === 0 ? asGoverning(one) : severalFit(pmodes, [one, ...others], facts);
}

/** True for the answer that no leg, or more than one, governs a message. */
export function isMismatch(result: GoverningLeg | Mismatch): result is Mismatch {
  return 'ebms' in result;
}

/** What a message on the wire says by leaving it out: no agreement, the default MPC. */
const SAID_BY_SILENCE: ReadonlySet<FieldName> = new Set(['agreement', 'mpc']);

/** Where several legs fit, a submission without type, agreement or MPC means the leg that has none of them. */
function exactOnes(fitting: readonly Route[], facts: MatchFacts): readonly Route[] {
  const strict: MatchFacts = { ...facts, direction: 'receive' };
  const exact = fitting.filter((route) =>
    fields.every(
      (field) => (field.open(facts) && !SAID_BY_SILENCE.has(field.name)) || field.agrees(route, strict),
    ),
  );
  return exact.length === 1 ? exact : fitting;
}

/** eDelivery AS4 1.15 §1.4.5: one PartyId a side; ebMS3 5.2.2.4: without a type it is a URI. */
function headerFault(facts: MatchFacts): Finding | undefined {
  if (facts.direction === 'send') return undefined;
  return (
    partyFault('eb:From/eb:PartyId', facts.from?.partyIds) ??
    partyFault('eb:To/eb:PartyId', facts.to?.partyIds)
  );
}

function partyFault(field: string, partyIds: readonly PartyId[] = []): Finding | undefined {
  const [id, ...others] = partyIds;
  if (id === undefined || others.length > 0)
    return {
      check: 'one-party-id',
      field,
      expected: 'one identifier',
      found: String(partyIds.length),
      advice: 'The sender must write one eb:PartyId a side.',
    };
  if (id.type || isUri(id.value)) return undefined;
  return {
    check: 'untyped-party-id-is-uri',
    field,
    expected: 'a type, or a URI as value',
    found: id.value,
    advice: 'The sender must add the type of the identifier.',
  };
}

function mismatch(
  pmodes: readonly PMode[],
  facts: MatchFacts,
  answer: Pick<Mismatch, 'ebms' | 'code' | 'message' | 'finding'>,
): Mismatch {
  return { ...answer, explanations: explainClosest(pmodes, facts, EXPLAINED) };
}

function inconsistent(pmodes: readonly PMode[], facts: MatchFacts, finding: Finding): Mismatch {
  const message = `${finding.field} must hold ${finding.expected}; found ${finding.found}`;
  return mismatch(pmodes, facts, {
    ebms: 'EBMS:0003',
    code: 'receive/inconsistent-header',
    message,
    finding,
  });
}

const UNKNOWN: Readonly<Record<FieldName, ErrorCode>> = {
  pmode: 'submit/unknown-pmode',
  from: 'submit/unknown-party',
  to: 'submit/unknown-party',
  fromRole: 'submit/unknown-role',
  toRole: 'submit/unknown-role',
  service: 'submit/unknown-service',
  action: 'submit/unknown-action',
  agreement: 'submit/unknown-agreement',
  mpc: 'submit/unknown-mpc',
};

function noneFits(pmodes: readonly PMode[], routes: readonly Route[], facts: MatchFacts): Mismatch {
  const { field, left } = firstDisagreement(routes, facts);
  const candidates = distinct(left.map((route) => field.expected(route)));
  const found = field.found(facts);
  const finding: Finding = {
    check: `pmode-knows-${field.name}`,
    field: field.place,
    expected: listed(candidates),
    found,
    advice: suggest(found, candidates, `P-Mode to ${facts.direction} with`),
  };
  const message = `no P-Mode to ${facts.direction} with ${field.place} ${found}; there is: ${finding.expected}`;
  if (facts.direction === 'send')
    return mismatch(pmodes, facts, { ebms: 'EBMS:0010', code: UNKNOWN[field.name], message, finding });
  const isParty = field.name === 'from' || field.name === 'to';
  const unknownParty = isParty && !routes.some((route) => field.agrees(route, facts));
  const answer = unknownParty
    ? ({ ebms: 'EBMS:0001', code: 'receive/unknown-party' } as const)
    : ({ ebms: 'EBMS:0010', code: 'receive/no-pmode' } as const);
  return mismatch(pmodes, facts, { ...answer, message, finding });
}

/** Narrows the routes field by field; the field that leaves none is the one to name, beside what was still possible. */
function firstDisagreement(
  routes: readonly Route[],
  facts: MatchFacts,
): { readonly field: Field; readonly left: readonly Route[] } {
  let left = routes;
  for (const field of fields) {
    const next = left.filter((route) => satisfies(field, route, facts));
    if (next.length === 0) return { field, left };
    left = next;
  }
  throw new TypeError('a route that satisfies every field is no disagreement');
}

function severalFit(pmodes: readonly PMode[], fitting: readonly Route[], facts: MatchFacts): Mismatch {
  const choices = fields
    .map((field) => ({ field, values: distinct(fitting.map((route) => field.expected(route))) }))
    .filter(({ values }) => values.length > 1);
  const telling = choices.filter(({ field }) => field.open(facts));
  const choice = telling.find(({ field }) => field.name !== 'pmode') ?? telling[0] ?? choices[0];
  const legs = distinct(fitting.map(({ pmode, leg }) => `${pmode.id}/${leg.name}`));
  const finding: Finding = {
    check: 'one-leg-governs',
    field: choice?.field.place ?? 'PMode.ID',
    expected: choice === undefined ? 'one leg' : `one of ${listed(choice.values)}`,
    found: `${legs.length} legs that fit: ${listed(legs)}`,
    advice: `Say ${telling.map(({ field }) => field.name).join(' or ') || 'which P-Mode is meant'}.`,
  };
  const code = facts.direction === 'send' ? 'submit/ambiguous-pmode' : 'receive/ambiguous-pmode';
  const message = `${finding.found}; ${finding.field} is ${finding.expected}`;
  return mismatch(pmodes, facts, { ebms: 'EBMS:0010', code, message, finding });
}

function distinct(texts: readonly string[]): readonly string[] {
  return [...new Set(texts)].sort(compareText);
}

function listed(texts: readonly string[]): string {
  if (texts.length === 0) return 'nothing';
  const more = texts.length > LISTED ? ` and ${texts.length - LISTED} more` : '';
  return `${texts.slice(0, LISTED).join(', ')}${more}`;
}
