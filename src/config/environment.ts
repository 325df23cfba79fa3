import { checkShape, nearestName, pathText, readYaml } from '../protocol/pmode/index.ts';
import type { JsonSchema, PModeProblem, SettingPath, Shaped } from '../protocol/pmode/index.ts';
import { configFileShape } from './file-shape.ts';
import type { ConfigFile } from './file-shape.ts';

/** Variables of other parts of the program, which are no settings of the gateway. */
const OTHERS: ReadonlySet<string> = new Set(['QUOIN_CONFIG', 'QUOIN_API', 'QUOIN_TOKEN']);

/** What Kubernetes sets in every container for a Service called quoin. */
const SERVICE_LINK = /^QUOIN_(?:SERVICE_(?:HOST|PORT)|PORT)(?:_|$)/;

/** Variables by which hosts and charts hand out servers, each with the variable of ours that it stands for, and gives way to. */
const CUSTOMARY: Readonly<Record<string, string>> = {
  DATABASE_URL: 'QUOIN_DATABASE',
  REDIS_URL: 'QUOIN_REDIS',
  OTEL_EXPORTER_OTLP_ENDPOINT: 'QUOIN_TRACING_ENDPOINT',
};

const PREFIX = 'QUOIN_';

interface Leaf {
  readonly path: readonly string[];
  readonly schema: JsonSchema;
}

/** The variable of a setting: `listeners.as4.port` is `QUOIN_LISTENERS_AS4_PORT`. */
export function variableOf(path: readonly string[]): string {
  const words = path.map((segment) => segment.replace(/([a-z0-9])([A-Z])/g, '$1_$2').toUpperCase());
  return PREFIX + words.join('_');
}

/** All settings that a variable can give, by variable. A list is written as YAML: `[{ path: ap.key }]`. */
export function variables(schema: JsonSchema): ReadonlyMap<string, Leaf> {
  return new Map(leavesOf(schema, []).map((leaf) => [variableOf(leaf.path), leaf]));
}

function leavesOf(schema: JsonSchema, path: readonly string[]): readonly Leaf[] {
  if (schema.properties === undefined) return [{ path, schema }];
  return Object.entries(schema.properties).flatMap(([key, one]) => leavesOf(one, [...path, key]));
}

/** Variables by name. */
type Environment = Readonly<Record<string, string | undefined>>;

/** The variable that has given a setting, as whoever set it knows it: `REDIS_URL` where ours is not set. */
export function variableIn(env: Environment, path: SettingPath): string {
  const ours = variableOf(path.filter((segment) => typeof segment === 'string'));
  if (isSet(env[ours])) return ours;
  const customary = Object.keys(CUSTOMARY).find((name) => CUSTOMARY[name] === ours && isSet(env[name]));
  return customary ?? ours;
}

const isSet = (text: string | undefined): boolean => text !== undefined && text !== '';

/** What the environment says, checked against the shape of the configuration; problems name the variable. */
export function readEnvironment(env: Environment, schema: JsonSchema): Shaped<ConfigFile> {
  const known = variables(schema);
  const problems: PModeProblem[] = [];
  const value: Record<string, unknown> = {};
  for (const [name, text] of given(env)) {
    if (!name.startsWith(PREFIX) || OTHERS.has(name) || SERVICE_LINK.test(name)) continue;
    const leaf = known.get(name);
    if (leaf === undefined) problems.push(unknownVariable(name, [...known.keys()]));
    else if (text !== undefined && text !== '')
      set(value, leaf.path, valueOf(text, leaf.schema, name, problems));
  }
  const source = { file: 'environment', value, problems: [], place: () => ({ line: 0, column: 0 }) };
  const shaped = checkShape(source, configFileShape, schema);
  const named = shaped.problems.map((problem) => ({ ...problem, file: whereIn(problem.path, known, env) }));
  return { value: shaped.value, removed: shaped.removed, problems: [...problems, ...named] };
}

/** The variables that are set, under the names of ours. */
function given(env: Environment): ReadonlyMap<string, string | undefined> {
  const customary = Object.entries(CUSTOMARY).map(([name, ours]) => [ours, env[name]] as const);
  const ours = Object.entries(env).filter(([name, text]) => isSet(text) || !OURS.has(name));
  return new Map([...customary.filter(([, text]) => isSet(text)), ...ours]);
}

/** One of ours that is empty is as if it were not set: the customary one holds. */
const OURS: ReadonlySet<string> = new Set(Object.values(CUSTOMARY));

function whereIn(path: string, known: ReadonlyMap<string, Leaf>, env: Environment): string {
  const leaf = [...known.values()].find((one) => path.startsWith(pathText(one.path)));
  return leaf === undefined ? 'environment' : `environment ${variableIn(env, leaf.path)}`;
}

function unknownVariable(name: string, known: readonly string[]): PModeProblem {
  const nearest = nearestName(name, known);
  return {
    severity: 'error',
    check: 'unknown-variable',
    file: `environment ${name}`,
    line: 0,
    column: 0,
    path: '',
    message: `no setting belongs to the variable ${name}`,
    advice:
      nearest === undefined ? 'Remove it, or see docs/config-reference.md.' : `Did you mean "${nearest}"?`,
  };
}

function set(target: Record<string, unknown>, path: readonly string[], value: unknown): void {
  const [key, ...rest] = path;
  if (key === undefined) return;
  if (rest.length === 0) {
    target[key] = value;
    return;
  }
  const below = (target[key] ??= {}) as Record<string, unknown>;
  set(below, rest, value);
}

/** A text as the kind of value its setting wants; what does not fit is left as text for the shape check to refuse. */
function valueOf(text: string, schema: JsonSchema, name: string, problems: PModeProblem[]): unknown {
  const kinds = (schema.anyOf ?? [schema]).map(({ type }) => type);
  if (kinds.includes('integer') && /^-?\d{1,15}$/.test(text)) return Number(text);
  if (kinds.includes('number') && /^\d{1,9}(?:\.\d{1,9})?$/.test(text)) return Number(text);
  if (kinds.includes('boolean') && (text === 'true' || text === 'false')) return text === 'true';
  const structured = kinds.includes('array') && (!kinds.includes('string') || text.startsWith('['));
  if (!structured) return text;
  const source = readYaml(text, `environment ${name}`);
  problems.push(...source.problems);
  return source.value;
}
