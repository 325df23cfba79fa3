import type { Config } from './config/index.ts';
import type { EvidenceSearch } from './faces/cli/index.ts';
import { findKnownEvidence } from './gateway/evidence-finder.ts';
import { openCommonServices } from './gateway/open-common-services.ts';
import { readConfiguredPModes } from './load-agreements.ts';
import type { EvidenceWish } from './oots/index.ts';
import { QuoinError } from './protocol/errors/index.ts';

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
    return { ...(await findKnownEvidence(services, wish, pmodes)), problems };
  } finally {
    await close();
  }
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
