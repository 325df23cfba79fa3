import { isLoopback } from '../protocol/pmode/index.ts';
import type { ConfigCheck, ConfigDraft } from './check-table.ts';
import { tracingChecks } from './checks-tracing.ts';
import { readDatabaseUrl } from './database-url.ts';
import type { ReadDatabaseUrl } from './database-url.ts';

/** What speaks against a text as URL of a Redis server; it may hold a password, so it is never repeated. */
function redisUrlFault(text: string): string | undefined {
  if (!URL.canParse(text)) return 'the URL of the Redis server cannot be read';
  const { protocol, hostname, pathname } = new URL(text);
  if (!/^rediss?:$/.test(protocol))
    return 'the URL of the Redis server does not begin with redis:// or rediss://';
  if (hostname === '') return 'the URL of the Redis server names no host';
  if (!/^\/?\d*$/.test(pathname))
    return 'the URL of the Redis server ends in something that is no number of a database';
  return undefined;
}

/** What the database setting says; an empty file is told by the check for files of secrets. */
function readDatabase({ config: { database } }: ConfigDraft): ReadDatabaseUrl | undefined {
  const text = database?.();
  return text === undefined || text === '' ? undefined : readDatabaseUrl(text);
}

const databasePath = ({ written }: ConfigDraft): readonly string[] => [
  written.database === undefined ? 'databaseFile' : 'database',
];

/** Checks of the servers that the gateway works with. */
export const serverChecks: readonly ConfigCheck[] = [
  {
    name: 'database-url',
    severity: 'error',
    about: 'The PostgreSQL database is named by a URL with user and name.',
    advice:
      'Write postgres://USER:PASSWORD@HOST:PORT/NAME?sslmode=verify-full, in DATABASE_URL too; @ / : # ? % in a password as %40 %2F %3A %23 %3F %25.',
    run: (draft) => {
      const read = readDatabase(draft);
      return read !== undefined && 'fault' in read
        ? [{ path: databasePath(draft), message: read.fault }]
        : [];
    },
  },
  {
    name: 'one-store',
    severity: 'error',
    about: 'Messages are kept in the embedded store or in PostgreSQL, not in both.',
    advice: 'Remove store, or database.',
    run: ({ written, config }) =>
      written.store === undefined || config.database === undefined
        ? []
        : [{ path: ['store'], message: 'a file of the embedded store and a database are given' }],
  },
  {
    name: 'database-uses-tls',
    severity: 'warning',
    about:
      'Messages and the password reach a database on another machine over TLS, from a server that is known.',
    advice:
      'Add ?sslmode=verify-full to the URL, or let only a network between that nobody else can listen to.',
    run: (draft) => {
      const read = readDatabase(draft);
      if (read === undefined || 'fault' in read) return [];
      const { host, tls } = read.address;
      if (host.startsWith('/') || isLoopback(host) || (tls !== undefined && tls.verify !== 'none')) return [];
      const how = tls === undefined ? 'without TLS' : 'over TLS with whoever answers';
      return [{ path: databasePath(draft), message: `the database on ${host} is spoken to ${how}` }];
    },
  },
  {
    name: 'redis-url',
    severity: 'error',
    about: 'The Redis server of the queue is named by a URL.',
    advice:
      'Write redis://USER:PASSWORD@HOST:PORT/DATABASE, rediss:// with TLS; only the host must be there, and @ / : # in a password as %40 %2F %3A %23.',
    run: ({ config: { redis }, written }) => {
      const text = redis?.();
      // An empty file is told by the check for files of secrets.
      const fault = text === undefined || text === '' ? undefined : redisUrlFault(text);
      return fault === undefined
        ? []
        : [{ path: [written.redis === undefined ? 'redisFile' : 'redis'], message: fault }];
    },
  },
  ...tracingChecks,
];
