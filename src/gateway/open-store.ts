import { databaseAddress } from '../config/index.ts';
import type { Config } from '../config/index.ts';
import { openPostgresStore, openSqliteStore } from '../world/store/index.ts';
import type { Store } from '../msh/index.ts';
import type { Making, World } from './making.ts';
import { addStoreSignals } from './store-signals.ts';

/** The store that the configuration asks for. */
export async function openStore({ config, closings, signals, loaded }: Making): Promise<World['store']> {
  const store = await storeOf(config);
  closings.push(() => store.close());
  addStoreSignals(signals, store, loaded);
  return store;
}

function storeOf({ database, storeFile, accessPoint, limits, times }: Config): Promise<Store> {
  if (database === undefined) return openSqliteStore({ file: storeFile });
  const address = databaseAddress(database);
  return openPostgresStore({
    ...address,
    applicationName: address.applicationName ?? `quoin ${accessPoint.party}`,
    connections: limits.databaseConnections,
    statementMs: times.statementMs,
    connectMs: times.connectMs,
  });
}
