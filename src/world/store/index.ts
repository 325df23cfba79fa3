import type { PostgresSettings } from './postgres/open.ts';
import type { WholeStore } from './store.ts';

/** The message store: one set of statements, an engine for each database. */
export type { WholeStore } from './store.ts';
export { openSqliteStore } from './sqlite/open.ts';
export type { SqliteSettings } from './sqlite/open.ts';
export type { PostgresSettings } from './postgres/open.ts';
export { examinePostgresStore, examineSqliteStore } from './examine.ts';
export type { ExaminedStore } from './examine.ts';

/** Opens the store on a PostgreSQL server. Its library is loaded when it is first asked for: the embedded store needs none. */
export async function openPostgresStore(settings: PostgresSettings): Promise<WholeStore> {
  const room = await import('./postgres/open.ts');
  return await room.openPostgresStore(settings);
}
