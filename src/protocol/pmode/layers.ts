import { pathText } from './problems.ts';
import type { SettingPath } from './problems.ts';

/** Where a value that is in force was written: in the file (`path`), in a profile, or nowhere (a default). */
export interface Origin {
  /** For people: `this file`, `profile oots`, `default`. */
  readonly label: string;
  /** Where a reader of the file should look; the place of the profile name for a value that a profile brings. */
  readonly path: SettingPath;
}

/** One source of values, weaker than those after it. `origin` is of the layer's root. */
export interface Layer {
  readonly origin: Origin;
  readonly value: unknown;
  /** False for a profile or a default: everything in it is found at the origin itself. Default true. */
  readonly located?: boolean;
}

/** Layers laid over each other, and for every value (by `pathText`) where it came from. */
export interface Merged<T> {
  readonly value: T;
  readonly origins: ReadonlyMap<string, Origin>;
}

type Mapping = Readonly<Record<string, unknown>>;

/**
 * Lays settings over each other, later ones winning. Mappings are merged key by key except those named in `whole`,
 * which like lists are replaced as a whole; undefined never replaces anything.
 */
export function mergeLayers<T>(layers: readonly Layer[], whole: ReadonlySet<string> = new Set()): Merged<T> {
  const origins = new Map<string, Origin>();
  const value = layers.reduce<unknown>(
    (below, layer) => lay(below, layer.value, layer, [], { origins, whole }),
    {},
  );
  return { value: value as T, origins };
}

interface Work {
  readonly origins: Map<string, Origin>;
  readonly whole: ReadonlySet<string>;
}

function lay(below: unknown, above: unknown, layer: Layer, path: SettingPath, work: Work): unknown {
  if (above === undefined) return below;
  const last = path.at(-1);
  const replaces = !isMapping(above) || (typeof last === 'string' && work.whole.has(last));
  if (replaces) {
    work.origins.set(pathText(path), originOf(layer, path));
    return above;
  }
  const base = isMapping(below) ? below : {};
  const added = Object.entries(above).map(([key, value]) => [
    key,
    lay(Object.hasOwn(base, key) ? base[key] : undefined, value, layer, [...path, key], work),
  ]);
  return { ...base, ...(Object.fromEntries(added) as Mapping) };
}

function originOf(layer: Layer, path: SettingPath): Origin {
  return layer.located === false
    ? layer.origin
    : { label: layer.origin.label, path: [...layer.origin.path, ...path] };
}

function isMapping(value: unknown): value is Mapping {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
