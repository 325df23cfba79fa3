import { join } from 'node:path';
import { openSqliteStore } from '../../../src/world/store/index.ts';
import { exchangeStoreContract } from '../../contract/exchange-store.ts';
import { previewStoreContract } from '../../contract/preview-store.ts';
import { retentionContract } from '../../contract/retention.ts';
import { scratchFolder } from '../../support/scratch.ts';

const under: Parameters<typeof retentionContract>[1] & Parameters<typeof previewStoreContract>[1] = {
  open: async (test) => {
    const store = await openSqliteStore({ file: join(scratchFolder(), 'quoin.db') });
    test.after(() => store.close());
    return store;
  },
};

exchangeStoreContract('SQLite', under);
previewStoreContract('SQLite', under);
retentionContract('SQLite', under);
