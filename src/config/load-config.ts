import { existsSync, readFileSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import {
  checkShape,
  deepFreeze,
  hasErrors,
  isConsequence,
  jsonSchemaOf,
  mergeLayers,
  pathText,
  readYaml,
  sortProblems,
} from '../protocol/pmode/index.ts';
import type {
  JsonSchema,
  Origin,
  PModeProblem,
  SettingPath,
  SettingsSource,
} from '../protocol/pmode/index.ts';
import { buildConfig } from './build.ts';
import type { BaseFolder } from './build.ts';
import type { ConfigCheck, ConfigHit } from './check-table.ts';
import { configChecks } from './checks.ts';
import { configDefaults } from './defaults.ts';
import { readEnvironment, variableIn } from './environment.ts';
import { configFileShape } from './file-shape.ts';
import type { ConfigFile } from './file-shape.ts';
import { listSettings, originOf } from './settings.ts';
import type { Setting } from './settings.ts';
import type { Config } from './types.ts';

/** Where the settings come from; later ones win: file, environment, overrides. */
export interface ConfigSources {
  /** Path of the configuration file; else `QUOIN_CONFIG`, else `quoin.yaml` in `cwd` if there is one. */
  readonly file?: string | undefined;
  readonly env?: Readonly<Record<string, string | undefined>> | undefined;
  /** Settings of the command line, in the shape of the file. */
  readonly overrides?: ConfigFile | undefined;
  /** Where relative paths of the environment and the command line begin; default: the working directory. */
  readonly cwd?: string | undefined;
}

/** `config` is there if and only if no problem is an error. */
export interface LoadedConfig {
  /** Absolute path of the configuration file, if there is one. */
  readonly file?: string | undefined;
  readonly config: Config | undefined;
  readonly problems: readonly PModeProblem[];
  /** Every setting as it was understood, with its origin; none when the file could not be read at all. */
  readonly settings: readonly Setting[];
  /** Absolute path of the file of API keys, also when something else is wrong. */
  readonly apiKeysFile?: string | undefined;
}

let schema: JsonSchema | undefined;

/** JSON Schema (2020-12) of the configuration file, with the defaults. */
export function configJsonSchema(): JsonSchema {
  schema ??= jsonSchemaOf(configFileShape, configDefaults);
  return schema;
}

/**
 * Reads file, environment and overrides into one frozen snapshot. Never throws for bad settings: every problem is
 * reported with its place. Reads the files that hold secrets; other files are only looked for.
 */
export function loadConfig(sources: ConfigSources = {}): LoadedConfig {
  const cwd = sources.cwd ?? process.cwd();
  const file = findFile(sources, cwd);
  const source = file === undefined ? emptySource('(no file)') : readSource(file);
  if (hasErrors(source.problems))
    return { file, config: undefined, problems: sortProblems(source.problems), settings: [] };
  const fromFile = checkShape({ ...source, value: source.value ?? {} }, configFileShape, configJsonSchema());
  const fromEnv = readEnvironment(sources.env ?? {}, configJsonSchema());
  const variable = (path: SettingPath): string => variableIn(sources.env ?? {}, path);
  const given = { ...emptySource('command line'), value: sources.overrides ?? {} };
  const fromOverrides = checkShape(given, configFileShape, configJsonSchema());
  const { value, origins } = mergeLayers<ConfigFile>([
    { origin: { label: 'default', path: [] }, value: configDefaults },
    { origin: { label: 'file', path: [] }, value: fromFile.value },
    { origin: { label: 'environment', path: [] }, value: fromEnv.value },
    { origin: { label: 'overrides', path: [] }, value: fromOverrides.value },
  ]);
  const config = buildConfig(value, baseFolder(origins, cwd, file), file);
  const layers = [fromFile, fromEnv, fromOverrides];
  const removed = layers.flatMap((layer) => layer.removed);
  const hits = configChecks.flatMap((check) =>
    check
      .run({ written: value, config })
      .filter(({ path }) => !isConsequence(path, removed))
      .map((hit) => problemOf(check, hit, origins, { source, variable })),
  );
  const problems = sortProblems([...layers.flatMap((layer) => layer.problems), ...hits]);
  const settings = listSettings({ value, origins, source, variable, schema: configJsonSchema() });
  const { keysFile: apiKeysFile } = config.listeners.api;
  const usable = hasErrors(problems) ? undefined : deepFreeze(config);
  return { file, config: usable, problems, settings, apiKeysFile };
}

function findFile({ file, env }: ConfigSources, cwd: string): string | undefined {
  const named = file ?? (env?.['QUOIN_CONFIG'] || undefined);
  if (named !== undefined) return resolve(cwd, named);
  const usual = resolve(cwd, 'quoin.yaml');
  return existsSync(usual) ? usual : undefined;
}

function emptySource(file: string): SettingsSource {
  return { file, value: {}, problems: [], place: () => ({ line: 0, column: 0 }) };
}

/** Cures for a file that is there. */
const UNREADABLE: Readonly<Record<string, string>> = {
  EACCES: 'Give the user that runs Quoin the right to read it, and to enter the folders above it.',
  EISDIR: 'This is a folder: name the file in it.',
};

function readSource(file: string): SettingsSource {
  try {
    return readYaml(readFileSync(file, 'utf8'), file);
  } catch (error) {
    if (!(error instanceof Error) || !('code' in error)) throw error;
    const problem: PModeProblem = {
      severity: 'error',
      check: 'config-file-readable',
      file,
      line: 0,
      column: 0,
      path: '',
      message: `the configuration file cannot be read (${String(error.code)})`,
      advice: UNREADABLE[String(error.code)] ?? 'Correct the path given by --config or QUOIN_CONFIG.',
    };
    return { ...emptySource(file), problems: [problem] };
  }
}

/** Paths in the file begin at its folder, those of the environment and the command line where the program was started. */
function baseFolder(origins: ReadonlyMap<string, Origin>, cwd: string, file: string | undefined): BaseFolder {
  return (...path) => {
    const label = originOf(origins, path)?.label;
    const outside = label === 'environment' || label === 'overrides' || file === undefined;
    return outside ? cwd : dirname(file);
  };
}

/** What a place is told from. */
interface Places {
  readonly source: SettingsSource;
  /** The variable that a setting comes from, when it does. */
  readonly variable: (path: SettingPath) => string;
}

function problemOf(
  check: ConfigCheck,
  hit: ConfigHit,
  origins: ReadonlyMap<string, Origin>,
  places: Places,
): PModeProblem {
  return {
    severity: check.severity,
    check: check.name,
    ...placeOf(hit.path, originOf(origins, hit.path)?.label, places),
    path: pathText(hit.path),
    message: hit.message,
    advice: check.advice,
  };
}

function placeOf(
  path: SettingPath,
  label: string | undefined,
  { source, variable }: Places,
): Pick<PModeProblem, 'file' | 'line' | 'column'> {
  if (label === 'overrides') return { file: 'command line', line: 0, column: 0 };
  if (label !== 'environment') return { file: source.file, ...source.place(path) };
  return { file: `environment ${variable(path)}`, line: 0, column: 0 };
}
