import type { Compilable, CompiledQuery, Kysely, QueryResult } from 'kysely';
import type { Tables } from './tables.ts';

/** Stands in a statement for a value that is known when it runs. */
class Placeholder {
  readonly name: string;

  constructor(name: string) {
    this.name = name;
  }
}

/**
 * A statement that is built and compiled once for each kind of database and each set of value names, for those that run
 * with every message: building one takes longer than SQLite takes to run it. `build` must treat the values as opaque:
 * it sees placeholders. Values that are absent in one call and present in another make two statements.
 */
export function statement<V extends object, R = unknown>(
  build: (db: Kysely<Tables>, values: V) => Compilable<R>,
): (db: Kysely<Tables>, values: V) => Promise<QueryResult<R>> {
  const known = new WeakMap<object, Map<string, CompiledQuery<R>>>();
  return async (db, values) => {
    const { adapter } = db.getExecutor();
    const statements = known.get(adapter) ?? new Map<string, CompiledQuery<R>>();
    known.set(adapter, statements);
    const names = Object.keys(values);
    const key = names.join();
    const query = statements.get(key) ?? compile(build, db, names);
    statements.set(key, query);
    const parameters = query.parameters.map((value) => bound(value, values));
    return await db.executeQuery<R>({ ...query, parameters });
  };
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
