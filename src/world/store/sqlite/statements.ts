import type Database from 'libsql';
import type { CompiledQuery, QueryResult } from 'kysely';
import { bindable } from '../bindable.ts';

/** Prepared statements kept for reuse; the statements of this room are fewer, apart from lists of varying length. */
const MAX_STATEMENTS = 200;

/** A statement of a connection with what is asked of it each time it runs. */
export interface Prepared {
  readonly statement: Database.Statement<unknown[]>;
  /** True when it answers rows. */
  readonly answers: boolean;
  /** True when it changes nothing. */
  readonly reads: boolean;
}

/** Prepared statements by their text, the longest unused forgotten first. */
export interface Statements {
  readonly of: (query: CompiledQuery) => Prepared;
  readonly forget: () => void;
}

/** The prepared statements of a connection. */
export function createStatements(binding: Database.Database): Statements {
  const known = new Map<string, Prepared>();
  return {
    of: (query) => {
      const prepared = known.get(query.sql) ?? prepare(binding, query);
      known.delete(query.sql);
      known.set(query.sql, prepared);
      const oldest = known.size > MAX_STATEMENTS ? known.keys().next().value : undefined;
      if (oldest !== undefined) known.delete(oldest);
      return prepared;
    },
    forget: () => known.clear(),
  };
}

function prepare(binding: Database.Database, query: CompiledQuery): Prepared {
  const statement = binding.prepare(query.sql);
  const reads = query.query.kind === 'SelectQueryNode' || /^\s*(select|explain)\b/i.test(query.sql);
  return { statement, answers: statement.reader, reads };
}

/** Runs a statement with the parameters of the query. */
export function run<R>({ statement, answers }: Prepared, { parameters }: CompiledQuery): QueryResult<R> {
  const values = parameters.map(bindable);
  if (!answers) return { rows: [], numAffectedRows: BigInt(statement.run(values).changes) };
  return { rows: statement.all(values).map((row) => readable(row as Record<string, unknown>) as R) };
}

/** The row with its bytes as Buffers; the binding gives ArrayBuffers. */
function readable(row: Record<string, unknown>): Record<string, unknown> {
  for (const [name, value] of Object.entries(row))
    if (value instanceof ArrayBuffer) row[name] = Buffer.from(value);
  return row;
}
