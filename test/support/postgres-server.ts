import { spawnSync } from 'node:child_process';
import { randomBytes, randomUUID } from 'node:crypto';
import { chownSync, mkdtempSync, readFileSync, rmSync, statfsSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import pg from 'pg';
import { findPostgres, unprivileged } from './find-servers.ts';
import { startGuarded } from './guarded-process.ts';
import type { GuardedProcess } from './guarded-process.ts';
import type { Ending } from './test-pair.ts';

/** Names the server that the test command has started for all test processes; others start their own. */
export const POSTGRES_VARIABLE = 'TEST_POSTGRES_URL';

/** A PostgreSQL server of the tests. */
export interface PostgresServer {
  /** URL of the superuser for one of its databases; `postgres` is there from the beginning. */
  readonly url: (database?: string) => string;
  /** Starts it again on the same data and port. */
  readonly start: () => Promise<void>;
  /** Ends it: SIGTERM lets clients finish, SIGINT disconnects them, SIGQUIT and SIGKILL are crashes. */
  readonly end: (signal: NodeJS.Signals) => Promise<void>;
}

const USER = 'quoin';

/**
 * `false` when there is a PostgreSQL server or one can be started, else the reason to skip: fits the `skip` option of a
 * test. Continuous integration never skips: there the tests fail.
 */
export function noPostgres(): false | string {
  if (process.env[POSTGRES_VARIABLE] || process.env['CI']) return false;
  const found = findPostgres();
  return 'missing' in found ? found.missing : false;
}

let shared: Promise<(database?: string) => string> | undefined;

/** An empty database of the shared server, as a URL; it goes when the test ends. */
export async function postgresDatabase(ending: Ending, options = ''): Promise<string> {
  shared ??= sharedServer();
  const url = await shared;
  const name = `test_${randomUUID().replaceAll('-', '')}`;
  await asSuperuser(url(), `create database ${name} ${options}`);
  ending.after(async () => {
    await asSuperuser(url(), `drop database if exists ${name} with (force)`);
  });
  return url(name);
}

/** Runs one statement on a connection of its own. */
export async function asSuperuser<R extends pg.QueryResultRow>(
  connectionString: string,
  sql: string,
): Promise<R[]> {
  const client = new pg.Client({ connectionString });
  // A server that is killed meanwhile is told by the query.
  client.on('error', () => undefined);
  await client.connect();
  try {
    return (await client.query<R>(sql)).rows;
  } finally {
    await client.end();
  }
}

async function sharedServer(): Promise<(database?: string) => string> {
  const given = process.env[POSTGRES_VARIABLE];
  if (given === undefined || given === '') return (await startPostgres()).url;
  return (database = 'postgres') => {
    const url = new URL(given);
    url.pathname = database;
    return url.href;
  };
}

/**
 * Starts a server, with its data below a folder where it matters which, on a free port of 127.0.0.1, with synced commits and passwords, and waits until it serves. It ends with
 * this process, however that ends.
 */
export async function startPostgres(where: { readonly folder?: string } = {}): Promise<PostgresServer> {
  const found = findPostgres();
  if ('missing' in found) throw new Error(found.missing);
  const folder = dataFolder(where.folder);
  const password = randomBytes(12).toString('hex');
  initialise(found.path, folder, password);
  let port = 0;
  let running: GuardedProcess | undefined;
  const url = (database = 'postgres'): string =>
    `postgres://${USER}:${password}@127.0.0.1:${port}/${database}`;
  const start = async (on: number): Promise<boolean> => {
    port = on;
    running = await launch(found.path, folder, on);
    return await serves(running, url());
  };
  // While it runs the folder is removed by its guard.
  process.once('exit', () => {
    if (running?.hasEnded() !== false) rmSync(folder, { recursive: true, force: true });
  });
  // Between finding a free port and taking it another process may have taken it.
  for (let tries = 0; !(await start(await freePort())); tries += 1)
    if (tries === 4) throw new Error(`PostgreSQL does not start: ${lastLines(folder)}`);
  return {
    url,
    start: async () => {
      if (!(await start(port))) throw new Error(`PostgreSQL does not start again: ${lastLines(folder)}`);
    },
    end: async (signal) => {
      await running?.end(signal);
    },
  };
}

/** In memory where there is room, which makes a sync cheap without leaving it out; on the disk otherwise. */
function dataFolder(below?: string): string {
  const user = unprivileged();
  const roomy = process.platform === 'linux' && free('/dev/shm') > 2 ** 30;
  const folder = mkdtempSync(join(below ?? (roomy ? '/dev/shm' : tmpdir()), 'quoin-test-'));
  if (user !== undefined) chownSync(folder, user.uid, user.gid);
  return folder;
}

function free(path: string): number {
  try {
    const { bavail, bsize } = statfsSync(path);
    return bavail * bsize;
  } catch {
    return 0;
  }
}

function initialise(bin: string, folder: string, password: string): void {
  const secret = join(folder, 'password');
  writeFileSync(secret, `${password}\n`);
  const args = ['-D', join(folder, 'data'), '-U', USER, '-A', 'scram-sha-256', `--pwfile=${secret}`];
  const more = ['-E', 'UTF8', '--locale=C', '--no-sync', '--no-instructions'];
  const { status, stderr, error } = spawnSync(join(bin, 'initdb'), [...args, ...more], {
    cwd: folder,
    encoding: 'utf8',
    ...unprivileged(),
  });
  if (error !== undefined) throw error;
  if (status !== 0) throw new Error(`initdb: ${stderr}`);
}

const SETTINGS = {
  listen_addresses: '127.0.0.1',
  unix_socket_directories: '',
  max_connections: '200',
  shared_buffers: '32MB',
  // A client that gives up before it has logged in holds its database until then: dropping it waits.
  authentication_timeout: '10s',
  timezone: 'UTC',
};

function launch(bin: string, folder: string, port: number): Promise<GuardedProcess> {
  const settings = Object.entries({ ...SETTINGS, port }).flatMap(([name, value]) => [
    '-c',
    `${name}=${value}`,
  ]);
  return startGuarded({
    folder,
    program: join(bin, 'postgres'),
    args: ['-D', join(folder, 'data'), ...settings],
    lastSignal: 'SIGQUIT',
    user: unprivileged(),
  });
}

/** True once it answers, false when it has ended instead. */
async function serves(server: GuardedProcess, url: string): Promise<boolean> {
  while (!server.hasEnded()) {
    const answered = await asSuperuser(url, 'select 1').catch((): undefined => undefined);
    if (answered !== undefined) return true;
    await delay(20);
  }
  return false;
}

/** A port that nobody listens on. */
export async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await new Promise((resolve) => server.once('listening', resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}

function lastLines(folder: string): string {
  return readFileSync(join(folder, 'output.log'), 'utf8').split('\n').slice(-6).join('\n');
}
