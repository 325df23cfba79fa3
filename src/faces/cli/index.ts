/** The command line `quoin`. */
export { runCli } from './run-cli.ts';
export { EXIT } from './terminal.ts';
export type { Terminal } from './terminal.ts';
export type * from './world.ts';
