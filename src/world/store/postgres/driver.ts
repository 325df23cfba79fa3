import pg from 'pg';
import { PostgresAdapter, PostgresIntrospector } from 'kysely';
import type { CompiledQuery, DatabaseConnection, Dialect, Driver, QueryResult } from 'kysely';
import { bindable } from '../bindable.ts';
import { createCompiler } from './compiler.ts';
import { isStalePlan } from './faults.ts';

/** Statements that are prepared under a name on each connection: more than this room has, lists of varying length apart. */
const MAX_STATEMENTS = 500;

/** Statements with more parameters are lists that hardly come a second time. */
const MAX_NAMED_PARAMETERS = 40;

/** Lifts the time limits until the transaction ends, the server's and ours. */
export const LIFT_LIMITS = 'set local statement_timeout = 0';

/** What the driver works with. */
export interface PostgresDriverSettings {
  readonly pool: pg.Pool;
  /** ms after which a server that says nothing is taken for lost; longer than its own limit for a statement. */
  readonly silenceMs: number;
}

/** Kysely's PostgreSQL dialect on a pool of ours. */
export function postgresDialect(settings: PostgresDriverSettings): Dialect {
  return {
    createAdapter: () => new PostgresAdapter(),
    createDriver: () => createDriver(settings),
    createIntrospector: (db) => new PostgresIntrospector(db),
    createQueryCompiler: createCompiler,
  };
}

/** A connection on loan. */
interface Lent extends DatabaseConnection {
  readonly run: (sql: string) => Promise<string>;
  /** Gives it back to the pool, or closes it when it cannot be used again. */
  readonly giveBack: () => void;
  readonly isBroken: () => boolean;
}

/** Lends connections of the pool; one that failed is closed and not lent again. */
function createDriver({ pool, silenceMs }: PostgresDriverSettings): Driver {
  const nameOf = createNames();
  let lent = 0;
  let whenAllAreBack: (() => void) | undefined;
  const back = (): void => {
    lent -= 1;
    if (lent === 0) whenAllAreBack?.();
  };
  const of = (connection: DatabaseConnection): Lent => connection as Lent;
  return {
    init: () => Promise.resolve(),
    acquireConnection: async () => {
      lent += 1;
      try {
        return lend(await pool.connect(), silenceMs, nameOf);
      } catch (error) {
        back();
        throw error;
      }
    },
    beginTransaction: async (connection) => void (await of(connection).run('begin')),
    commitTransaction: async (connection) => {
      // A transaction in which a statement failed is rolled back by its commit, without an error.
      const outcome = await of(connection).run('commit');
      if (outcome !== 'COMMIT') throw new Error(`The transaction ended with ${outcome}.`);
    },
    rollbackTransaction: async (connection) => {
      // A lost connection rolls back by itself, and why it was lost is what there is to tell.
      if (!of(connection).isBroken())
        await of(connection)
          .run('rollback')
          .catch(() => undefined);
    },
    releaseConnection: (connection) => {
      of(connection).giveBack();
      back();
      return Promise.resolve();
    },
    // The pool forgets who still waits for a connection when it ends, so everybody is served first.
    destroy: async () => {
      if (lent > 0) await new Promise<void>((resolve) => (whenAllAreBack = resolve));
      await pool.end();
    },
  };
}

function lend(
  client: pg.PoolClient,
  silenceMs: number,
  nameOf: (query: CompiledQuery) => string | undefined,
): Lent {
  let broken = false;
  let limited = true;
  const lose = (): void => {
    broken = true;
  };
  // Told between two statements; the next one fails. Without a listener it would end the process.
  client.on('error', lose);
  const send = async (query: pg.QueryConfig): Promise<pg.QueryResult> => {
    const patience = limited ? { query_timeout: silenceMs } : {};
    try {
      return await client.query({ ...query, ...patience, types: TYPES });
    } catch (error) {
      if (!staysUsable(error)) lose();
      throw error;
    }
  };
  return {
    executeQuery: async <R>(query: CompiledQuery): Promise<QueryResult<R>> => {
      const values = query.parameters.map(bindable);
      if (query.sql === LIFT_LIMITS) limited = false;
      const name = nameOf(query);
      const result = await send({ text: query.sql, values, ...(name === undefined ? {} : { name }) });
      return resultOf<R>(result);
    },
    streamQuery: () => {
      throw new Error('This driver answers whole results; ask for a page.');
    },
    run: async (sql) => (await send({ text: sql })).command,
    giveBack: () => {
      client.off('error', lose);
      client.release(broken);
    },
    isBroken: () => broken,
  };
}

/** True for a statement that failed and left the connection as it was. */
function staysUsable(error: unknown): boolean {
  return error instanceof pg.DatabaseError && error.severity === 'ERROR' && !isStalePlan(error);
}

const CHANGES = new Set(['INSERT', 'UPDATE', 'DELETE']);

function resultOf<R>({ command, rowCount, rows }: pg.QueryResult): QueryResult<R> {
  if (!CHANGES.has(command)) return { rows: rows as R[] };
  return { rows: rows as R[], numAffectedRows: BigInt(rowCount ?? 0) };
}

const INT8 = 20;
const NUMERIC = 1700;

/** Whole numbers of every size as numbers; bytes are Buffers already. */
const TYPES = {
  getTypeParser: (oid: number, format?: 'text' | 'binary') =>
    oid === INT8 || oid === NUMERIC ? wholeNumber : (pg.types.getTypeParser(oid, format) as unknown),
};

function wholeNumber(text: string): number {
  const value = Number(text);
  if (Number.isSafeInteger(value)) return value;
  throw new RangeError(`A column holds ${text}, which no number can be.`);
}

/** Names for statements, the same for the same text; undefined for one that is not worth to be kept by the server. */
function createNames(): (query: CompiledQuery) => string | undefined {
  const names = new Map<string, string>();
  return ({ sql, parameters }) => {
    const known = names.get(sql);
    if (known !== undefined) return known;
    if (names.size === MAX_STATEMENTS || parameters.length === 0 || parameters.length > MAX_NAMED_PARAMETERS)
      return undefined;
    const name = `quoin_${names.size}`;
    names.set(sql, name);
    return name;
  };
}
