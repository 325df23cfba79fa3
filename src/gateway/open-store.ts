import { openSqliteStore } from '../world/store/index.ts';
import type { Making, World } from './making.ts';
import { addStoreSignals } from './store-signals.ts';

/** The store that the configuration asks for. */
export async function openStore({ config, closings, signals, loaded }: Making): Promise<World['store']> {
  const store = await openSqliteStore({ file: config.storeFile });
  closings.push(() => store.close());
  addStoreSignals(signals, store, loaded);
  return store;
}
