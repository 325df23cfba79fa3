import { join } from 'node:path';
import { openSqliteStore } from '../../../src/world/store/index.ts';
import { nodeRegistryContract } from '../../contract/node-registry.ts';
import { scratchFolder } from '../../support/scratch.ts';

nodeRegistryContract('SQLite', {
  open: async (test) => {
    const store = await openSqliteStore({ file: join(scratchFolder(), 'quoin.db') });
    test.after(() => store.close());
    return store;
  },
});
