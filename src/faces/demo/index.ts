/** The demonstration: two access points on this machine exchange evidence for real. */
export { runDemo } from './run-demo.ts';
export { startPair } from './pair.ts';
export type { Pair, PairOptions } from './pair.ts';
export { PARTIES } from './pair-files.ts';
export { startGatewayProcess } from './gateway-process.ts';
export type { GatewayProcess, LogEvent } from './gateway-process.ts';
export { backendAt } from './api.ts';
export type * from './world.ts';
export { startDirectory } from './directory.ts';
export type { Directory, DirectoryOptions } from './directory.ts';
export type { DirectoryContent } from './directory-answers.ts';
