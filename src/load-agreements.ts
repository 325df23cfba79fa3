import type { Config } from './config/index.ts';
import { readPModeFolder } from './config/index.ts';
import type { Agreements } from './msh/index.ts';
import { QuoinError } from './protocol/errors/index.ts';
import { formatProblem, hasErrors, loadPModes } from './protocol/pmode/index.ts';
import type { PModeProblem } from './protocol/pmode/index.ts';
import { loadKeyRing } from './world/keys/index.ts';
import type { CertificateInventoryEntry } from './world/keys/index.ts';

/** P-Modes and keys as loaded, with everything worth telling about them. */
export interface LoadedAgreements {
  readonly agreements: Agreements;
  readonly inventory: readonly CertificateInventoryEntry[];
  /** Problems that do not stop the access point. */
  readonly warnings: readonly string[];
}

/** Loads P-Modes, keys and partner certificates. Throws `config/pmodes` or `config/keys` listing every problem at once. */
export async function loadAgreements(config: Config): Promise<LoadedAgreements> {
  const { pmodes, problems } = readPModes(config);
  if (hasErrors(problems))
    throw problemError('config/pmodes', 'P-Modes', problems.filter(isError).map(formatProblem));
  const loaded = await loadKeyRing({
    keys: config.keys,
    pmodes,
    certificatesFolder: config.folders.certificates,
    revocationLists: config.revocationLists,
    allowDemoKeys: config.demo,
  });
  if (loaded.problems.length > 0)
    throw problemError(
      'config/keys',
      'keys',
      loaded.problems.map((problem) => `${problem.message} ${problem.advice ?? ''}`),
    );
  return {
    agreements: { pmodes, keyRing: loaded.keyRing },
    inventory: loaded.inventory,
    warnings: [
      ...problems.map(formatProblem),
      ...loaded.warnings.map(({ message, advice }) => `${message} ${advice ?? ''}`.trim()),
    ],
  };
}

/** The P-Modes of the configured folder with every problem found. */
export function readPModes(config: Config): {
  readonly pmodes: Agreements['pmodes'];
  readonly problems: readonly PModeProblem[];
} {
  const read = readPModeFolder(config.folders.pmodes);
  const loaded = loadPModes(read.files, { self: config.accessPoint.party });
  return { pmodes: loaded.pmodes, problems: [...read.problems, ...loaded.problems] };
}

function isError(problem: PModeProblem): boolean {
  return problem.severity === 'error';
}

/** Every problem in one readable message: whoever fixes them wants to see them all. */
export function problemError(code: `config/${string}`, what: string, lines: readonly string[]): QuoinError {
  return new QuoinError(code, [`The ${what} cannot be used:`, ...lines].join('\n  '));
}
