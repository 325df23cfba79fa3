import assert from 'node:assert/strict';
import { mkdirSync, writeFileSync } from 'node:fs';
import { once } from 'node:events';
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import Database from 'libsql';
import { databaseAddress } from '../../src/config/index.ts';
import { openPostgresStore, openSqliteStore } from '../../src/world/store/index.ts';
import { describeBadStarts, givenTo } from '../support/bad-start.ts';
import type { BadStart } from '../support/bad-start.ts';
import { asSuperuser, noPostgres, postgresDatabase } from '../support/postgres-server.ts';

const NOBODY_THERE = 'postgres://quoin:very-secret@127.0.0.1:1/quoin';

const PORTS: readonly BadStart[] = [
  ...(['as4', 'api', 'operations'] as const).map((name): BadStart => ({
    what: `the port of the ${name} listener is taken`,
    spoil: async (place, t) => {
      const port = await takenPort(t);
      const line = place.edit(
        `${name}: { host: 127.0.0.1, port: 0 }`,
        `${name}: { host: 127.0.0.1, port: ${port} }`,
      );
      return {
        says: [
          `127.0.0.1:${port}`,
          'another process listens there',
          `listeners.${name}.port (${place.config}:${line})`,
          'configure another port',
        ],
      };
    },
  })),
  {
    what: 'the last port to be opened is taken: a database has no tables yet',
    skip: noPostgres(),
    spoil: async (_place, t) => {
      const port = String(await takenPort(t));
      const url = await postgresDatabase(t);
      return {
        env: { QUOIN_LISTENERS_AS4_PORT: port, DATABASE_URL: url },
        says: [`127.0.0.1:${port}`, 'listeners.as4.port (environment QUOIN_LISTENERS_AS4_PORT)'],
        atLast: () => noTables(url),
      };
    },
  },
  {
    what: 'an address that this machine does not have',
    spoil: (place) => {
      const line = place.edit(
        'api: { host: 127.0.0.1,',
        'api: { host: 192.0.2.7, token: sixteen-letters-or-more,',
      );
      return {
        says: [
          `listeners.api.host (${place.config}:${line})`,
          'does not have that address',
          'Configure an address',
        ],
      };
    },
  },
];

const SERVERS: readonly BadStart[] = [
  {
    what: 'a database that is not there, named by database',
    spoil: (place) => {
      const line = place.edit('data: data', `data: data\ndatabase: ${NOBODY_THERE}`) + 1;
      return {
        says: [
          'database',
          `${place.config}:${line}`,
          '127.0.0.1:1',
          'ECONNREFUSED',
          'Check that the PostgreSQL server runs',
        ],
      };
    },
  },
  {
    what: 'a database that is not there, named by databaseFile',
    spoil: (place) => {
      writeFileSync(join(place.folder, 'database-url'), `${NOBODY_THERE}\n`);
      const line = place.edit('data: data', `data: data\ndatabaseFile: database-url`) + 1;
      return {
        says: [
          'databaseFile',
          `${place.config}:${line}`,
          'ECONNREFUSED',
          'Check that the PostgreSQL server runs',
        ],
      };
    },
  },
  {
    what: 'a database that is not there, named by DATABASE_URL',
    spoil: () => ({
      env: { DATABASE_URL: NOBODY_THERE },
      says: ['environment DATABASE_URL', 'ECONNREFUSED', 'Check that the PostgreSQL server runs'],
    }),
  },
  {
    what: 'DATABASE_URL that is no such URL',
    spoil: () => ({
      env: { DATABASE_URL: 'mysql://quoin:very-secret@127.0.0.1:1/quoin' },
      says: ['environment DATABASE_URL', 'does not begin with postgres://', 'Write postgres://'],
    }),
  },
  {
    what: 'a login that the database refuses',
    skip: noPostgres(),
    spoil: async (_place, t) => {
      const url = new URL(await postgresDatabase(t));
      url.password = 'very-secret';
      return {
        env: { QUOIN_DATABASE: url.href },
        says: ['environment QUOIN_DATABASE', 'password authentication failed', 'Correct user and password'],
      };
    },
  },
  {
    what: 'Redis that is not there, named by redis',
    spoil: (place) => {
      const line = place.edit('data: data', `data: data\nredis: redis://:very-secret@127.0.0.1:1`) + 1;
      return { says: ['redis', `${place.config}:${line}`, '127.0.0.1:1', 'ECONNREFUSED', 'advice'] };
    },
  },
  {
    what: 'Redis that is not there, named by REDIS_URL, beside a database',
    skip: noPostgres(),
    spoil: async (_place, t) => {
      const url = await postgresDatabase(t);
      return {
        env: { REDIS_URL: 'redis://:very-secret@127.0.0.1:1', DATABASE_URL: url },
        says: ['environment REDIS_URL', 'ECONNREFUSED', 'advice'],
        atLast: () => noTables(url),
      };
    },
  },
];

const STORES: readonly BadStart[] = [
  {
    what: 'an embedded store that newer code has written',
    spoil: async (place) => {
      const file = join(place.folder, 'data', 'quoin.db');
      await (await openSqliteStore({ file })).close();
      newerSqlite(file);
      return {
        says: [file, 'newer version', 'schema 999', 'Run the newer version, or restore the backup'],
        atLast: () => Promise.resolve(assert.equal(newestSqlite(file), 999)),
      };
    },
  },
  {
    what: 'a database that newer code has written',
    skip: noPostgres(),
    spoil: async (_place, t) => {
      const url = await postgresDatabase(t);
      await (await openPostgresStore({ ...databaseAddress(() => url), applicationName: 'newer' })).close();
      await asSuperuser(url, `insert into store_schema values (999, 'later', 0)`);
      return {
        env: { DATABASE_URL: url },
        says: [
          'environment DATABASE_URL',
          'newer version',
          'schema 999',
          'Run the newer version, or restore the backup',
        ],
        atLast: async () => {
          const rows = await asSuperuser<{ version: number }>(
            url,
            'select max(version) as version from store_schema',
          );
          assert.equal(rows[0]?.version, 999);
        },
      };
    },
  },
  {
    what: 'an embedded store that another process has open',
    spoil: async (place, t) => {
      const file = join(place.folder, 'data', 'quoin.db');
      const store = await openSqliteStore({ file });
      t.after(() => store.close());
      return { says: [file, `process ${process.pid}`, 'Stop that process first'] };
    },
  },
  {
    what: 'a file that is no database',
    spoil: (place) => {
      const file = join(place.folder, 'letter.txt');
      writeFileSync(file, 'Dear reader, '.repeat(1000));
      const line = place.edit('data: data', `data: data\nstore: letter.txt`) + 1;
      return { says: [file, `${place.config}:${line}`, 'SQLITE_NOTADB', 'not a database'] };
    },
  },
  {
    what: 'a data folder below a file',
    spoil: (place) => {
      const line = place.edit('data: data', 'data: quoin.yaml/data');
      return { says: [`${place.config}:${line}`, 'ENOTDIR', 'Check that'] };
    },
  },
  {
    what: 'a data folder that this user may not write in',
    spoil: (place) => {
      const data = join(place.folder, 'data');
      const user = givenTo(place.folder);
      mkdirSync(data, { mode: 0o555 });
      return { user, says: [data, 'EACCES', 'this user may write'] };
    },
  },
  {
    what: 'a payload folder that this user may not write in',
    spoil: (place) => {
      const payloads = join(place.folder, 'payloads');
      const line = place.edit('data: data', 'data: data\npayloads: payloads') + 1;
      const user = givenTo(place.folder);
      mkdirSync(payloads, { mode: 0o555 });
      return { user, says: [payloads, `${place.config}:${line}`, 'EACCES', 'this user may write'] };
    },
  },
  {
    what: 'a payload folder below a file',
    spoil: (place) => {
      const line = place.edit('data: data', 'data: data\npayloads: quoin.yaml/payloads') + 1;
      return { says: [`${place.config}:${line}`, 'payloads', 'ENOTDIR', 'Check that'] };
    },
  },
];

async function noTables(url: string): Promise<void> {
  const sql = 'select tablename from pg_tables where schemaname = current_schema()';
  assert.deepEqual(await asSuperuser(url, sql), []);
}

/** A port that somebody listens on until the test ends. */
async function takenPort(t: TestContext): Promise<number> {
  const server = createServer((socket) => socket.destroy()).listen(0, '127.0.0.1');
  await once(server, 'listening');
  t.after(() => void server.close());
  return (server.address() as AddressInfo).port;
}

function newerSqlite(file: string): void {
  const database = new Database(file);
  database.exec(`insert into store_schema values (999, 'later', 0)`);
  database.close();
}

function newestSqlite(file: string): unknown {
  const database = new Database(file);
  const row = database.prepare('select max(version) as version from store_schema').get() as {
    version: number;
  };
  database.close();
  return row.version;
}

describeBadStarts('surroundings that serve cannot work in', [...PORTS, ...SERVERS, ...STORES]);
