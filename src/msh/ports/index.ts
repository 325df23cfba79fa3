/** What the MSH asks of the world: types, and the table of states as data. Each method says what is durable when it resolves. */
export type * from './payload-store.ts';
export type * from './records.ts';
export type * from './message-store.ts';
export type * from './event-store.ts';
export type * from './counting-store.ts';
export type * from './delivery-store.ts';
export type * from './partner-store.ts';
export type * from './node-registry.ts';
export type * from './store.ts';
export type * from './webhook-sender.ts';
export type * from './inbox-store.ts';
export type * from './search.ts';
export type * from './queue.ts';
export type * from './transport.ts';
export type * from './key-ring.ts';
export type * from './observer.ts';
export { CLAIMABLE_STATES, FINAL_STATES, MOVES, OPERATOR_MOVES, mayMove } from './states.ts';
export type { MessageState } from './states.ts';
