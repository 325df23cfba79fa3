import { QuoinError } from '../errors/index.ts';
import { deepFreeze } from './freeze.ts';
import { isOfExchange } from './oots-uris.ts';
import type { LegDraft, PModeDraft, SideDraft } from './resolve.ts';
import type { Leg, PMode, Party } from './types.ts';

/** The P-Mode of a draft in which the checks found no error, frozen. Throws `pmode/incomplete` for any other. */
export function buildPMode(draft: PModeDraft, file: string, self: string): PMode {
  const { id, mep, binding, agreement } = draft;
  return deepFreeze<PMode>({
    id,
    mep,
    binding,
    ...(agreement === undefined ? {} : { agreement }),
    initiator: buildSide(draft, draft.initiator),
    responder: buildSide(draft, draft.responder),
    selfIs: draft.initiator.party === self ? 'initiator' : 'responder',
    legs: draft.legs.map(buildLeg),
    file,
  });
}

function buildSide(draft: PModeDraft, side: SideDraft): PMode['initiator'] {
  const found = draft.parties.get(side.party ?? '');
  if (found === undefined || side.role === undefined) throw incomplete(draft);
  const { name, partyIds, address, country, certificates } = found;
  const party: Party = {
    name,
    partyIds,
    ...(address ? { address } : {}),
    ...(country === undefined ? {} : { country }),
    certificates,
  };
  return { party, role: side.role };
}

/** What the file says for all its legs is not about those without documents of the exchange. */
const UNCHECKED: Leg['documentCheck'] = { inbound: 'off', outbound: 'off' };

function buildLeg({ leg }: LegDraft): Leg {
  const { service, action } = leg;
  if (service === undefined || action === undefined)
    throw new QuoinError('pmode/incomplete', `leg ${leg.name} has no service or action`);
  const documentCheck = isOfExchange(leg) ? leg.documentCheck : UNCHECKED;
  return { ...leg, service, action, documentCheck };
}

function incomplete(draft: PModeDraft): QuoinError {
  return new QuoinError('pmode/incomplete', `P-Mode ${draft.id} lacks a party or a role`);
}
