import { createHash } from 'node:crypto';
import { isSecretAt, pathText } from '../protocol/pmode/index.ts';
import type { JsonSchema, Origin, SettingPath, SettingsSource } from '../protocol/pmode/index.ts';

/** One setting in force: what it is, and who said so. */
export interface Setting {
  /** As the file writes it: `listeners.api.port`, `keys[0].path`. */
  readonly path: string;
  /** The value; `(secret)` for a secret. */
  readonly value: unknown;
  /** `quoin.yaml:12`, `environment QUOIN_LISTENERS_API_PORT`, `command line`, or `default`. */
  readonly origin: string;
  /** Different for different values, and tells nothing of a secret. */
  readonly fingerprint: string;
}

/** What settings are listed from. */
interface Written {
  /** All layers merged, in the shape of the file. */
  readonly value: unknown;
  readonly origins: ReadonlyMap<string, Origin>;
  readonly source: SettingsSource;
  /** The variable that a setting comes from, when it does. */
  readonly variable: (path: SettingPath) => string;
  readonly schema: JsonSchema;
}

/** Every setting in force, in the order of the schema of the file; lists entry by entry. */
export function listSettings(written: Written): readonly Setting[] {
  return leavesOf(written.value, []).map(({ path, value }) => {
    const isSecret = isSecretAt(written.schema, path);
    return {
      path: pathText(path),
      value: isSecret ? '(secret)' : value,
      origin: originText(path, written),
      fingerprint: createHash('sha256').update(JSON.stringify(value)).digest('base64url'),
    };
  });
}

/** Who gave a setting, or anything below it; undefined when it is not among them. */
export function originOfSetting(settings: readonly Setting[], path: string): string | undefined {
  const isBelow = (one: string): boolean => one.startsWith(`${path}.`) || one.startsWith(`${path}[`);
  return (settings.find((one) => one.path === path) ?? settings.find((one) => isBelow(one.path)))?.origin;
}

/** What is different between two lists of settings, in words. */
export function diffSettings(
  before: readonly Setting[],
  after: readonly Setting[],
): readonly { readonly path: string; readonly words: string }[] {
  const [old, fresh] = [byPath(before), byPath(after)];
  return [...new Set([...old.keys(), ...fresh.keys()])].flatMap((path) => {
    const [was, is] = [old.get(path), fresh.get(path)];
    if (was?.fingerprint === is?.fingerprint) return [];
    return [{ path, words: `${path} changes from ${shown(was)} to ${shown(is)}` }];
  });
}

function byPath(settings: readonly Setting[]): ReadonlyMap<string, Setting> {
  return new Map(settings.map((setting) => [setting.path, setting]));
}

function shown(setting: Setting | undefined): string {
  if (setting === undefined) return '(nothing)';
  return typeof setting.value === 'string' ? setting.value : JSON.stringify(setting.value);
}

interface Leaf {
  readonly path: SettingPath;
  readonly value: unknown;
}

function leavesOf(value: unknown, path: SettingPath): readonly Leaf[] {
  if (Array.isArray(value)) {
    if (value.length === 0) return [{ path, value }];
    return value.flatMap((one: unknown, index) => leavesOf(one, [...path, index]));
  }
  if (typeof value !== 'object' || value === null) return [{ path, value }];
  return Object.entries(value).flatMap(([key, one]) => leavesOf(one, [...path, key]));
}

/** A list is given as a whole: its entries come from where it comes from. */
function originText(path: SettingPath, { origins, source, variable }: Written): string {
  const label = originOf(origins, path)?.label;
  if (label === 'overrides') return 'command line';
  if (label === 'environment') return `environment ${variable(path)}`;
  if (label !== 'file') return 'default';
  const { line } = source.place(path);
  return line === 0 ? source.file : `${source.file}:${line}`;
}

/** The origin of a setting, or of the nearest thing above it that was given as a whole. */
export function originOf(origins: ReadonlyMap<string, Origin>, path: SettingPath): Origin | undefined {
  for (let length = path.length; length > 0; length--) {
    const origin = origins.get(pathText(path.slice(0, length)));
    if (origin !== undefined) return origin;
  }
  return undefined;
}
