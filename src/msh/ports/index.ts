/** What the MSH asks of the world: types only. Each method says what is durable when it resolves. */
export type * from './payload-store.ts';
export type * from './records.ts';
export type * from './message-store.ts';
export type * from './queue.ts';
export type * from './transport.ts';
export type * from './key-ring.ts';
export type * from './observer.ts';
