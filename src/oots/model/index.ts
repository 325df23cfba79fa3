/** The documents of the exchange as plain objects: readonly, and what JSON can carry. */
export type * from './basics.ts';
export type * from './kept.ts';
export type * from './persons.ts';
export type * from './request.ts';
export type * from './response.ts';
export type * from './error-response.ts';
export { EXCEPTIONS } from './error-response.ts';
