import { Kysely } from 'kysely';
import { QuoinError } from '../../protocol/errors/index.ts';
import type { MessageStore } from '../../msh/ports/index.ts';
import type { Engine } from './engine.ts';
import { asUnavailable, onDatabase } from './faults.ts';
import * as inbound from './inbound.ts';
import { appendJournal, listJournal } from './journal.ts';
import { migrate } from './migrate.ts';
import * as outbound from './outbound.ts';
import { referencedPayloads } from './parts.ts';
import type { Tables } from './tables.ts';

/** Settings every engine shares. */
export interface StoreSettings {
  /** Journal entries kept at least; older ones go. */
  readonly journalEntries: number;
}

/**
 * The message store on an engine, its schema brought up to date. Throws `store/schema-newer` and `store/unavailable`;
 * the engine is released then.
 */
export async function createStore(engine: Engine, settings: StoreSettings): Promise<MessageStore> {
  const db = new Kysely<Tables>({ dialect: engine.dialect });
  try {
    await migrate(db, engine, Date.now());
  } catch (error) {
    // Why it cannot start is what the operator must read, whatever closing says.
    await Promise.allSettled([db.destroy()]);
    await engine.release();
    throw asUnavailable(engine, error);
  }
  return storeOn(db, engine, settings);
}

type Operation<A extends readonly unknown[], R> = (db: Kysely<Tables>, ...args: A) => Promise<R>;

function storeOn(db: Kysely<Tables>, engine: Engine, settings: StoreSettings): MessageStore {
  let closing: Promise<void> | undefined;
  const serve =
    <A extends readonly unknown[], R>(operation: Operation<A, R>) =>
    async (...args: A): Promise<R> => {
      if (closing !== undefined) throw closed();
      return await onDatabase(engine, () => operation(db, ...args));
    };
  return {
    insertOutbound: serve(outbound.insertOutbound),
    findOutbound: serve(outbound.findOutbound),
    getOutbound: serve(outbound.getOutbound),
    claimOutbound: serve(outbound.claimOutbound),
    extendLease: serve(outbound.extendLease),
    keepEnvelope: serve(outbound.keepEnvelope),
    settleAttempt: serve(outbound.settleAttempt),
    attemptsOf: serve(outbound.attemptsOf),
    dueOutbound: serve(outbound.dueOutbound),
    listOutbound: serve(outbound.listOutbound),
    insertInbound: serve(inbound.insertInbound),
    findInbound: serve(inbound.findInbound),
    findDuplicate: serve(inbound.findDuplicate),
    countDuplicate: serve(inbound.countDuplicate),
    getInbound: serve(inbound.getInbound),
    listInbound: serve(inbound.listInbound),
    moveInbound: serve(inbound.moveInbound),
    appendJournal: serve((on, entry) => appendJournal(on, entry, settings.journalEntries)),
    listJournal: serve(listJournal),
    referencedPayloads: serve(referencedPayloads),
    check: serve(probe),
    close: async () => {
      closing ??= onDatabase(engine, () => db.destroy()).finally(() => engine.release());
      await closing;
    },
  };
}

/** Changes a row and commits: a database that answers queries may have no room to write, and the same value is no write. */
async function probe(db: Kysely<Tables>): Promise<void> {
  await db
    .insertInto('store_probe')
    .values({ id: 1, checks: 1 })
    .onConflict((conflict) =>
      conflict.column('id').doUpdateSet((eb) => ({ checks: eb('store_probe.checks', '+', 1) })),
    )
    .execute();
}

function closed(): QuoinError {
  return new QuoinError('store/unavailable', 'The message store cannot serve.', {
    finding: { check: 'store-serves', expected: 'an open store', found: 'a closed one' },
  });
}
