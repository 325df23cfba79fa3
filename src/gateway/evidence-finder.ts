import { findEvidence, verdictOn } from '../oots/index.ts';
import type {
  CommonServices,
  EvidenceVerdict,
  EvidenceWish,
  FoundEvidence,
  Identifier,
  KnowingPMode,
} from '../oots/index.ts';
import { isOfExchange } from '../protocol/pmode/index.ts';
import type { PMode } from '../protocol/pmode/index.ts';

const REQUEST = 'ExecuteQueryRequest';

/** The way to evidence with access points compared with P-Modes, and what came of it. */
export async function findKnownEvidence(
  services: CommonServices,
  wish: EvidenceWish,
  pmodes: readonly PMode[],
): Promise<FoundEvidence & { readonly verdict: EvidenceVerdict }> {
  const found = await findEvidence(services, wish, knowingIn(pmodes));
  return { verdict: verdictOn(found), ...found };
}

/** Tells which P-Modes know an access point: the identifier of the directory is a party id of the partner. */
function knowingIn(pmodes: readonly PMode[]): (accessPoint: Identifier) => readonly KnowingPMode[] {
  return ({ value, scheme }) =>
    pmodes.flatMap((pmode) => {
      const { party } = pmode.selfIs === 'initiator' ? pmode.responder : pmode.initiator;
      if (!party.partyIds.some((id) => id.value === value && id.type === scheme)) return [];
      const legs = pmode.legs.filter(
        (leg) =>
          (leg.sender === 'either' || leg.sender === pmode.selfIs) &&
          isOfExchange(leg) &&
          leg.action === REQUEST,
      );
      const specification = legs[0]?.documentCheck.specification;
      return [
        {
          id: pmode.id,
          partner: party.name,
          sends: legs.length > 0,
          ...(specification === undefined ? {} : { specification }),
        },
      ];
    });
}
