import type { TestContext } from 'node:test';
import { openPostgresStore } from '../../src/world/store/index.ts';
import type { PostgresSettings, WholeStore } from '../../src/world/store/index.ts';
import { postgresDatabase } from './postgres-server.ts';
import type { Ending } from './test-pair.ts';

/** The settings of the store for the URL of a test database. */
export function settingsOf(url: string, more: Partial<PostgresSettings> = {}): PostgresSettings {
  const { hostname, port, username, password, pathname } = new URL(url);
  return {
    host: hostname,
    port: Number(port),
    user: username,
    password: () => password,
    name: pathname.slice(1),
    applicationName: 'quoin-test',
    // Tests of great numbers at once wait for their turn, on slow machines too.
    connectMs: 120_000,
    ...more,
  };
}

/** A store on a database of its own; both go when the test ends. */
export async function openTestStore(ending: Ending): Promise<{ store: WholeStore; url: string }> {
  const url = await postgresDatabase(ending);
  const store = await openPostgresStore(settingsOf(url));
  ending.after(() => store.close());
  return { store, url };
}

const urls = new WeakMap<object, string>();

async function openAt(test: TestContext, url: string): Promise<WholeStore> {
  const store = await openPostgresStore(settingsOf(url));
  urls.set(store, url);
  test.after(() => store.close());
  return store;
}

/** What the contract suites need of the store on PostgreSQL. */
export const postgresUnderTest = {
  open: async (test: TestContext): Promise<WholeStore> => await openAt(test, await postgresDatabase(test)),
  /** Another node on the same database. */
  beside: async (test: TestContext, store: Pick<WholeStore, 'close'>): Promise<WholeStore> =>
    await openAt(test, urls.get(store)!),
  reopen: async (test: TestContext, store: Pick<WholeStore, 'close'>): Promise<WholeStore> => {
    await store.close();
    return await openAt(test, urls.get(store)!);
  },
};
