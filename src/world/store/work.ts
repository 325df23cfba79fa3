import type { Compilable, CompiledQuery, Kysely, QueryResult } from 'kysely';
import type { Tables } from './tables.ts';

/**
 * What is to be done on the database: statements one after the other, and what to make of their answers. It says nothing
 * of who performs them. An engine whose calls answer at once performs all of it in one go; one that is asked over a line
 * waits for each answer. A statement that fails ends the work.
 */
export type Work<T> = Generator<Step<unknown>, T, QueryResult<unknown>>;

/** One statement of some work; `yield*` gives its answer. */
export class Step<R> {
  /** The statement as the kind of database behind `db` takes it. */
  readonly on: (db: Kysely<Tables>) => CompiledQuery<R>;

  constructor(on: Step<R>['on']) {
    this.on = on;
  }

  *[Symbol.iterator](): Generator<Step<unknown>, QueryResult<R>, QueryResult<unknown>> {
    return (yield this) as QueryResult<R>;
  }
}

/** A statement that is built each time: for what seldom runs, or has another text each time. */
export function step<R>(build: (db: Kysely<Tables>) => Compilable<R>): Step<R> {
  return new Step((db) => build(db).compile());
}

/** True when the statement changed, added or removed exactly one row. */
export function hitOne({ numAffectedRows }: QueryResult<unknown>): boolean {
  return numAffectedRows === 1n;
}

/** Performs work by waiting for each answer; in one transaction when `db` is one. */
export async function perform<T>(db: Kysely<Tables>, work: Work<T>): Promise<T> {
  let next = work.next();
  while (next.done !== true) next = work.next(await db.executeQuery(next.value.on(db)));
  return next.value;
}
