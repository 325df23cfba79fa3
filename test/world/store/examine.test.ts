import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { isQuoinError } from '../../../src/protocol/errors/index.ts';
import { examinePostgresStore, examineSqliteStore, openSqliteStore } from '../../../src/world/store/index.ts';
import { noPostgres, postgresDatabase } from '../../support/postgres-server.ts';
import { openTestStore, settingsOf } from '../../support/postgres-store.ts';
import { scratchFolder } from '../../support/scratch.ts';

test('the embedded store is looked at without being made or migrated', async () => {
  const file = join(scratchFolder(), 'quoin.db');
  assert.equal(await examineSqliteStore({ file }), undefined);
  assert.ok(!existsSync(file));
  const store = await openSqliteStore({ file });
  await assert.rejects(
    examineSqliteStore({ file }),
    (error) => isQuoinError(error) && error.code === 'store/in-use',
  );
  await store.close();
  const examined = await examineSqliteStore({ file });
  assert.ok(examined!.schema > 0);
  assert.equal(examined!.schema, examined!.known);
  await (await openSqliteStore({ file })).close();
});

test(
  'a store on PostgreSQL is looked at, empty or not, beside who uses it',
  { skip: noPostgres() },
  async (t) => {
    const empty = settingsOf(await postgresDatabase(t));
    assert.equal((await examinePostgresStore(empty)).schema, 0);
    assert.equal((await examinePostgresStore(empty)).schema, 0, 'looking makes nothing');
    const { url } = await openTestStore(t);
    const { schema, known } = await examinePostgresStore(settingsOf(url));
    assert.ok(schema > 0 && schema === known);
    const away = { ...settingsOf(url), port: 1, connectMs: 5000 };
    await assert.rejects(
      examinePostgresStore(away),
      (error) =>
        isQuoinError(error) && error.code === 'store/unavailable' && error.finding?.advice !== undefined,
    );
  },
);
