import { sql } from 'kysely';
import type { Kysely, Transaction } from 'kysely';
import { UPWARD_TABLES } from '../engine.ts';
import type { UpwardTable } from '../engine.ts';
import type { Tables } from '../tables.ts';

/**
 * How a reader knows that no row can appear below one he has seen (docs/decisions: readers stay behind open writers).
 *
 * A writer, before any number is taken, holds a shared advisory lock that says "I write above N", N being the last number
 * taken, until his transaction has ended. A reader asks first for the last number taken, then for the lowest N that is
 * held: up to the lower of the two every row is there or never will be. Nobody waits for anybody.
 *
 * The key of the lock is the number of the table in its upper 16 bits and N in its lower 48. Both functions are fixed: a
 * change of theirs needs new names, because nodes of two versions may run side by side.
 */
const FUNCTIONS = [
  `create or replace function quoin_write_above() returns trigger language plpgsql as $$
begin
  perform pg_advisory_xact_lock_shared((tg_argv[0]::bigint << 48) | coalesce(
    pg_sequence_last_value(pg_get_serial_sequence(format('%I.%I', tg_table_schema, tg_table_name), 'seq')::regclass), 0));
  return null;
end $$`,
  `create or replace function quoin_settled(place integer, sequence text) returns bigint language plpgsql as $$
declare
  taken bigint := coalesce(pg_sequence_last_value(sequence::regclass), 0);
  held bigint;
begin
  select min(((classid::bigint << 32) | objid::bigint) & 281474976710655) into held from pg_locks
    where locktype = 'advisory' and objsubid = 1 and mode = 'ShareLock' and granted
      and classid::bigint >> 16 = place
      and database = (select oid from pg_database where datname = current_database());
  return least(taken, held);
end $$`,
] as const;

const TRIGGER = 'quoin_write_above';

/** The number of a table in the keys of its locks; taken from a range that nobody else is likely to use. */
const placeOf = (table: UpwardTable): number => 0x5100 + UPWARD_TABLES.indexOf(table);

/** Makes writers of the tables that are read upwards say so. What is there already is left alone, and nobody waits. */
export async function installSettled(transaction: Transaction<Tables>): Promise<void> {
  const { rows } = await sql<{ name: string }>`
    select relname as name from pg_trigger join pg_class on pg_class.oid = tgrelid
    where tgname = ${TRIGGER} and relnamespace = current_schema()::regnamespace`.execute(transaction);
  const missing = UPWARD_TABLES.filter((table) => !rows.some(({ name }) => name === table));
  if (missing.length === 0) return;
  for (const text of FUNCTIONS) await sql.raw(text).execute(transaction);
  for (const table of missing)
    await sql
      .raw(
        `create trigger ${TRIGGER} before insert on ${table} for each statement
         execute function quoin_write_above('${placeOf(table)}')`,
      )
      .execute(transaction);
}

/** The number up to which all rows of a table are there. */
export async function settledUpTo(db: Kysely<Tables>, table: UpwardTable): Promise<number> {
  const { rows } = await sql<{ settled: number }>`
    select quoin_settled(${placeOf(table)}, ${`${table}_seq_seq`}) as settled`.execute(db);
  return rows[0]!.settled;
}
