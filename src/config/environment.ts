import { checkShape, nearestName, pathText, readYaml } from '../protocol/pmode/index.ts';
import type { JsonSchema, PModeProblem, Shaped } from '../protocol/pmode/index.ts';
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

/** What the environment says, checked against the shape of the configuration; problems name the variable. */
export function readEnvironment(
  env: Readonly<Record<string, string | undefined>>,
  schema: JsonSchema,
): Shaped<ConfigFile> {
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
  const named = shaped.problems.map((problem) => ({ ...problem, file: whereIn(problem.path, known) }));
  return { value: shaped.value, removed: shaped.removed, problems: [...problems, ...named] };
}

/** The variables that are set, under the names of ours. */
function given(env: Readonly<Record<string, string | undefined>>): ReadonlyMap<string, string | undefined> {
  const customary = Object.entries(CUSTOMARY).map(([name, ours]) => [ours, env[name]] as const);
  const set = ([, text]: readonly [string, string | undefined]): boolean => text !== undefined && text !== '';
  return new Map([...customary.filter(set), ...Object.entries(env)]);
}

function whereIn(path: string, known: ReadonlyMap<string, Leaf>): string {
  const variable = [...known].find(([, leaf]) => path.startsWith(pathText(leaf.path)))?.[0];
  return variable === undefined ? 'environment' : `environment ${variable}`;
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
