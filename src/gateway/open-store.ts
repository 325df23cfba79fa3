import { up } from '../faces/operations/index.ts';
import { openSqliteStore } from '../world/store/index.ts';
import type { Making, World } from './making.ts';

/** The store that the configuration asks for. */
export async function openStore({ config, closings, signals }: Making): Promise<World['store']> {
  const store = await openSqliteStore({ file: config.storeFile });
  closings.push(() => store.close());
  signals.watch.add('store', async () => {
    await store.check();
    return up('The store can write.');
  });
  return store;
}
