import type { Compilable, CompiledQuery, Kysely } from 'kysely';
import type { Tables } from './tables.ts';
import { Step } from './work.ts';

/** Stands in a statement for a value that is known when it runs. */
class Placeholder {
  readonly name: string;

  constructor(name: string) {
    this.name = name;
  }
}

/**
 * A step that is built and compiled once for each kind of database and each set of value names, for those that run
 * with every message: building one takes longer than SQLite takes to run it. `build` must treat the values as opaque:
 * it sees placeholders. Values that are absent in one call and present in another make two statements.
 */
export function prepared<V extends object, R = unknown>(
  build: (db: Kysely<Tables>, values: V) => Compilable<R>,
): (values: V) => Step<R> {
  const known = new WeakMap<object, Map<string, CompiledQuery<R>>>();
  const compiledFor = (db: Kysely<Tables>, names: readonly string[]): CompiledQuery<R> => {
    const { adapter } = db.getExecutor();
    let statements = known.get(adapter);
    if (statements === undefined) known.set(adapter, (statements = new Map<string, CompiledQuery<R>>()));
    const key = names.join();
    let query = statements.get(key);
    if (query === undefined) statements.set(key, (query = compile(build, db, names)));
    return query;
  };
  return (values) =>
    new Step((db) => {
      const { query, queryId, sql, parameters } = compiledFor(db, Object.keys(values));
      return { query, queryId, sql, parameters: parameters.map((value) => bound(value, values)) };
    });
}

function compile<V extends object, R>(
  build: (db: Kysely<Tables>, values: V) => Compilable<R>,
  db: Kysely<Tables>,
  names: readonly string[],
): CompiledQuery<R> {
  const placeholders = Object.fromEntries(names.map((name) => [name, new Placeholder(name)]));
  return build(db, placeholders as V).compile();
}

function bound(parameter: unknown, values: object): unknown {
  return parameter instanceof Placeholder ? (values as Record<string, unknown>)[parameter.name] : parameter;
}
