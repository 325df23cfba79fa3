import assert from 'node:assert/strict';
import { chmodSync, mkdirSync, readdirSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import type { TestContext } from 'node:test';
import { openSqliteStore } from '../../../src/world/store/index.ts';
import { MIGRATIONS } from '../../../src/world/store/migrations/index.ts';
import { openSqlite } from '../../../src/world/store/sqlite/open.ts';
import type { SqliteBinding } from '../../../src/world/store/sqlite/driver.ts';
import { createStore } from '../../../src/world/store/store.ts';
import type { MessageStore } from '../../../src/msh/ports/index.ts';
import type { QuoinError } from '../../../src/protocol/errors/index.ts';
import { journalEntry, newInbound, newOutbound, receipt } from '../../support/records.ts';
import { scratchFolder } from '../../support/scratch.ts';

/** A store together with the binding below it, to upset it. */
async function openBoth(
  t: TestContext,
  file = join(scratchFolder(), 'quoin.db'),
  journalEntries = 1000,
): Promise<{ store: MessageStore; binding: SqliteBinding; file: string }> {
  const engine = openSqlite({ file, lockWait: 0 });
  const store = await createStore(engine, { journalEntries });
  t.after(() => Promise.allSettled([store.close()]));
  return { store, binding: engine.binding, file };
}

const pragma = (binding: SqliteBinding, name: string): unknown =>
  Object.values((binding.pragma(name) as object[])[0]!)[0];

test('every commit is synced, references are enforced, and nobody else may open', async (t) => {
  const { binding } = await openBoth(t);
  assert.equal(pragma(binding, 'synchronous'), 2);
  assert.equal(pragma(binding, 'journal_mode'), 'wal');
  assert.equal(pragma(binding, 'foreign_keys'), 1);
  assert.equal(pragma(binding, 'locking_mode'), 'exclusive');
});

test('what a killed process had claimed is due at the next start; what consumers have leased stays theirs', async (t) => {
  const file = join(scratchFolder(), 'quoin.db');
  const store = await openSqliteStore({ file });
  const sent = newOutbound();
  const received = newInbound();
  await store.openWebhooks(['hook'], 1);
  await store.insertOutbound(sent);
  await store.insertInbound(received);
  const now = sent.submittedAt;
  await store.claimOutbound(sent.rowId, now, 300_000);
  const lease = { leaseId: 'l', consumer: 'c', now, until: now + 300_000, limit: 1, filter: {} };
  assert.equal((await store.leaseInbound(lease)).length, 1);
  const told = { wants: () => true, now, windowMs: 600_000 };
  await store.fanOut('hook', told);
  assert.equal((await store.claimDeliveries('hook', now, 300_000, 10)).length, 1);
  await store.close();
  const next = await openSqliteStore({ file });
  t.after(() => next.close());
  assert.deepEqual(await next.dueOutbound(now, 10), [sent.rowId]);
  assert.equal((await next.claimDeliveries('hook', now, 300_000, 10)).length, 1);
  const again = await next.claimOutbound(sent.rowId, now, 300_000);
  assert.equal(again?.attempts, 2, 'the attempt stays counted');
  assert.equal((await next.getInbound(received.rowId))?.lease?.until, now + 300_000);
});

test('database and folder are for this user only', async (t) => {
  const file = join(scratchFolder(), 'data', 'quoin.db');
  const { store } = await openBoth(t, file);
  await store.insertInbound(newInbound());
  for (const name of readdirSync(join(file, '..'))) {
    assert.equal(statSync(join(file, '..', name)).mode & 0o777, 0o600, name);
  }
  assert.equal(statSync(join(file, '..')).mode & 0o777, 0o700);
});

test('a second opening in the same process is refused, and free again after close', async (t) => {
  const { store, file } = await openBoth(t);
  await assert.rejects(openSqliteStore({ file, lockWait: 0 }), (error: QuoinError) => {
    assert.equal(error.code, 'store/in-use');
    assert.match(error.message, new RegExp(`process ${process.pid} on `));
    return true;
  });
  await store.check();
  await store.close();
  const next = await openSqliteStore({ file, lockWait: 0 });
  await next.close();
  assert.deepEqual(readdirSync(join(file, '..')), ['quoin.db']);
});

test('the note of a process that is gone neither keeps anybody out nor is believed', async (t) => {
  const file = join(scratchFolder(), 'quoin.db');
  const gone = {
    pid: 2 ** 22 + 1,
    host: (await import('node:os')).hostname(),
    since: '2026-01-01T00:00:00.000Z',
  };
  writeFileSync(`${file}.owner`, JSON.stringify(gone));
  await openBoth(t, file);
  for (const note of [JSON.stringify(gone), 'rubbish', '{"pid":"1"}']) {
    writeFileSync(`${file}.owner`, note);
    await assert.rejects(openSqliteStore({ file, lockWait: 0 }), {
      code: 'store/in-use',
      message: 'The database is in use by another program.',
    });
  }
});

test('a database of newer code is refused and left as it is', async (t) => {
  const { store, binding, file } = await openBoth(t);
  const message = newInbound();
  await store.insertInbound(message);
  binding.exec("insert into store_schema (version, name, applied_at) values (99, '099-future', 0)");
  await store.close();
  await assert.rejects(openSqliteStore({ file, lockWait: 0 }), (error: QuoinError) => {
    assert.equal(error.code, 'store/schema-newer');
    assert.equal(error.finding?.found, 'schema 99');
    return true;
  });
  const engine = openSqlite({ file, lockWait: 0 });
  engine.binding.exec('delete from store_schema where version = 99');
  const again = await createStore(engine, { journalEntries: 10 });
  assert.ok(await again.getInbound(message.rowId));
  await again.close();
});

test('migrations run once', async (t) => {
  const { store, file } = await openBoth(t);
  await store.close();
  const { binding } = await openBoth(t, file);
  assert.equal(binding.prepare('select * from store_schema').all([]).length, MIGRATIONS.length);
});

test('a migration that fails leaves nothing behind', async (t) => {
  const file = join(scratchFolder(), 'quoin.db');
  const engine = openSqlite({ file, lockWait: 0 });
  engine.binding.exec('create table journal (in_the_way integer)');
  await assert.rejects(createStore(engine, { journalEntries: 10 }), /journal/);
  const again = openSqlite({ file, lockWait: 0 });
  t.after(() => again.binding.close());
  const tables = again.binding.prepare("select name from sqlite_master where type = 'table'").all([]);
  assert.deepEqual(tables, [{ name: 'journal' }]);
});

test('a full disk: nothing changes, the fault is named, and work goes on once there is room', async (t) => {
  const { store, binding } = await openBoth(t);
  await store.insertOutbound(newOutbound());
  binding.pragma(`max_page_count = ${Number(pragma(binding, 'page_count'))}`);
  const big = newInbound({ receipt: receipt({ bytes: Buffer.alloc(300_000, 1) }) });
  await assert.rejects(store.insertInbound(big), (error: QuoinError) => {
    assert.equal(error.code, 'store/unavailable');
    assert.equal(error.finding?.found, 'SQLITE_FULL');
    return true;
  });
  assert.equal(await store.getInbound(big.rowId), undefined);
  assert.equal((await store.referencedPayloads([big.parts[0]!.payload])).size, 0);
  binding.pragma('max_page_count = 1000000');
  assert.equal((await store.insertInbound(big)).outcome, 'fresh');
});

test('full in the middle of a transaction: the parts of it that went through are undone', async (t) => {
  const { store, binding } = await openBoth(t);
  const parts = Array.from({ length: 60 }, (_, index) => ({
    ...newInbound().parts[0]!,
    payload: String(index),
    properties: [{ name: 'long', value: 'x'.repeat(5000) }],
  }));
  binding.pragma(`max_page_count = ${Number(pragma(binding, 'page_count')) + 20}`);
  const message = newInbound({ parts });
  await assert.rejects(store.insertInbound(message), { code: 'store/unavailable' });
  assert.equal(await store.getInbound(message.rowId), undefined);
  binding.pragma('max_page_count = 1000000');
  assert.equal((await store.insertInbound(message)).outcome, 'fresh');
});

test('a check finds a database that can be read but not written', async (t) => {
  const { store, binding } = await openBoth(t);
  await store.check();
  binding.pragma('query_only = on');
  await assert.rejects(store.check(), { code: 'store/unavailable' });
  assert.deepEqual(await store.listInbound({}, { limit: 1 }), { items: [] });
  binding.pragma('query_only = off');
  await store.check();
});

test('a database closed under the store is a fault, not a defect', async (t) => {
  const { store, binding } = await openBoth(t);
  binding.close();
  await assert.rejects(store.getInbound('x'), { code: 'store/unavailable' });
  await assert.rejects(store.insertInbound(newInbound()), { code: 'store/unavailable' });
});

test('a defect of ours is not dressed up as a fault of the database', async (t) => {
  const { store } = await openBoth(t);
  const first = newOutbound();
  await store.insertOutbound(first);
  const sameRow = newOutbound({ rowId: first.rowId });
  await assert.rejects(store.insertOutbound(sameRow), { code: 'SQLITE_CONSTRAINT_UNIQUE' });
  await assert.rejects(store.insertOutbound(newOutbound({ messageId: 'half\ud800' })), TypeError);
  await assert.rejects(
    store.insertOutbound(newOutbound({ submittedAt: true as unknown as number })),
    TypeError,
  );
  assert.equal((await store.insertOutbound(newOutbound())).outcome, 'kept');
});

test('what is no database, or has no folder to be in, is named at opening', async (t) => {
  const folder = scratchFolder();
  const rubbish = join(folder, 'rubbish.db');
  writeFileSync(rubbish, 'this is not a database '.repeat(1000));
  await assert.rejects(openSqliteStore({ file: rubbish }), (error: QuoinError) => {
    assert.equal(error.code, 'store/unavailable');
    assert.equal(error.finding?.found, 'SQLITE_NOTADB');
    return true;
  });
  await assert.rejects(openSqliteStore({ file: join(rubbish, 'below', 'quoin.db') }), {
    code: 'store/unavailable',
  });
  mkdirSync(join(folder, 'directory.db'));
  await assert.rejects(openSqliteStore({ file: join(folder, 'directory.db') }), {
    code: 'store/unavailable',
  });
  if (process.getuid?.() === 0) return;
  t.after(() => chmodSync(folder, 0o700));
  chmodSync(folder, 0o500);
  await assert.rejects(openSqliteStore({ file: join(folder, 'new.db') }), { code: 'store/unavailable' });
});

test('the journal cannot grow without end', async (t) => {
  const { store, binding } = await openBoth(t, undefined, 50);
  for (let index = 0; index < 420; index += 1) await store.appendJournal(journalEntry({ at: index }));
  const [{ rows }] = binding.prepare('select count(*) as rows from journal').all([]) as [{ rows: number }];
  assert.ok(rows >= 50 && rows <= 100, `${rows} rows`);
  assert.equal((await store.listJournal({}, { limit: 1 })).items[0]?.at, 419);
});

test('due rows, orphans, inbox and journal are found by index', async (t) => {
  const { binding } = await openBoth(t);
  const questions = [
    "select row_id from outbound where pmode_id = 'p' and leg = 'request' and next_attempt_at <= 5 order by next_attempt_at, seq limit 10",
    "select 1 from inbound_parts join inbound on inbound.row_id = inbound_parts.row_id where payload in ('a','b') and state != 'DELETED'",
    "select * from inbound where deliverable = 1 and state = 'RECEIVED' order by seq limit 10",
    "select * from inbound where message_id = 'm' order by seq",
    "select * from outbound where state = 'SEND_FAILURE' order by seq desc limit 10",
    "select * from outbound where conversation_id = 'c' order by seq desc limit 10",
    "select * from journal where message_id = 'm' order by seq desc limit 10",
    "select * from events where seq > 5 and conversation_id = 'c' order by seq limit 10",
    "select * from events where seq > 5 and message_id = 'm' order by seq limit 10",
    "select seq from webhook_deliveries where webhook = 'w' and state = 'PENDING' and next_attempt_at <= 5 order by seq limit 10",
    "select seq from webhook_deliveries where webhook = 'w' and conversation_id = 'c' and state = 'PENDING' and seq < 5",
    "select * from webhook_deliveries where webhook = 'w' order by seq desc limit 10",
    'delete from events where seq <= 5',
  ];
  for (const question of questions) {
    const plan = binding.prepare(`explain query plan ${question}`).all([]) as { detail: string }[];
    const steps = plan.map((step) => step.detail);
    assert.ok(
      steps.every((step) => step.startsWith('SEARCH') || step === 'USE TEMP B-TREE FOR ORDER BY'),
      `${question}: ${steps.join('; ')}`,
    );
  }
});
