import { readFileSync, statSync } from 'node:fs';
import type { Config, Setting } from './config/index.ts';
import { originOfSetting, readPModeFolder, shortWindows } from './config/index.ts';
import type { Agreements, MatchExplanation, MatchFacts } from './msh/index.ts';
import type { Finding } from './protocol/errors/index.ts';
import { problemError } from './problem-error.ts';
import { explainMatch, formatProblem, hasErrors, loadPModes, weakModes } from './protocol/pmode/index.ts';
import type { PModeProblem } from './protocol/pmode/index.ts';
import { loadKeyRing, mirroredCertificates, unreadable } from './world/keys/index.ts';
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

/**
 * Loads P-Modes, keys and partner certificates. Throws `config/pmodes` or `config/keys` listing every problem at once, by
 * the settings with the place where the file is named.
 */
export async function loadAgreements(
  config: Config,
  settings: readonly Setting[] = [],
): Promise<LoadedAgreements> {
  const { pmodes, problems } = soundPModes(config);
  const loaded = await loadKeys(config, pmodes, config.demo);
  const worded = keyTexts(config, settings);
  if (loaded.problems.length > 0)
    throw problemError('config/keys', 'keys and certificates', loaded.problems.map(worded));
  return {
    agreements: { pmodes, keyRing: loaded.keyRing },
    certificates: loaded.inventory,
    warnings: [
      ...problems.map(formatProblem),
      ...shortWindows(config, pmodes),
      ...loaded.warnings.map(worded),
      ...(await unreadableTexts(config, pmodes, loaded)),
    ],
  };
}

/** Before the first message comes that cannot be read: what partners encrypt for and we have no key of. */
async function unreadableTexts(
  { folders }: Config,
  pmodes: Agreements['pmodes'],
  { keyRing }: LoadedKeyRing,
): Promise<readonly string[]> {
  const lacking = unreadable(await mirroredCertificates(pmodes, folders.certificates), keyRing);
  return lacking === undefined
    ? []
    : [
        `The P-Modes tell partners to encrypt for the certificate with serial number ${lacking.serialNumber} (${lacking.facts.subject}), and no key of "keys" belongs to it: what they send cannot be read. Add its key with role: decrypt, or name another certificate first under encryption.`,
      ];
}

/** Every certificate that can be loaded, and every problem of those that cannot; demonstration keys are shown too. */
export async function listCertificates(
  config: Config,
  settings: readonly Setting[],
): Promise<{
  readonly certificates: readonly ListedCertificate[];
  readonly problems: readonly ToldProblem[];
}> {
  const { pmodes, problems } = readConfigured(config);
  const loaded = await loadKeys(config, pmodes, true);
  const worded = keyTexts(config, settings);
  return {
    certificates: loaded.inventory.map(listed),
    problems: [
      ...problems.filter(isError).map(toldProblem),
      ...loaded.problems.map((problem) => ({ severity: 'error' as const, text: worded(problem) })),
      ...loaded.warnings.map((problem) => ({ severity: 'warning' as const, text: worded(problem) })),
    ],
  };
}

/** What was measured of a certificate, as one line. */
export function findingText({ check, expected = '-', found = '-' }: Finding): string {
  return `${check}: expected ${expected}, found ${found}`;
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
    findings: findings.map(findingText),
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
    problems: [
      ...problems.map(toldProblem),
      ...('path' in where ? [] : shortWindows(where, pmodes)).map((text): ToldProblem => ({
        severity: 'warning',
        text,
      })),
    ],
  };
}

/** The P-Modes of a configuration as this access point sees them, with every problem of those that could not be loaded. */
export function listPModes(config: Config): {
  readonly pmodes: readonly ReturnType<typeof seenFromHere>[];
  readonly problems: readonly ToldProblem[];
} {
  const { pmodes, problems } = readConfiguredPModes(config);
  return { pmodes: pmodes.map(seenFromHere), problems };
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

/** The P-Modes that can be loaded, with the errors of the others. */
export function readConfiguredPModes(config: Config): {
  readonly pmodes: Agreements['pmodes'];
  readonly problems: readonly ToldProblem[];
} {
  const { pmodes, problems } = readConfigured(config);
  return { pmodes, problems: problems.filter(isError).map(toldProblem) };
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

/** A problem without its severity in front, which is told beside it. */
export function toldProblem(problem: PModeProblem): ToldProblem {
  return { severity: problem.severity, text: formatProblem(problem).replace(/^\w+: /, '') };
}

function isError({ severity }: PModeProblem): boolean {
  return severity === 'error';
}

/** Problems of keys as lines: where the file is named, what, cure. */
function keyTexts(config: Config, settings: readonly Setting[]): (problem: KeyProblem) => string {
  const named = new Map<string, string>();
  const note = (file: string | undefined, path: string): void => {
    const origin = originOfSetting(settings, path);
    if (file !== undefined && origin !== undefined && !named.has(file)) named.set(file, `${origin} ${path}`);
  };
  for (const [index, { path, certificate }] of config.keys.entries()) {
    note(path, `keys[${index}].path`);
    note(certificate, `keys[${index}].certificate`);
  }
  for (const file of config.revocationLists) note(file, 'revocationLists');
  return ({ file, message, advice, namedIn }) => {
    const place = namedIn?.join(', ') ?? named.get(file);
    return [place === undefined ? '' : `${place}: `, message, advice === undefined ? '' : ` ${advice}`].join(
      '',
    );
  };
}
