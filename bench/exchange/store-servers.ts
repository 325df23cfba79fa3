import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { chmodSync } from 'node:fs';
import { join } from 'node:path';
import { asSuperuser, noPostgres, startPostgres } from '../../test/support/postgres-server.ts';
import { noRedis, startRedis } from '../../test/support/redis-server.ts';

/** One PostgreSQL and one Redis for two access points, each with a database of its own. */
export interface StoreServers {
  /** The configuration of each party on databases that are new. */
  readonly configurations: () => Promise<(party: string) => string>;
  readonly stop: () => Promise<void>;
}

/** Starts both servers, PostgreSQL with its data on the disk of the temporary folder; a reason where one is missing. */
export async function startStoreServers(): Promise<StoreServers | string> {
  const missing = noPostgres() || noRedis();
  if (missing !== false) return missing;
  const folder = mkdtempSync(join(tmpdir(), 'quoin-bench-pg-'));
  chmodSync(folder, 0o755);
  const postgres = await startPostgres({ folder });
  const redis = await startRedis();
  let runs = 0;
  return {
    configurations: async () => {
      runs += 1;
      const name = (party: string): string => `bench_${runs}_${party.toLowerCase()}`;
      for (const party of ['AP_XA_01', 'AP_XB_01'])
        await asSuperuser(postgres.url(), `create database ${name(party)}`);
      return (party) => `database: ${postgres.url(name(party))}\nredis: ${redis.url}/${runs}\n`;
    },
    stop: async () => {
      await redis.stop();
      await postgres.end('SIGINT');
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
