import { countingStoreContract } from '../../contract/counting-store.ts';
import { eventStoreContract } from '../../contract/event-store.ts';
import { exchangeStoreContract } from '../../contract/exchange-store.ts';
import { messageStoreContract } from '../../contract/message-store.ts';
import { partnerStoreContract } from '../../contract/partner-store.ts';
import { nodeRegistryContract } from '../../contract/node-registry.ts';
import { previewStoreContract } from '../../contract/preview-store.ts';
import { retentionContract } from '../../contract/retention.ts';
import { noPostgres } from '../../support/postgres-server.ts';
import { postgresUnderTest } from '../../support/postgres-store.ts';

const skip = noPostgres();
const under = { ...postgresUnderTest, skip };

messageStoreContract('PostgreSQL', under);
eventStoreContract('PostgreSQL', under);
exchangeStoreContract('PostgreSQL', under);
previewStoreContract('PostgreSQL', under);
retentionContract('PostgreSQL', under);
partnerStoreContract('PostgreSQL', under);
nodeRegistryContract('PostgreSQL', under);
countingStoreContract('PostgreSQL', under.open, skip);
