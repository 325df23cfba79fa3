import { QuoinError } from '../../protocol/errors/index.ts';
import { testAction, testService } from '../../protocol/ebms/index.ts';
import type { Property } from '../../protocol/ebms/index.ts';
import type { GoverningLeg, Leg, PMode } from '../../protocol/pmode/index.ts';
import type { MshContext } from '../context.ts';
import type { Submission, SubmitResult } from '../types.ts';
import { submit } from './submit.ts';

/** Whom to ping: a P-Mode by id, or a partner by its local name. */
export type PingTarget = { readonly pmode: string } | { readonly party: string };

/** Sends a message to the test service of a partner (eDelivery AS4 1.15 1.4.4.3): acknowledged, never delivered. */
export function ping(context: MshContext, target: PingTarget): Promise<SubmitResult> {
  const pmode = pingable(context.agreements().pmodes, target);
  const leg = pmode.legs.find(isTestLeg)!;
  const self = pmode.selfIs === 'initiator' ? pmode.initiator.party : pmode.responder.party;
  const partner = pmode.selfIs === 'initiator' ? pmode.responder.party : pmode.initiator.party;
  const submission: Submission = {
    pmode: pmode.id,
    service: leg.service,
    action: leg.action,
    messageProperties: pingProperties(leg, self, partner),
    parts: [],
  };
  return submit(context, submission, noParts());
}

function isTestLeg(leg: Leg): boolean {
  return leg.service.value === testService && leg.action === testAction;
}

function pingable(pmodes: readonly PMode[], target: PingTarget): PMode {
  const named = pmodes.filter((pmode) =>
    'pmode' in target
      ? pmode.id === target.pmode
      : pmode.initiator.party.name === target.party || pmode.responder.party.name === target.party,
  );
  const found = named.find((pmode) => pmode.legs.some(isTestLeg));
  if (found) return found;
  const field = 'pmode' in target ? 'pmode' : 'party';
  throw new QuoinError(
    'submit/no-test-leg',
    named.length > 0
      ? 'The P-Mode has no leg for the test service.'
      : `No ${field === 'pmode' ? 'P-Mode' : 'partner'} is known under this name.`,
    {
      finding: {
        check: 'ping-target',
        field,
        found: 'pmode' in target ? target.pmode : target.party,
        expected: namesFor(pmodes, field),
        advice: 'Name a P-Mode that has a leg with the ebMS test service and action.',
      },
    },
  );
}

/** What could have been named: the ids of the P-Modes, or the partners in them. */
function namesFor(pmodes: readonly PMode[], field: 'pmode' | 'party'): string {
  const partner = (pmode: PMode): string =>
    (pmode.selfIs === 'initiator' ? pmode.responder : pmode.initiator).party.name;
  return [...new Set(pmodes.map((pmode) => (field === 'pmode' ? pmode.id : partner(pmode))))].join(', ');
}

/** Operators ask for the four-corner properties on test messages too: both access points stand in for their corners. */
function pingProperties(
  leg: Leg,
  self: GoverningLeg['self'],
  partner: GoverningLeg['partner'],
): readonly Property[] {
  const corner: Record<string, GoverningLeg['self']> = { originalSender: self, finalRecipient: partner };
  return leg.properties.flatMap((rule) => {
    const id = corner[rule.name]?.partyIds[0];
    return id ? [{ name: rule.name, value: id.value, type: id.type }] : [];
  });
}

async function* noParts(): AsyncGenerator<never> {
  // A test message carries no payload.
}
