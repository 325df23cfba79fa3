import { sql } from 'kysely';
import type { Transaction } from 'kysely';
import { QuoinError } from '../../../protocol/errors/index.ts';
import type { Finding } from '../../../protocol/errors/index.ts';
import type { Tables } from '../tables.ts';

/** What a server says of itself. */
interface ServerFacts {
  /** 150007 is 15.7. */
  readonly number: number;
  readonly version: string;
  readonly encoding: string;
  readonly fsync: string;
  readonly schema: string | null;
  readonly standby: boolean;
}

/** A condition that the server must meet; `hit` tells what was found instead. */
interface Condition {
  readonly code: 'store/unfit-server' | 'store/unavailable';
  readonly check: string;
  readonly expected: string;
  readonly hit: (facts: ServerFacts) => string | undefined;
  readonly advice: string;
}

const CONDITIONS: readonly Condition[] = [
  {
    code: 'store/unfit-server',
    check: 'server-version',
    expected: 'PostgreSQL 15 or newer',
    hit: ({ number, version }) => (number >= 150_000 ? undefined : `PostgreSQL ${version}`),
    advice: 'Upgrade the database server.',
  },
  {
    code: 'store/unavailable',
    check: 'primary-server',
    expected: 'a server that can write',
    hit: ({ standby }) => (standby ? 'a standby' : undefined),
    advice: 'Point the database setting at the primary server.',
  },
  {
    code: 'store/unfit-server',
    check: 'server-encoding',
    expected: 'a database in UTF8',
    hit: ({ encoding }) => (encoding === 'UTF8' ? undefined : encoding),
    advice: "Create it with: create database NAME encoding 'UTF8' template template0.",
  },
  {
    code: 'store/unfit-server',
    check: 'server-syncs',
    expected: 'fsync = on',
    hit: ({ fsync }) => (fsync === 'on' ? undefined : `fsync = ${fsync}`),
    advice:
      'Set fsync = on at the database server: a receipt promises that the message survives a power cut.',
  },
  {
    code: 'store/unfit-server',
    check: 'schema-exists',
    expected: 'a schema for the tables',
    hit: ({ schema }) => (schema === null ? 'none of the schemas in search_path' : undefined),
    advice: 'Create the schema that search_path of the database user names.',
  },
];

/** Refuses a server that cannot keep what is promised: `store/unfit-server`, or `store/unavailable` for a standby. */
export async function checkServer(transaction: Transaction<Tables>): Promise<void> {
  const { rows } = await sql<ServerFacts>`
    select current_setting('server_version_num')::integer as number, current_setting('server_version') as version,
      current_setting('server_encoding') as encoding, current_setting('fsync') as fsync,
      current_schema()::text as schema, pg_is_in_recovery() as standby`.execute(transaction);
  for (const condition of CONDITIONS) {
    const found = condition.hit(rows[0]!);
    if (found !== undefined) throw unfit(condition, found);
  }
}

function unfit({ code, check, expected, advice }: Condition, found: string): QuoinError {
  const finding: Finding = { check, field: 'database', expected, found, advice };
  if (code === 'store/unavailable')
    return new QuoinError('store/unavailable', 'The message store cannot serve.', { finding });
  return new QuoinError('store/unfit-server', 'The database server cannot keep the message store.', {
    finding,
  });
}
