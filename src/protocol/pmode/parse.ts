import type { Hit, PModeCheck } from './check-table.ts';
import { buildPMode } from './build.ts';
import { documentChecks } from './checks-documents.ts';
import { legChecks } from './checks-legs.ts';
import { partyChecks } from './checks-parties.ts';
import { valueChecks } from './checks-values.ts';
import { pmodeFileShape } from './file-shape.ts';
import type { PModeFile } from './file-shape.ts';
import { jsonSchemaOf } from './json-schema.ts';
import type { JsonSchema } from './json-schema.ts';
import type { Origin } from './layers.ts';
import type { PModeProblem, SettingPath } from './problems.ts';
import { hasErrors, pathText, sortProblems } from './problems.ts';
import { profiles } from './profiles.ts';
import type { PModeDraft } from './resolve.ts';
import { resolvePMode } from './resolve.ts';
import { checkShape, isConsequence } from './shape.ts';
import type { PMode } from './types.ts';
import { readYaml } from './yaml-source.ts';
import type { SettingsSource } from './yaml-source.ts';

/** The named checks in the order of the reference document. */
export const pmodeChecks: readonly PModeCheck[] = [
  ...partyChecks,
  ...legChecks,
  ...valueChecks,
  ...documentChecks,
];

/** What reading one P-Mode file gave. `pmode` is there if and only if no problem is an error. */
export interface ParsedPMode {
  readonly pmode: PMode | undefined;
  readonly problems: readonly PModeProblem[];
  /** For every value in force, by path in the P-Mode (`legs[0].compress`), where it was written. */
  readonly origins: ReadonlyMap<string, Origin>;
  /** The place of a value in the file, for problems that only show when several files are compared. */
  readonly place: SettingsSource['place'];
}

let schema: JsonSchema | undefined;

/** JSON Schema (2020-12) of a P-Mode file, with the defaults of the common profile. */
export function pmodeJsonSchema(): JsonSchema {
  schema ??= jsonSchemaOf(pmodeFileShape, {
    mep: 'oneWay',
    profile: 'common',
    legDefaults: profiles.common.values.legDefaults,
  });
  return schema;
}

/**
 * Reads one P-Mode file: YAML, shape, named checks. Never throws for bad input: every problem found is reported, with
 * its line and column, in the order of the file. `self` is the local name of the party this access point is.
 */
export function parsePMode(text: string, file: string, options: { readonly self: string }): ParsedPMode {
  const source = readYaml(text, file);
  const failed = (problems: readonly PModeProblem[]): ParsedPMode => ({
    pmode: undefined,
    problems,
    origins: new Map(),
    place: source.place,
  });
  if (hasErrors(source.problems)) return failed(sortProblems(source.problems));
  const shaped = checkShape(source, pmodeFileShape, pmodeJsonSchema());
  const draft = resolvePMode(shaped.value, file);
  const found = runChecks(draft, options.self, source, shaped.removed);
  const problems = sortProblems([...shaped.problems, ...found]);
  if (hasErrors(problems)) return failed(problems);
  const pmode = buildPMode(draft, file, options.self);
  return { pmode, problems, origins: originsOf(draft), place: source.place };
}

function runChecks(
  draft: PModeDraft,
  self: string,
  source: SettingsSource,
  removed: readonly SettingPath[],
): readonly PModeProblem[] {
  return pmodeChecks.flatMap((check) => {
    const hits = check
      .run(draft, self)
      .filter((hit) => ![hit.path, ...(hit.because ?? [])].some((path) => isConsequence(path, removed)));
    return toldOnce(hits).map((hit) => problemOf(check, hit, source));
  });
}

/** Hits of one check on several legs, in one place and in the same words, become one that names the legs. */
function toldOnce(hits: readonly Hit[]): readonly Hit[] {
  const groups = new Map<string, { hit: Hit; legs: string[] }>();
  for (const hit of hits) {
    const key = JSON.stringify([hit.path, hit.message]);
    const group = groups.get(key) ?? { hit, legs: [] };
    if (hit.leg !== undefined) group.legs.push(hit.leg);
    groups.set(key, group);
  }
  return [...groups.values()].map(({ hit, legs }) =>
    legs.length === 0 ? hit : { ...hit, message: `leg ${legs.join(', ')}: ${hit.message}` },
  );
}

function problemOf(check: PModeCheck, hit: Hit, source: SettingsSource): PModeProblem {
  return {
    severity: check.severity,
    check: check.name,
    file: source.file,
    ...source.place(hit.path),
    path: pathText(hit.path),
    message: hit.message,
    advice: hit.advice ?? check.advice,
  };
}

/** Origins of the values of a P-Mode, by their path in the P-Mode that was built. */
function originsOf(draft: PModeDraft): ReadonlyMap<string, Origin> {
  const { file } = draft;
  const brought = (path: string, stated: unknown, label: string): [string, Origin][] =>
    stated === undefined ? [[path, { label, path: [] }]] : [];
  const role = (side: PModeFile['initiator']) => (typeof side === 'string' ? undefined : side?.role);
  return new Map([
    ...brought('id', file.id, 'the name of the file'),
    ...brought('mep', file.mep, 'default'),
    ...brought('binding', file.binding, 'follows from mep'),
    ...brought('initiator.role', role(file.initiator), `profile ${file.profile}`),
    ...brought('responder.role', role(file.responder), `profile ${file.profile}`),
    ...draft.legs.flatMap((leg, index) =>
      [...leg.origins].map(([path, origin]): [string, Origin] => [`legs[${index}].${path}`, origin]),
    ),
  ]);
}
