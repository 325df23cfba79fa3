/** The command line `quoin`. */
export { runCli } from './run-cli.ts';
export { commandManual, environmentManual } from './command-manual.ts';
export type { ManualPage, ManualTerm } from './manual.ts';
export { exchangeLines } from './exchange-lines.ts';
export { EXIT, EXIT_MEANINGS } from './terminal.ts';
export type { Terminal } from './terminal.ts';
export type * from './world.ts';
