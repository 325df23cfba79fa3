import { readFileSync, statSync } from 'node:fs';
import type { Config } from './config/index.ts';
import { readPModeFolder } from './config/index.ts';
import type { Agreements, MatchExplanation, MatchFacts } from './msh/index.ts';
import { problemError } from './problem-error.ts';
import { explainMatch, formatProblem, hasErrors, loadPModes, weakModes } from './protocol/pmode/index.ts';
import type { PModeProblem } from './protocol/pmode/index.ts';
import { loadKeyRing } from './world/keys/index.ts';
import type { CertificateInventoryEntry, KeyProblem, LoadedKeyRing } from './world/keys/index.ts';

/** P-Modes and keys as loaded, with everything worth telling about them. */
export interface LoadedAgreements {
  readonly agreements: Agreements & { readonly keyRing: LoadedKeyRing['keyRing'] };
  readonly certificates: readonly CertificateInventoryEntry[];
  /** Problems that do not stop the access point. */
  readonly warnings: readonly string[];
}

/** A problem in words: place, what, cure. */
interface ToldProblem {
  readonly severity: 'error' | 'warning';
  readonly text: string;
}

interface ReadPModes {
  readonly pmodes: Agreements['pmodes'];
  readonly problems: readonly PModeProblem[];
}

/** Loads P-Modes, keys and partner certificates. Throws `config/pmodes` or `config/keys` listing every problem at once. */
export async function loadAgreements(config: Config): Promise<LoadedAgreements> {
  const { pmodes, problems } = soundPModes(config);
  const loaded = await loadKeys(config, pmodes, config.demo);
  if (loaded.problems.length > 0)
    throw problemError('config/keys', 'keys and certificates', loaded.problems.map(keyText));
  return {
    agreements: { pmodes, keyRing: loaded.keyRing },
    certificates: loaded.inventory,
    warnings: [...problems.map(formatProblem), ...loaded.warnings.map(keyText)],
  };
}

/** Every certificate that can be loaded, and every problem of those that cannot; demonstration keys are shown too. */
export async function listCertificates(config: Config): Promise<{
  readonly certificates: readonly ListedCertificate[];
  readonly problems: readonly ToldProblem[];
}> {
  const { pmodes, problems } = readConfigured(config);
  const loaded = await loadKeys(config, pmodes, true);
  return {
    certificates: loaded.inventory.map(listed),
    problems: [
      ...problems.filter(isError).map(told),
      ...loaded.problems.map((problem) => ({ severity: 'error' as const, text: keyText(problem) })),
      ...loaded.warnings.map((problem) => ({ severity: 'warning' as const, text: keyText(problem) })),
    ],
  };
}

type ListedCertificate = ReturnType<typeof listed>;

function listed({
  source,
  use,
  party,
  certificate,
  daysLeft,
  thumbprintSha256,
  findings,
}: CertificateInventoryEntry) {
  return {
    source,
    use,
    party,
    ...certificate,
    daysLeft,
    thumbprintSha256,
    findings: findings.map(
      ({ check, expected = '-', found = '-' }) => `${check}: expected ${expected}, found ${found}`,
    ),
  };
}

/** The P-Modes of a configuration, or of a file or folder, with every problem and the weaker modes that are switched on. */
export function checkPModes(where: Config | { readonly path: string; readonly self: string }): {
  readonly pmodes: readonly {
    readonly id: string;
    readonly file: string;
    readonly legs: number;
    readonly weakModes: readonly string[];
  }[];
  readonly problems: readonly ToldProblem[];
} {
  const { pmodes, problems } = 'path' in where ? readPath(where.path, where.self) : readConfigured(where);
  return {
    pmodes: pmodes.map((pmode) => ({
      id: pmode.id,
      file: pmode.file,
      legs: pmode.legs.length,
      weakModes: weakModes(pmode),
    })),
    problems: problems.map(told),
  };
}

/** The P-Modes of a configuration as this access point sees them, with every problem of those that could not be loaded. */
export function listPModes(config: Config): {
  readonly pmodes: readonly ReturnType<typeof seenFromHere>[];
  readonly problems: readonly ToldProblem[];
} {
  const { pmodes, problems } = readConfigured(config);
  return { pmodes: pmodes.map(seenFromHere), problems: problems.filter(isError).map(told) };
}

function seenFromHere({
  id,
  file,
  agreement,
  selfIs,
  initiator,
  responder,
  legs,
}: Agreements['pmodes'][number]) {
  const { name: partner, address } = (selfIs === 'initiator' ? responder : initiator).party;
  return {
    id,
    file,
    partner,
    address,
    agreement: agreement?.value,
    legs: legs.map(({ name, service, action, sender }) => ({
      name,
      service: service.value,
      action,
      sends: sender === 'either' || sender === selfIs,
      receives: sender === 'either' || sender !== selfIs,
    })),
  };
}

/** Which configured P-Mode governs a message with these facts, and why the others do not. Throws `config/pmodes`. */
export function explainPModes(config: Config, facts: MatchFacts): readonly MatchExplanation[] {
  return explainMatch(soundPModes(config).pmodes, facts);
}

function soundPModes(config: Config): ReadPModes {
  const read = readConfigured(config);
  if (!hasErrors(read.problems)) return read;
  throw problemError('config/pmodes', 'P-Modes', read.problems.filter(isError).map(formatProblem));
}

function readConfigured(config: Config): ReadPModes {
  return loaded(readPModeFolder(config.folders.pmodes), config.accessPoint.party);
}

/** P-Modes of a folder, or of a single file, checked without a configuration. */
function readPath(path: string, self: string): ReadPModes {
  const isFile = statSync(path, { throwIfNoEntry: false })?.isFile() ?? false;
  if (!isFile) return loaded(readPModeFolder(path), self);
  return loaded({ files: [{ file: path, text: readFileSync(path, 'utf8') }], problems: [] }, self);
}

function loaded(read: ReturnType<typeof readPModeFolder>, self: string): ReadPModes {
  const { pmodes, problems } = loadPModes(read.files, { self });
  return { pmodes, problems: [...read.problems, ...problems] };
}

function loadKeys(
  config: Config,
  pmodes: Agreements['pmodes'],
  allowDemoKeys: boolean,
): Promise<LoadedKeyRing> {
  const { keys, folders, revocationLists } = config;
  return loadKeyRing({
    keys,
    pmodes,
    certificatesFolder: folders.certificates,
    revocationLists,
    allowDemoKeys,
  });
}

function told(problem: PModeProblem): ToldProblem {
  return { severity: problem.severity, text: formatProblem(problem).replace(/^\w+: /, '') };
}

function isError({ severity }: PModeProblem): boolean {
  return severity === 'error';
}

function keyText({ message, advice }: KeyProblem): string {
  return advice === undefined ? message : `${message} ${advice}`;
}
