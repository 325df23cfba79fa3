import { messageStoreContract } from '../../contract/message-store.ts';
import { postgresUnderTest } from '../../support/postgres-store.ts';

messageStoreContract('PostgreSQL', postgresUnderTest);
