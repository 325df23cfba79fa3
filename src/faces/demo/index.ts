/** The demonstration: two access points on this machine carry the user journey for real. */
export { runDemo } from './run-demo.ts';
export { startPair } from './gateways/pair.ts';
export type { Pair, PairOptions } from './gateways/pair.ts';
export { PARTIES } from './gateways/pair-files.ts';
export { startGatewayProcess } from './gateways/gateway-process.ts';
export type { GatewayProcess, LogEvent } from './gateways/gateway-process.ts';
export type * from './world.ts';
export type { ExchangeView } from './exchange-view.ts';
export type { DemoOutcome } from './directory/demo-content.ts';
export { startDirectory } from './directory/directory.ts';
export type { Directory, DirectoryOptions } from './directory/directory.ts';
export type { DirectoryContent } from './directory/directory-answers.ts';
