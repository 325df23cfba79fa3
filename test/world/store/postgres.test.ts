import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { TestContext } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { inspect } from 'node:util';
import pg from 'pg';
import { openPostgresStore } from '../../../src/world/store/index.ts';
import type { PostgresSettings } from '../../../src/world/store/index.ts';
import { openPostgres } from '../../../src/world/store/postgres/open.ts';
import { createStore } from '../../../src/world/store/store.ts';
import type { MessageStore } from '../../../src/msh/ports/index.ts';
import type { QuoinError } from '../../../src/protocol/errors/index.ts';
import { asSuperuser, noPostgres, postgresDatabase } from '../../support/postgres-server.ts';
import { openTestStore, settingsOf } from '../../support/postgres-store.ts';
import { attempt, journalEntry, newInbound, newOutbound, receipt } from '../../support/records.ts';

const skip = noPostgres();
const T = 1_772_000_000_000;

/** Two nodes on one database. */
async function openTwo(t: TestContext): Promise<{ one: MessageStore; two: MessageStore; url: string }> {
  const { store: one, url } = await openTestStore(t);
  const two = await openPostgresStore(settingsOf(url));
  t.after(() => two.close());
  return { one, two, url };
}

/** A connection of our own into the database, to upset it. */
async function connect(t: TestContext, connectionString: string): Promise<pg.Client> {
  const client = new pg.Client({ connectionString });
  client.on('error', () => undefined);
  await client.connect();
  t.after(() => client.end());
  return client;
}

/** Refused with this code; the finding says what is expected of it. */
async function refused(
  opening: Promise<unknown>,
  code: string,
  found: RegExp,
  advice: RegExp,
): Promise<QuoinError> {
  const error = await opening.then(
    () => assert.fail('opened'),
    (reason: unknown) => reason as QuoinError,
  );
  assert.equal(error.code, code);
  assert.match(error.finding?.found ?? '', found);
  assert.match(error.finding?.advice ?? '', advice);
  return error;
}

test(
  'every commit is synced whatever the role says, and statements see what others committed',
  { skip },
  async (t) => {
    const url = await postgresDatabase(t);
    const name = new URL(url).pathname.slice(1);
    for (const setting of [
      'synchronous_commit = off',
      "default_transaction_isolation = 'serializable'",
      "statement_timeout = '7s'",
    ])
      await asSuperuser(url, `alter database ${name} set ${setting}`);
    const engine = openPostgres(settingsOf(url));
    const store = await createStore(engine, { journalEntries: 10 });
    t.after(() => store.close());
    await store.check();
    // A change of the probe tells what held for the statement that made it.
    await asSuperuser(
      url,
      `create function tell() returns trigger language plpgsql as $$ begin
       raise exception '% % %', current_setting('synchronous_commit'), current_setting('transaction_isolation'),
         current_setting('statement_timeout');
     end $$;
     create trigger tell before update on store_probe for each row execute function tell()`,
    );
    await assert.rejects(store.check(), /on read committed 15s/);
  },
);

test('identifiers compare by their bytes in a database of any collation', { skip }, async (t) => {
  const url = await postgresDatabase(t);
  const store = await openPostgresStore(settingsOf(url));
  t.after(() => store.close());
  const rows = await asSuperuser<{ table_name: string; column_name: string }>(
    url,
    `select table_name, column_name from information_schema.columns
     where table_schema = 'public' and data_type = 'text' and collation_name is distinct from 'C'`,
  );
  assert.deepEqual(rows, []);
  const texts = await asSuperuser(
    url,
    `select 1 from information_schema.columns where table_schema = 'public' and data_type = 'text'`,
  );
  assert.ok(texts.length > 20);
});

test('of two nodes exactly one claims each row, and every row is claimed', { skip }, async (t) => {
  const { one, two } = await openTwo(t);
  const messages = Array.from({ length: 60 }, () => newOutbound());
  await Promise.all(messages.map((message, i) => (i % 2 ? one : two).insertOutbound(message)));
  const rows = await one.dueOutbound(T, 100);
  assert.equal(rows.length, 60);
  const claims = await Promise.all(
    rows.flatMap((row) => [one.claimOutbound(row, T, 1000), two.claimOutbound(row, T, 1000)]),
  );
  const taken = claims.filter((claim) => claim !== undefined).map((claim) => claim.rowId);
  assert.deepEqual(taken.toSorted(), rows.toSorted());
});

test(
  'of two nodes one keeps a message that arrives at both, and both tell the same receipt',
  { skip },
  async (t) => {
    const { one, two } = await openTwo(t);
    for (let round = 0; round < 20; round += 1) {
      const copies = [newInbound({ messageId: `m${round}` }), newInbound({ messageId: `m${round}` })];
      const results = await Promise.all([one.insertInbound(copies[0]!), two.insertInbound(copies[1]!)]);
      assert.deepEqual(results.map(({ outcome }) => outcome).toSorted(), ['duplicate', 'fresh']);
      assert.equal(results[0].message.rowId, results[1].message.rowId);
    }
  },
);

test('nodes that start at once migrate once', { skip }, async (t) => {
  const url = await postgresDatabase(t);
  const stores = await Promise.all(Array.from({ length: 6 }, () => openPostgresStore(settingsOf(url))));
  t.after(() => Promise.all(stores.map((store) => store.close())));
  const versions = await asSuperuser<{ version: number }>(url, 'select version from store_schema order by 1');
  assert.deepEqual(
    versions.map(({ version }) => version),
    versions.map((_, index) => index + 1),
  );
  await Promise.all(stores.map((store) => store.insertInbound(newInbound())));
});

test('a node that waits for a long migration of another outlives its own time limit', { skip }, async (t) => {
  const { url } = await openTestStore(t);
  const client = await connect(t, url);
  await client.query('begin');
  await client.query(`select pg_advisory_xact_lock(${0x51_75_6f_69_6e})`);
  const opening = openPostgresStore(settingsOf(url, { statementMs: 1000 }));
  await delay(7000);
  await client.query('commit');
  const store = await opening;
  await store.check();
  await store.close();
});

test('a database of newer code is refused and left as it is', { skip }, async (t) => {
  const { store, url } = await openTestStore(t);
  await store.insertInbound(newInbound());
  await asSuperuser(url, "insert into store_schema (version, name, applied_at) values (99, '099-future', 0)");
  await refused(openPostgresStore(settingsOf(url)), 'store/schema-newer', /schema 99/, /newer version/);
  await store.check();
});

test('a migration that fails leaves nothing behind', { skip }, async (t) => {
  const url = await postgresDatabase(t);
  await asSuperuser(url, 'create table journal (in_the_way integer)');
  await assert.rejects(openPostgresStore(settingsOf(url)), /journal/);
  const tables = await asSuperuser(url, "select tablename from pg_tables where schemaname = 'public'");
  assert.deepEqual(tables, [{ tablename: 'journal' }]);
});

test(
  'why a server cannot be used is named with what to do, and no password anywhere',
  { skip },
  async (t) => {
    const url = await postgresDatabase(t);
    const settings = settingsOf(url);
    const name = settings.name;
    const cases: readonly (readonly [string, Partial<PostgresSettings>, string, RegExp, RegExp])[] = [
      ['password', { password: () => 'wrong-secret' }, 'store/unavailable', /28P01/, /user and password/],
      ['no password', { password: undefined }, 'store/unavailable', /password/, /user and password/],
      ['user', { user: 'nobody' }, 'store/unavailable', /28P01/, /user and password/],
      ['database', { name: 'absent' }, 'store/unavailable', /3D000/, /Create the database/],
      ['port', { port: 1 }, 'store/unavailable', /ECONNREFUSED.*127\.0\.0\.1:1/, /server runs/],
      ['host', { host: 'absent.invalid' }, 'store/unavailable', /ENOTFOUND|EAI_AGAIN/, /host and port|DNS/],
      ['tls', { tls: { verify: 'full' } }, 'store/unavailable', /SSL/, /sslmode=disable/],
      [
        'tls file',
        { tls: { verify: 'full', authorities: '/absent/ca.pem' } },
        'store/tls-file',
        /\/absent\/ca\.pem: ENOENT/,
        /path/,
      ],
    ];
    for (const [what, wrong, code, found, advice] of cases) {
      await t.test(what, async () => {
        const error = await refused(openPostgresStore({ ...settings, ...wrong }), code, found, advice);
        const told = [
          error.message,
          JSON.stringify(error),
          String(error.stack),
          inspect(error, { depth: 20, showHidden: true }),
        ].join('\n');
        assert.ok(!told.includes(settings.password!()) && !told.includes('wrong-secret'));
      });
    }
    await asSuperuser(url, `alter database ${name} set default_transaction_read_only = on`);
    await refused(openPostgresStore(settings), 'store/unavailable', /25006/, /primary/);
  },
);

test('a database that is not in UTF8 is refused', { skip }, async (t) => {
  const url = await postgresDatabase(t, "encoding 'LATIN1' lc_collate 'C' lc_ctype 'C' template template0");
  await refused(openPostgresStore(settingsOf(url)), 'store/unfit-server', /LATIN1/, /UTF8/);
});

test('a user who may not make tables is told so', { skip }, async (t) => {
  const url = await postgresDatabase(t);
  const user = `guest_${Date.now()}`;
  await asSuperuser(url, `create role ${user} login password 'guest'`);
  const settings = settingsOf(url, { user, password: () => 'guest' });
  await refused(openPostgresStore(settings), 'store/unavailable', /42501/, /own the database/);
  await asSuperuser(url, `drop role ${user}`);
});

test('too many connections are a fault of the moment', { skip }, async (t) => {
  const { store, url } = await openTestStore(t);
  await asSuperuser(url, `alter database ${new URL(url).pathname.slice(1)} connection limit 0`);
  const user = `crowd_${Date.now()}`;
  await asSuperuser(url, `create role ${user} login password 'crowd' connection limit 0`);
  t.after(async () => void (await asSuperuser(url, `drop role ${user}`).catch(() => undefined)));
  await refused(
    openPostgresStore(settingsOf(url, { user, password: () => 'crowd' })),
    'store/unavailable',
    /53300/,
    /databaseConnections/,
  );
  await store.check();
});

test(
  'a connection ended in the middle of a transaction changes nothing, and the next works',
  { skip },
  async (t) => {
    const { store, url } = await openTestStore(t);
    const blocker = await connect(t, url);
    const message = newInbound({ messageId: 'blocked' });
    await blocker.query('begin');
    await blocker.query('lock table inbound_parts in access exclusive mode');
    const running = store.insertInbound(message).catch((error: unknown) => error as QuoinError);
    // The first statement of the transaction has gone through once the second one waits.
    const waiting = `select pid from pg_stat_activity where wait_event_type = 'Lock' and application_name = 'quoin-test' and datname = current_database()`;
    let pids: { pid: number }[] = [];
    while (pids.length === 0) pids = await asSuperuser<{ pid: number }>(url, waiting);
    await asSuperuser(url, `select pg_terminate_backend(${pids[0]!.pid})`);
    const error = (await running) as QuoinError;
    assert.equal(error.code, 'store/unavailable');
    assert.match(error.finding?.found ?? '', /57P01/);
    await blocker.query('rollback');
    assert.equal(await store.getInbound(message.rowId), undefined);
    assert.equal((await store.insertInbound(message)).outcome, 'fresh');
  },
);

test('connections ended while they are idle cost nobody anything', { skip }, async (t) => {
  const { store, url } = await openTestStore(t);
  await Promise.all(Array.from({ length: 8 }, () => store.insertInbound(newInbound())));
  await asSuperuser(
    url,
    `select pg_terminate_backend(pid) from pg_stat_activity where application_name = 'quoin-test' and datname = current_database()`,
  );
  const served = async (): Promise<boolean> =>
    await store.check().then(
      () => true,
      (error: QuoinError) => {
        assert.equal(error.code, 'store/unavailable');
        return false;
      },
    );
  while (!(await served())) await delay(10);
  await Promise.all(Array.from({ length: 8 }, () => store.insertInbound(newInbound())));
});

test(
  'a statement that waits too long for others is given up, and its connection serves on',
  { skip },
  async (t) => {
    const url = await postgresDatabase(t);
    const store = await openPostgresStore(settingsOf(url, { statementMs: 300, connections: 1 }));
    t.after(() => store.close());
    const blocker = await connect(t, url);
    await blocker.query('begin');
    await blocker.query('lock table store_probe');
    await assert.rejects(store.check(), (error: QuoinError) => {
      assert.equal(error.code, 'store/unavailable');
      assert.match(error.finding?.found ?? '', /57014/);
      return true;
    });
    await blocker.query('rollback');
    await store.check();
  },
);

test('a deadlock is resolved by doing the undone one again', { skip }, async (t) => {
  const { store, url } = await openTestStore(t);
  const [first, second] = [newOutbound(), newOutbound()];
  await store.insertOutbound(first);
  await store.insertOutbound(second);
  // The update of each message waits for the other one's and then asks for its row: a deadlock, however slow both are.
  await asSuperuser(
    url,
    `create sequence arrivals;
     create function cross_over() returns trigger language plpgsql as $$ begin
       perform nextval('arrivals');
       while (select last_value from arrivals) < 2 loop
         perform pg_sleep(0.01);
       end loop;
       perform 1 from outbound where row_id <> new.row_id for update;
       return new;
     end $$;
     create trigger c after update of leased_until on outbound for each row execute function cross_over()`,
  );
  const claims = await Promise.all(
    [first, second].map((message) => store.claimOutbound(message.rowId, T, 1000)),
  );
  assert.ok(claims.every((claim) => claim?.attempts === 1));
  const [counted] = await asSuperuser<{ arrivals: number }>(
    url,
    'select last_value::integer as arrivals from arrivals',
  );
  assert.equal(counted!.arrivals, 3, 'one of the two came again');
});

test('a node whose prepared statements another one outdates serves on', { skip }, async (t) => {
  const { store, url } = await openTestStore(t);
  const message = newInbound();
  await store.insertInbound(message);
  for (let i = 0; i < 20; i += 1) await store.getInbound(message.rowId);
  await asSuperuser(url, 'alter table inbound add column later text');
  for (let i = 0; i < 20; i += 1)
    assert.equal((await store.getInbound(message.rowId))?.messageId, message.messageId);
});

test('a defect of ours is not dressed up as a fault of the database', { skip }, async (t) => {
  const { store } = await openTestStore(t);
  const first = newOutbound();
  await store.insertOutbound(first);
  const sameRow = newOutbound({ rowId: first.rowId });
  await assert.rejects(store.insertOutbound(sameRow), { code: '23505' });
  for (const wrong of [{ messageId: 'half\ud800' }, { messageId: 'nul\0' }, { submittedAt: 1.5 }])
    await assert.rejects(store.insertOutbound(newOutbound(wrong)), TypeError);
  assert.equal((await store.insertOutbound(newOutbound())).outcome, 'kept');
});

test(
  'what an unproven message claims fits an index, however little it can be compressed',
  { skip },
  async (t) => {
    const { store } = await openTestStore(t);
    const messageId = Array.from({ length: 6000 }, (_, i) =>
      String.fromCodePoint(0x4e00 + ((i * 7919) % 20_000)),
    ).join('');
    await store.appendJournal(journalEntry({ messageId }));
    assert.equal((await store.listJournal({ messageId }, { limit: 1 })).items.length, 1);
  },
);

test('the journal cannot grow without end', { skip }, async (t) => {
  const url = await postgresDatabase(t);
  const store = await openPostgresStore(settingsOf(url, { journalEntries: 50 }));
  t.after(() => store.close());
  for (let index = 0; index < 220; index += 1) await store.appendJournal(journalEntry({ at: index }));
  const [counted] = await asSuperuser<{ rows: string }>(url, 'select count(*) as rows from journal');
  assert.ok(Number(counted!.rows) >= 50 && Number(counted!.rows) <= 100, `${counted!.rows} rows`);
});

test('sums and bytes come back as they were, at their limits too', { skip }, async (t) => {
  const { store } = await openTestStore(t);
  const message = newOutbound({ submittedAt: Number.MAX_SAFE_INTEGER - 1 });
  assert.equal((await store.insertOutbound(message)).message.submittedAt, Number.MAX_SAFE_INTEGER - 1);
  const bytes = Buffer.from(Array.from({ length: 256 }, (_, i) => i));
  const inbound = newInbound({ receipt: receipt({ bytes }) });
  await store.insertInbound(inbound);
  assert.deepEqual((await store.getInbound(inbound.rowId))?.receipt.bytes, bytes);
  const sent = newOutbound();
  await store.insertOutbound(sent);
  await store.claimOutbound(sent.rowId, T, 5);
  assert.equal(await store.settleAttempt(sent.rowId, attempt(), { state: 'SEND_FAILURE', at: T }), true);
});
