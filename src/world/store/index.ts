/** The message store: one set of statements, an engine for each database. */
export { openSqliteStore } from './sqlite/open.ts';
export type { SqliteSettings } from './sqlite/open.ts';
