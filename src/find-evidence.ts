import type { Config } from './config/index.ts';
import type { EvidenceSearch } from './faces/cli/index.ts';
import { openCommonServices } from './gateway/open-common-services.ts';
import { readConfiguredPModes } from './load-agreements.ts';
import { findEvidence, verdictOn } from './oots/index.ts';
import type { EvidenceWish, Identifier, KnowingPMode } from './oots/index.ts';
import { isOfExchange } from './protocol/pmode/index.ts';
import type { PMode } from './protocol/pmode/index.ts';
import { QuoinError } from './protocol/errors/index.ts';

const REQUEST = 'ExecuteQueryRequest';

/**
 * Asks the common services of a configuration for the way to evidence, and compares the access points with its P-Modes; those
 * that cannot be loaded are told. Throws `config/common-services` when the configuration names none.
 */
export async function findConfiguredEvidence(
  config: Config,
  wish: EvidenceWish,
  now: () => number = Date.now,
): Promise<EvidenceSearch> {
  if (config.commonServices === undefined) throw notConfigured();
  const { pmodes, problems } = readConfiguredPModes(config);
  const { services, close } = await openCommonServices(config.commonServices, {
    // What failed stands in what is found.
    observer: { emit: () => undefined },
    now,
  });
  try {
    const found = await findEvidence(services, wish, knowingIn(pmodes));
    return { verdict: verdictOn(found), ...found, problems };
  } finally {
    await close();
  }
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

function notConfigured(): QuoinError {
  return new QuoinError('config/common-services', 'The configuration names no common services.', {
    finding: {
      check: 'common-services-named',
      field: 'commonServices',
      expected: 'environment or addresses, anchors and signer',
      found: 'none',
      advice: 'Set commonServices, as docs/operating.md shows under Common services.',
    },
  });
}
