import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';
import type { TestContext } from 'node:test';
import type { Store } from '../../../src/msh/ports/index.ts';
import { openSqliteStore } from '../../../src/world/store/index.ts';
import { openSqlite } from '../../../src/world/store/sqlite/open.ts';
import { createStore } from '../../../src/world/store/store.ts';
import { partnerStoreContract } from '../../contract/partner-store.ts';
import { scratchFolder } from '../../support/scratch.ts';

const files = new WeakMap<Store, string>();

async function openAt(test: TestContext, file: string): Promise<Store> {
  const store = await openSqliteStore({ file });
  files.set(store, file);
  test.after(() => store.close());
  return store;
}

partnerStoreContract('SQLite', {
  open: (test) => openAt(test, join(scratchFolder(), 'quoin.db')),
  reopen: async (test, store) => {
    await store.close();
    return await openAt(test, files.get(store)!);
  },
});

test('what waits is found by the index of what waits, which holds no finished message', async (t) => {
  const engine = openSqlite({ file: join(scratchFolder(), 'quoin.db'), lockWait: 0 });
  const store = await createStore(engine, { journalEntries: 10 });
  t.after(() => Promise.allSettled([store.close()]));
  const waiting = "outbound where pmode_id = 'p' and leg = 'l' and next_attempt_at <= 5";
  const questions = [
    `select row_id from ${waiting} order by next_attempt_at, seq limit 10`,
    `select row_id from ${waiting} and coalesce(first_attempt_at, next_attempt_at) <= 3 limit 10`,
    'select pmode_id, leg, count(*), min(next_attempt_at) from outbound where next_attempt_at is not null group by pmode_id, leg',
  ];
  for (const question of questions) {
    const plan = engine.binding.prepare(`explain query plan ${question}`).all([]) as { detail: string }[];
    assert.equal(plan.length, 1, question);
    assert.match(plan[0]!.detail, /^(SEARCH|SCAN) outbound USING (COVERING )?INDEX outbound_waiting_by_lane/);
  }
});
