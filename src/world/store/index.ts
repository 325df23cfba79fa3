/** The message store: one set of statements, an engine for each database. */
export { openSqliteStore } from './sqlite/open.ts';
export type { SqliteSettings } from './sqlite/open.ts';
export { openPostgresStore } from './postgres/open.ts';
export type { PostgresSettings } from './postgres/open.ts';
export { examinePostgresStore, examineSqliteStore } from './examine.ts';
export type { ExaminedStore } from './examine.ts';
