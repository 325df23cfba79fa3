import type * as z from 'zod';
import type { PModeCheck } from './check-table.ts';
import { descriptionAt, isSecretAt, keysAt, schemasAt } from './json-schema.ts';
import type { JsonSchema } from './json-schema.ts';
import { nearestName } from './nearest.ts';
import { pathStartsWith, pathText } from './problems.ts';
import type { PModeProblem, SettingPath } from './problems.ts';
import type { SettingsSource } from './yaml-source.ts';

/** What is left of a settings file when everything of the wrong shape has been taken out, so that checks can go on. */
export interface Shaped<T> {
  readonly value: T;
  readonly problems: readonly PModeProblem[];
  /** Paths that were taken out, and the paths that mistyped keys were probably meant for. */
  readonly removed: readonly SettingPath[];
}

/** Checks of syntax and shape, before any named check of the content. */
export const shapeChecks: readonly Omit<PModeCheck, 'run'>[] = [
  ['yaml-syntax', 'The file is one YAML 1.2 document without tags, nested reasonably.'],
  ['yaml-aliases', 'Aliases are used at most twenty times.'],
  ['file-too-large', 'The file has at most 64 KiB.'],
  ['duplicate-key', 'No mapping has a key twice.'],
  ['unknown-key', 'Every key is known; the nearest known one is suggested.'],
  ['missing-key', 'Keys a mapping cannot do without are there.'],
  ['wrong-type', 'Every value has the type of its key.'],
  ['not-a-choice', 'Where there is a choice of values, the value is one of them.'],
  ['bad-value', 'Texts, numbers, durations and sizes are well-formed and within bounds.'],
].map(([name = '', about = '']) => ({ name, severity: 'error', about, advice: 'See the message.' }));

type Issue = z.core.$ZodIssue;

const MOST_ROUNDS = 200;

/**
 * Checks a file against its shape and reports every deviation: unknown keys with the nearest known one, wrong types,
 * values outside a choice. What does not fit is removed from the value that is returned; `shape` must therefore accept
 * a file from which anything was left out.
 */
export function checkShape<T>(source: SettingsSource, shape: z.ZodType<T>, schema: JsonSchema): Shaped<T> {
  const problems: PModeProblem[] = [];
  const removed: SettingPath[] = [];
  let value: unknown = structuredClone(source.value);
  for (let round = 0; round < MOST_ROUNDS; round++) {
    const result = shape.safeParse(value);
    if (result.success) return { value: result.data, problems, removed };
    const issues = result.error.issues.flatMap((issue) => flatten(issue, value));
    if (round === 0) problems.push(...report(issues, source, schema));
    const paths = issues.flatMap((issue) => pathsToRemove(issue, value));
    removed.push(...paths, ...issues.flatMap((issue) => pathsMeant(issue, schema)));
    value = paths.some((path) => path.length === 0) ? {} : paths.reduce(without, value);
  }
  return { value: shape.parse({}), problems, removed: [[]] };
}

/** A union is reported as the alternative that was most likely meant: one that fails below its root. */
function flatten(issue: Issue, value: unknown): Issue[] {
  if (issue.code !== 'invalid_union') return [issue];
  const meant = issue.errors.find((errors) =>
    errors.every((one) => one.path.length > 0 || isAboutContent(one)),
  );
  if (meant === undefined) return [issue];
  return meant
    .map((one): Issue => ({ ...one, path: [...issue.path, ...one.path] }))
    .flatMap((one) => flatten(one, value));
}

function isAboutContent(issue: Issue): boolean {
  return issue.code !== 'invalid_type' && issue.code !== 'invalid_union';
}

function report(issues: readonly Issue[], source: SettingsSource, schema: JsonSchema): PModeProblem[] {
  const meant = issues.flatMap((issue) => pathsMeant(issue, schema)).map(pathText);
  return issues
    .filter((issue) => !meant.includes(pathText(pathOf(issue))))
    .flatMap((issue) =>
      issue.code === 'unrecognized_keys'
        ? issue.keys.map((key) => unknownKey(issue, key, source, schema))
        : [misfit(issue, source, schema)],
    );
}

function unknownKey(issue: Issue, key: string, source: SettingsSource, schema: JsonSchema): PModeProblem {
  const path = [...pathOf(issue), key];
  const known = keysAt(schema, pathOf(issue));
  const nearest = nearestName(key, known);
  return {
    severity: 'error',
    check: 'unknown-key',
    file: source.file,
    ...source.place(path),
    path: pathText(path),
    message: `unknown key "${key}"`,
    advice: nearest === undefined ? `Keys allowed here: ${known.join(', ')}.` : `Did you mean "${nearest}"?`,
  };
}

function misfit(issue: Issue, source: SettingsSource, schema: JsonSchema): PModeProblem {
  const path = pathOf(issue);
  const found = valueAt(source.value, path);
  const description = descriptionAt(schema, path);
  const { check, message } = describe(issue, found, schema, path);
  return {
    severity: 'error',
    check,
    file: source.file,
    ...source.place(path),
    path: pathText(path),
    message,
    advice: adviceFor(found, schemasAt(schema, path), description),
  };
}

function describe(
  issue: Issue,
  found: unknown,
  schema: JsonSchema,
  path: SettingPath,
): { check: string; message: string } {
  const shown = isSecretAt(schema, path) ? 'another value' : preview(found);
  if (issue.code === 'invalid_type' || issue.code === 'invalid_union') {
    if (found === undefined)
      return { check: 'missing-key', message: `"${String(path.at(-1) ?? 'content')}" is missing` };
    return { check: 'wrong-type', message: `expected ${kindsOf(schemasAt(schema, path))}, found ${shown}` };
  }
  if (issue.code === 'invalid_value')
    return {
      check: 'not-a-choice',
      message: `expected one of ${issue.values.map(String).join(', ')}, found ${shown}`,
    };
  return { check: 'bad-value', message: `${issue.message}, found ${shown}` };
}

function adviceFor(found: unknown, schemas: readonly JsonSchema[], description: string | undefined): string {
  const wantsBoolean = schemas.some((one) => one.type === 'boolean');
  if (wantsBoolean && typeof found === 'string') return 'Write true or false, without quotes.';
  const choices = schemas.flatMap((one) => one.enum ?? []).map(String);
  const nearest = typeof found === 'string' ? nearestName(found, choices) : undefined;
  if (nearest !== undefined) return `Did you mean "${nearest}"?`;
  return description === undefined ? 'See docs/pmode-reference.md.' : `What belongs here: ${description}`;
}

const KINDS: Readonly<Record<string, string>> = {
  string: 'text',
  integer: 'a whole number',
  number: 'a number',
  boolean: 'true or false',
  array: 'a list',
  object: 'a mapping',
};

function kindsOf(schemas: readonly JsonSchema[]): string {
  const kinds = schemas.map((one) => KINDS[one.type ?? ''] ?? 'another value');
  return [...new Set(kinds)].join(' or ');
}

/** A value as a message shows it: its kind, and for a short scalar the value itself. */
function preview(value: unknown): string {
  if (value === null) return 'nothing';
  if (Array.isArray(value)) return 'a list';
  if (typeof value === 'object') return 'a mapping';
  if (typeof value === 'string') return `text ${JSON.stringify(value.slice(0, 60))}`;
  return typeof value === 'number' ? `the number ${value}` : JSON.stringify(value);
}

function pathOf(issue: Issue): SettingPath {
  return issue.path.map((segment) => (typeof segment === 'number' ? segment : String(segment)));
}

/** Where a mistyped key was probably meant to go: later checks do not call it missing as well. */
function pathsMeant(issue: Issue, schema: JsonSchema): SettingPath[] {
  if (issue.code !== 'unrecognized_keys') return [];
  const path = pathOf(issue);
  return issue.keys.flatMap((key) => {
    const nearest = nearestName(key, keysAt(schema, path));
    return nearest === undefined ? [] : [[...path, nearest]];
  });
}

/** A list entry takes its list with it, a missing key the mapping that lacks it. */
function pathsToRemove(issue: Issue, value: unknown): SettingPath[] {
  const path = pathOf(issue);
  if (issue.code === 'unrecognized_keys') return issue.keys.map((key) => [...path, key]);
  let target = path;
  while (target.length > 0 && (valueAt(value, target) === undefined || typeof target.at(-1) === 'number'))
    target = target.slice(0, -1);
  return [target];
}

function valueAt(value: unknown, path: SettingPath): unknown {
  return path.reduce<unknown>(
    (current, segment) =>
      typeof current === 'object' && current !== null && Object.hasOwn(current, segment)
        ? (current as Record<string | number, unknown>)[segment]
        : undefined,
    value,
  );
}

function without(value: unknown, path: SettingPath): unknown {
  const [segment, ...rest] = path;
  if (segment === undefined || typeof value !== 'object' || value === null || !Object.hasOwn(value, segment))
    return value;
  const container = value as Record<string | number, unknown>;
  if (rest.length === 0) Reflect.deleteProperty(container, segment);
  else container[segment] = without(container[segment], rest);
  return value;
}

/** True when a problem at `path` may only be a consequence of something that was taken out. */
export function isConsequence(path: SettingPath, removed: readonly SettingPath[]): boolean {
  return removed.some((one) => pathStartsWith(path, one));
}
