import { defaultMpc } from '../ebms/index.ts';
import type { PartyId } from '../ebms/index.ts';
import type { Route } from './routes.ts';
import type { MatchFacts, Party } from './types.ts';

/** Names of the values that choose a P-Mode, as explanations and error codes call them. */
export type FieldName =
  'pmode' | 'from' | 'fromRole' | 'to' | 'toRole' | 'service' | 'action' | 'agreement' | 'mpc';

/** One value that chooses a P-Mode: how it is shown, and whether a message agrees with a route on it. */
export interface Field {
  readonly name: FieldName;
  /** The element or attribute of the header, for findings. */
  readonly place: string;
  /** How far two messages are apart that differ in this field; the parties weigh most. */
  readonly weight: number;
  expected(route: Route): string;
  found(facts: MatchFacts): string;
  /** True when the caller left the value open; never for a received message. */
  open(facts: MatchFacts): boolean;
  agrees(route: Route, facts: MatchFacts): boolean;
}

type Typed = { readonly value: string; readonly type?: string | undefined } | undefined;

const ABSENT = '(absent)';
const OPEN = '(left open)';

/** A value with its type as people read it: `QueryManager (urn:...)`. */
export function showTyped(typed: Typed): string {
  if (typed === undefined) return ABSENT;
  return typed.type === undefined ? typed.value : `${typed.value} (${typed.type})`;
}

function showParty(party: Party): string {
  return party.partyIds.map(showTyped).join(' or ');
}

/** Presence, value and type: on receipt an absent type is a statement, in a submission it is left to the P-Mode. */
function sameTyped(expected: Typed, found: Typed, facts: MatchFacts): boolean {
  if (expected === undefined || found === undefined) return expected === found;
  if (expected.value !== found.value) return false;
  if (facts.direction === 'send' && found.type === undefined) return true;
  return (expected.type ?? '') === (found.type ?? '');
}

function hasIds(party: Party, ids: readonly PartyId[], facts: MatchFacts): boolean {
  return ids.length > 0 && ids.every((id) => party.partyIds.some((known) => sameTyped(known, id, facts)));
}

const isSend = (facts: MatchFacts) => facts.direction === 'send';

function partyField(name: 'from' | 'to', place: string): Field {
  const ids = (facts: MatchFacts) => facts[name]?.partyIds ?? [];
  return {
    name,
    place,
    weight: 8,
    expected: (route) => showParty(route[name]),
    found: (facts) =>
      ids(facts).length === 0 ? absentOrOpen(facts) : ids(facts).map(showTyped).join(' and '),
    open: (facts) => isSend(facts) && ids(facts).length === 0,
    agrees: (route, facts) => hasIds(route[name], ids(facts), facts),
  };
}

function roleField(name: 'fromRole' | 'toRole', side: 'from' | 'to', place: string): Field {
  return {
    name,
    place,
    weight: 2,
    expected: (route) => route[name],
    found: (facts) => facts[side]?.role ?? absentOrOpen(facts),
    open: (facts) => isSend(facts) && facts[side]?.role === undefined,
    agrees: (route, facts) => route[name] === facts[side]?.role,
  };
}

function absentOrOpen(facts: MatchFacts): string {
  return isSend(facts) ? OPEN : ABSENT;
}

const pmodeField: Field = {
  name: 'pmode',
  place: 'PMode.ID',
  weight: 16,
  expected: ({ pmode }) => pmode.id,
  found: ({ pmodeId }) => pmodeId ?? OPEN,
  open: ({ pmodeId }) => pmodeId === undefined,
  agrees: ({ pmode }, { pmodeId }) => pmode.id === pmodeId,
};

const serviceField: Field = {
  name: 'service',
  place: 'eb:CollaborationInfo/eb:Service',
  weight: 4,
  expected: ({ leg }) => showTyped(leg.service),
  found: (facts) => (facts.service === undefined ? absentOrOpen(facts) : showTyped(facts.service)),
  open: (facts) => isSend(facts) && facts.service === undefined,
  agrees: ({ leg }, facts) => sameTyped(leg.service, facts.service, facts),
};

const actionField: Field = {
  name: 'action',
  place: 'eb:CollaborationInfo/eb:Action',
  weight: 3,
  expected: ({ leg }) => leg.action,
  found: (facts) => facts.action ?? absentOrOpen(facts),
  open: (facts) => isSend(facts) && facts.action === undefined,
  agrees: ({ leg }, { action }) => leg.action === action,
};

/**
 * eDelivery AS4 1.15 §1.4.2.2: presence, value and attributes decide. A message with an agreement the P-Mode does not
 * declare disagrees as much as one that lacks the declared agreement.
 */
const agreementField: Field = {
  name: 'agreement',
  place: 'eb:CollaborationInfo/eb:AgreementRef',
  weight: 2,
  expected: ({ pmode }) => showTyped(pmode.agreement),
  found: (facts) => (facts.agreementRef === undefined ? absentOrOpen(facts) : showTyped(facts.agreementRef)),
  open: (facts) => isSend(facts) && facts.agreementRef === undefined,
  agrees: ({ pmode }, facts) => sameTyped(pmode.agreement, facts.agreementRef, facts),
};

/** ebMS3 5.2.2: a message without mpc is on the default MPC. */
const mpcField: Field = {
  name: 'mpc',
  place: 'eb:UserMessage/@mpc',
  weight: 1,
  expected: ({ leg }) => leg.mpc,
  found: (facts) => facts.mpc ?? (isSend(facts) ? OPEN : `${ABSENT}, so ${defaultMpc}`),
  open: (facts) => isSend(facts) && facts.mpc === undefined,
  agrees: ({ leg }, { mpc }) => leg.mpc === (mpc ?? defaultMpc),
};

/** The fields in the order in which a mismatch is looked for: the partner first, then what is asked of it. */
export const fields: readonly Field[] = [
  pmodeField,
  partyField('from', 'eb:From/eb:PartyId'),
  partyField('to', 'eb:To/eb:PartyId'),
  serviceField,
  actionField,
  roleField('fromRole', 'from', 'eb:From/eb:Role'),
  roleField('toRole', 'to', 'eb:To/eb:Role'),
  agreementField,
  mpcField,
];

/** True when a route does not contradict the facts on a field. */
export function satisfies(field: Field, route: Route, facts: MatchFacts): boolean {
  return field.open(facts) || field.agrees(route, facts);
}
