import { databaseAddress } from '../config/index.ts';
import type { Config } from '../config/index.ts';
import { isQuoinError } from '../protocol/errors/index.ts';
import { examineRedis } from '../world/queue/index.ts';
import { examinePostgresStore, examineSqliteStore } from '../world/store/index.ts';
import type { ExaminedStore } from '../world/store/index.ts';
import type { Patient } from './patient.ts';
import type { Check, Verdict } from './types.ts';
import { count } from './verdicts.ts';

/** What the access point stands on: the database and the queue. */
export const SERVER_CHECKS: readonly Check<Patient>[] = [
  {
    name: 'database',
    asks: 'whether the database answers and has a schema this version knows; nothing is migrated',
    needs: ['configuration'],
    run: (patient) => (patient.config!.database === undefined ? embedded(patient) : shared(patient.config!)),
  },
  {
    name: 'queue',
    asks: 'whether the Redis server of the queue answers and keeps the rules of production',
    needs: ['configuration'],
    run: queue,
  },
];

/** Without its server nothing starts; what runs goes on with less. */
async function queue({ config, isRunning }: Patient): Promise<Verdict> {
  const { redis } = config!;
  if (redis === undefined) return { outcome: 'ok', found: 'within the process; several nodes need Redis' };
  try {
    return { outcome: 'ok', found: `${await examineRedis(redis())} answers and fits` };
  } catch (error) {
    if (!isQuoinError(error) || error.code !== 'queue/redis-unreachable' || !(await isRunning())) throw error;
    return {
      outcome: 'warning',
      found: error.message,
      advice:
        'Each node that runs sends what it has by itself meanwhile, and none could start again: start the server, or correct redis.',
    };
  }
}

async function shared({ database, times }: Config): Promise<Verdict> {
  const address = databaseAddress(database!);
  const examined = await examinePostgresStore({
    ...address,
    applicationName: 'quoin doctor',
    statementMs: times.statementMs,
    connectMs: times.connectMs,
  });
  return {
    outcome: 'ok',
    found: `PostgreSQL at ${address.host}:${address.port}/${address.name}, ${schemaText(examined)}`,
  };
}

async function embedded({ config, isRunning }: Patient): Promise<Verdict> {
  const { storeFile: file } = config!;
  try {
    const examined = await examineSqliteStore({ file });
    if (examined === undefined) return { outcome: 'ok', found: `${file} will be made at the first start` };
    return { outcome: 'ok', found: `${file}, ${schemaText(examined)}` };
  } catch (error) {
    if (!isQuoinError(error) || error.code !== 'store/in-use') throw error;
    const found = `${file} is in use by ${error.finding?.found ?? 'another program'}`;
    if (await isRunning()) return { outcome: 'ok', found };
    return {
      outcome: 'warning',
      found,
      advice: 'If that is the access point, say where its API is with --api; if not, it could not start.',
    };
  }
}

function schemaText({ schema, known }: ExaminedStore): string {
  if (schema === known) return `schema ${schema}`;
  return `schema ${schema}; ${count(known - schema, 'migration')} will run at the next start`;
}
