import { join } from 'node:path';
import { openSqliteStore } from '../../../src/world/store/index.ts';
import { exchangeStoreContract } from '../../contract/exchange-store.ts';
import { retentionContract } from '../../contract/retention.ts';
import { scratchFolder } from '../../support/scratch.ts';

const under: Parameters<typeof retentionContract>[1] = {
  open: async (test) => {
    const store = await openSqliteStore({ file: join(scratchFolder(), 'quoin.db') });
    test.after(() => store.close());
    return store;
  },
};

exchangeStoreContract('SQLite', under);
retentionContract('SQLite', under);
