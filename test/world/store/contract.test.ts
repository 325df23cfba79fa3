import { join } from 'node:path';
import type { TestContext } from 'node:test';
import { openSqliteStore } from '../../../src/world/store/index.ts';
import type { MessageStore, Store } from '../../../src/msh/ports/index.ts';
import { countingStoreContract } from '../../contract/counting-store.ts';
import { messageStoreContract } from '../../contract/message-store.ts';
import { scratchFolder } from '../../support/scratch.ts';

const files = new WeakMap<MessageStore, string>();

async function openAt(test: TestContext, file: string): Promise<Store> {
  const store = await openSqliteStore({ file });
  files.set(store, file);
  test.after(() => store.close());
  return store;
}

messageStoreContract('SQLite', {
  open: (test) => openAt(test, join(scratchFolder(), 'quoin.db')),
  reopen: async (test, store) => {
    await store.close();
    return await openAt(test, files.get(store)!);
  },
});

countingStoreContract('SQLite', (test) => openAt(test, join(scratchFolder(), 'quoin.db')));
