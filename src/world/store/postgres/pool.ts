import { readFileSync } from 'node:fs';
import type { ConnectionOptions } from 'node:tls';
import pg from 'pg';
import { QuoinError } from '../../../protocol/errors/index.ts';

/** How the server proves itself, and we to it; paths of PEM files. */
export interface PostgresTls {
  /** `full`: chain and host name; `chain`: the chain only; `none`: encrypted for whoever answers. */
  readonly verify: 'full' | 'chain' | 'none';
  /** The authorities instead of those that come with Node. */
  readonly authorities?: string | undefined;
  readonly certificate?: string | undefined;
  readonly key?: string | undefined;
}

/** Where the database is and how to log in. */
export interface PostgresAddress {
  /** Name, IP address, or the folder of a socket. */
  readonly host: string;
  readonly port: number;
  readonly user: string;
  readonly password?: (() => string) | undefined;
  readonly name: string;
  readonly tls?: PostgresTls | undefined;
  /** Shown by the server beside each connection. */
  readonly applicationName: string;
}

/** How the pool behaves. */
export interface PoolSettings {
  readonly address: PostgresAddress;
  /** Connections at most. */
  readonly connections: number;
  /** ms for one statement, waiting for locks included. */
  readonly statementMs: number;
  /** ms to get a connection, new or free. */
  readonly connectMs: number;
}

/** A connection is replaced after this time, so that a new address or password is in use everywhere some time. */
const LIFETIME_S = 1800;

const IDLE_MS = 60_000;

/**
 * What holds on every connection, whatever server, database or role say: a commit is on disk when it is answered (a server
 * that asks its standbys too may go on doing so), statements see what others have committed, nothing waits for ever.
 */
const SESSION = `select
  set_config('synchronous_commit',
    case current_setting('synchronous_commit') when 'remote_apply' then 'remote_apply' else 'on' end, false),
  set_config('default_transaction_isolation', 'read committed', false),
  set_config('statement_timeout', $1, false),
  set_config('idle_in_transaction_session_timeout', '30s', false)`;

/** A pool whose connections keep promises; the first one is made when it is needed. Throws `store/tls-file`. */
export function createPool({ address, connections, statementMs, connectMs }: PoolSettings): pg.Pool {
  const { host, port, user, password, name, tls, applicationName } = address;
  const pool = new pg.Pool({
    host,
    port,
    user,
    ...(password === undefined ? {} : { password }),
    database: name,
    ssl: tls === undefined ? false : tlsOptions(tls),
    application_name: applicationName,
    max: connections,
    connectionTimeoutMillis: connectMs,
    idleTimeoutMillis: IDLE_MS,
    maxLifetimeSeconds: LIFETIME_S,
    keepAlive: true,
    keepAliveInitialDelayMillis: 10_000,
    // The pool waits for what this returns, although its type does not say so.
    // eslint-disable-next-line @typescript-eslint/no-misused-promises
    onConnect: (client) => client.query(SESSION, [String(statementMs)]),
  });
  // An idle connection that is lost is replaced when one is needed; whoever needs it then is told if that fails.
  pool.on('error', () => undefined);
  return pool;
}

function tlsOptions({ verify, authorities, certificate, key }: PostgresTls): ConnectionOptions {
  return {
    rejectUnauthorized: verify !== 'none',
    ...(verify === 'full' ? {} : { checkServerIdentity: () => undefined }),
    ...(authorities === undefined ? {} : { ca: read('sslrootcert', authorities) }),
    ...(certificate === undefined ? {} : { cert: read('sslcert', certificate) }),
    ...(key === undefined ? {} : { key: read('sslkey', key) }),
  };
}

function read(parameter: string, file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    throw new QuoinError('store/tls-file', `The file that ${parameter} names cannot be read.`, {
      finding: {
        check: 'database-tls-file',
        field: `database (${parameter})`,
        expected: 'a PEM file that this user may read',
        found: `${file}: ${(error as NodeJS.ErrnoException).code ?? 'unreadable'}`,
        advice: 'Correct the path in the database setting, or its permissions.',
      },
      cause: error,
    });
  }
}
