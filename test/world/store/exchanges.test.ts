import { join } from 'node:path';
import { openSqliteStore } from '../../../src/world/store/index.ts';
import { exchangeStoreContract } from '../../contract/exchange-store.ts';
import { scratchFolder } from '../../support/scratch.ts';

exchangeStoreContract('SQLite', {
  open: async (test) => {
    const store = await openSqliteStore({ file: join(scratchFolder(), 'quoin.db') });
    test.after(() => store.close());
    return store;
  },
});
