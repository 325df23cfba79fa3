import { isUri } from '../ebms/index.ts';
import type { Hit, PModeCheck } from './check-table.ts';
import { suggest } from './nearest.ts';
import { profileLegNames } from './profiles.ts';
import { at, eachLeg, isTest } from './leg-hits.ts';
import type { LegDraft, PModeDraft } from './resolve.ts';
import type { LegSender } from './types.ts';

function overlap(a: LegSender, b: LegSender): boolean {
  return a === b || a === 'either' || b === 'either';
}

function duplicateNames(draft: PModeDraft): readonly Hit[] {
  return draft.legs.flatMap((one, index) =>
    draft.legs.slice(0, index).some((other) => other.leg.name === one.leg.name)
      ? [{ path: [...one.at, 'name'], message: `there is already a leg ${one.leg.name}` }]
      : [],
  );
}

function duplicateLegs(draft: PModeDraft): readonly Hit[] {
  return draft.legs.flatMap((one, index) => {
    const same = draft.legs.slice(0, index).find((other) => governSameMessage(one, other));
    if (same === undefined) return [];
    const { service, action, mpc } = one.leg;
    const shown = `service ${service?.value}${service?.type ? ` (${service.type})` : ''}, action ${action}, MPC ${mpc}`;
    return at(one, [], `leg ${same.leg.name} governs the same messages: ${shown}`);
  });
}

function governSameMessage({ leg: a }: LegDraft, { leg: b }: LegDraft): boolean {
  if (a.service === undefined || a.action === undefined) return false;
  return (
    a.service.value === b.service?.value &&
    a.service.type === b.service.type &&
    a.action === b.action &&
    a.mpc === b.mpc &&
    overlap(a.sender, b.sender)
  );
}

const structure: readonly PModeCheck[] = [
  {
    name: 'legs-present',
    severity: 'error',
    about: 'There is at least one leg; profile oots brings seven.',
    advice: 'Add legs with service and action, or choose a profile that brings them.',
    run: ({ legs }) =>
      legs.length > 0 ? [] : [{ path: ['legs'], message: 'there is no leg', because: [['profile']] }],
  },
  {
    name: 'leg-complete',
    severity: 'error',
    about: 'A leg has a service and an action (PMode[].BusinessInfo).',
    advice: 'Write both; to change a leg of the profile instead, give its name.',
    run: (draft) =>
      eachLeg(draft, (one) =>
        (['service', 'action'] as const).flatMap((key) =>
          one.leg[key] === undefined ? at(one, [key], `it has no ${key}`) : [],
        ),
      ),
  },
  {
    name: 'duplicate-leg-name',
    severity: 'error',
    about: 'Legs have different names.',
    advice: 'Give each leg a name of its own.',
    run: duplicateNames,
  },
  {
    name: 'duplicate-leg',
    severity: 'error',
    about: 'No two legs govern the same message: service, type, action, MPC or sender differ.',
    advice: 'Remove one; to change a leg of the profile, repeat its name.',
    run: duplicateLegs,
  },
  {
    name: 'omitted-leg-exists',
    severity: 'error',
    about: 'omitLegs names legs of the profile.',
    advice: 'Remove the name.',
    run: ({ file }) => {
      const known = profileLegNames(file.profile ?? 'common');
      return (file.omitLegs ?? []).flatMap((name, index) => {
        if (known.includes(name)) return [];
        const advice = suggest(name, known, 'leg of a profile');
        const message = `the profile has no leg ${name}`;
        return [{ path: ['omitLegs', index], message, advice, because: [['profile']] }];
      });
    },
  },
  {
    name: 'untyped-service-is-uri',
    severity: 'warning',
    about:
      'A service without a type is a URI (ebMS3 5.2.2.8); a strict partner refuses others with EBMS:0003.',
    advice: 'Give the service its type if the agreement has one.',
    run: (draft) =>
      eachLeg(draft, (one) => {
        const { service } = one.leg;
        if (service === undefined || service.type !== undefined || isUri(service.value)) return [];
        return at(one, ['service'], `service "${service.value}" has no type and is not a URI`);
      }),
  },
];

function replyFaults(draft: PModeDraft, one: LegDraft): readonly Hit[] {
  const { replyLeg, sender } = one.leg;
  const reply = draft.legs.find(({ leg }) => leg.name === replyLeg);
  if (replyLeg === undefined || reply === undefined) return [];
  const turns = reply !== one && (sender === 'either' || sender !== reply.leg.sender);
  return turns ? [] : at(one, ['replyLeg'], `${replyLeg} is not sent by the other side`);
}

const replies: readonly PModeCheck[] = [
  {
    name: 'binding-fits-mep',
    severity: 'error',
    about: 'One-way goes with push, two-way with pushAndPush (eDelivery AS4 1.15 §1.4.5).',
    advice: 'Leave binding out: it follows from mep.',
    run: ({ mep, binding }) =>
      (mep === 'twoWay') === (binding === 'pushAndPush')
        ? []
        : [{ path: ['binding'], message: `binding ${binding} does not go with mep ${mep}` }],
  },
  {
    name: 'reply-leg-only-two-way',
    severity: 'error',
    about: 'Only a two-way P-Mode ties a reply leg to a request leg.',
    advice: 'Write mep: twoWay, or remove replyLeg and let the reply be a message of its own.',
    run: (draft) =>
      draft.mep === 'twoWay'
        ? []
        : eachLeg(draft, (one) =>
            one.leg.replyLeg === undefined ? [] : at(one, ['replyLeg'], 'replyLeg in a one-way P-Mode'),
          ),
  },
  {
    name: 'two-way-has-reply',
    severity: 'error',
    about: 'In a two-way P-Mode every leg is a reply, names its reply leg, or is the test service.',
    advice: 'Add replyLeg: NAME, where NAME is the leg the other side answers on.',
    run: (draft) => {
      if (draft.mep !== 'twoWay') return [];
      const answered = new Set(draft.legs.map(({ leg }) => leg.replyLeg));
      return eachLeg(draft, (one) =>
        one.leg.replyLeg !== undefined || answered.has(one.leg.name) || isTest(one)
          ? []
          : at(one, ['replyLeg'], 'two-way, but without replyLeg'),
      );
    },
  },
  {
    name: 'reply-leg-exists',
    severity: 'error',
    about: 'replyLeg names a leg of the file.',
    advice: 'Write the name of a leg.',
    run: (draft) =>
      eachLeg(draft, (one) => {
        const names = draft.legs.map(({ leg }) => leg.name);
        const { replyLeg } = one.leg;
        if (replyLeg === undefined || names.includes(replyLeg)) return [];
        return at(one, ['replyLeg'], `there is no leg ${replyLeg}`).map((hit) => ({
          ...hit,
          advice: suggest(replyLeg, names, 'leg'),
        }));
      }),
  },
  {
    name: 'reply-leg-turns-round',
    severity: 'error',
    about: 'A reply travels against its request: it is another leg and the other side sends it.',
    advice: 'Set sender of the reply leg to the other side.',
    run: (draft) => eachLeg(draft, (one) => replyFaults(draft, one)),
  },
  {
    name: 'untyped-agreement-is-uri',
    severity: 'error',
    about: 'An agreement reference without a type is a URI (ebMS3 5.2.2.7).',
    advice: 'Give it a type, or leave agreement out when messages carry no eb:AgreementRef.',
    run: ({ agreement }) =>
      agreement === undefined || agreement.type !== undefined || isUri(agreement.value)
        ? []
        : [{ path: ['agreement'], message: `"${agreement.value}" has no type and is not a URI` }],
  },
];

/** Checks of agreement, legs and replies. */
export const legChecks: readonly PModeCheck[] = [...structure, ...replies];
