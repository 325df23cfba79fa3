import { databaseAddress } from '../config/index.ts';
import type { Config } from '../config/index.ts';
import { openPostgresStore, openSqliteStore } from '../world/store/index.ts';
import type { WholeStore } from '../world/store/index.ts';
import type { Making, World } from './making.ts';
import { openPart } from './named-settings.ts';
import { addStoreSignals } from './store-signals.ts';

/** The store that the configuration asks for. */
export async function openStore(making: Making): Promise<World['store']> {
  const { config, closings, signals, loaded } = making;
  const part = config.database === undefined ? 'store' : 'database';
  const store = await openPart(making, part, () => storeOf(config));
  closings.push(() => store.close());
  addStoreSignals(signals, store, loaded);
  return store;
}

function storeOf({ database, storeFile, accessPoint, limits, times }: Config): Promise<WholeStore> {
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
