import type { FoundEvidence } from '../../../oots/index.ts';
import { EVIDENCE_COUNTRY, PROCEDURE, PROCEDURE_COUNTRY } from '../directory/demo-content.ts';
import { tellPortal } from './collect-evidence.ts';
import type { PortalWorld } from './collect-evidence.ts';
import { inEnglish, offersIn } from './offers.ts';
import type { Offer } from './offers.ts';

/** Asks the common services, through the access point, which evidence the procedure needs and who has it. */
export async function findOffers(world: PortalWorld, isToBeTold: boolean): Promise<readonly Offer[]> {
  if (isToBeTold) world.narrator.begin(2);
  const query = new URLSearchParams({
    procedure: PROCEDURE,
    country: EVIDENCE_COUNTRY,
    procedureCountry: PROCEDURE_COUNTRY,
  });
  const offers = offersIn(await world.api.get<FoundEvidence>(`/v1/evidence-types?${query.toString()}`));
  if (isToBeTold) tell(world, offers);
  return offers;
}

function tell(world: PortalWorld, offers: readonly Offer[]): void {
  const needed = new Set(offers.map(({ requirement, title }) => `${inEnglish(requirement.names)}: ${title}`));
  tellPortal(world, 'asks the common services: GET /v1/evidence-types; their answers are signed, and proven');
  tellPortal(world, `learns what procedure ${PROCEDURE} needs (Evidence Broker)`, [...needed]);
  tellPortal(
    world,
    'learns who has it, and that a P-Mode leads there (Data Service Directory)',
    offers.map(wayTo),
  );
}

function wayTo({ office, accessPoint, version }: Offer): string {
  const pmodes = accessPoint.pmodes.map(({ id }) => id).join(', ');
  return `${office}, behind ${accessPoint.identifier.value}: EDM ${version}, P-Mode ${pmodes}`;
}
