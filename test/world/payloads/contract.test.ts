import { openFilePayloads } from '../../../src/world/payloads/index.ts';
import type { PayloadHealth, PayloadStore } from '../../../src/msh/ports/index.ts';
import { payloadStoreContract } from '../../contract/payload-store.ts';
import { scratchFolder } from '../../support/scratch.ts';

const folders = new WeakMap<PayloadStore, string>();

async function openAt(folder: string): Promise<PayloadStore & PayloadHealth> {
  const store = await openFilePayloads({ folder });
  folders.set(store, folder);
  return store;
}

payloadStoreContract('files', {
  open: () => openAt(scratchFolder()),
  reopen: (_test, store) => openAt(folders.get(store)!),
});
