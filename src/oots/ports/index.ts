/** What the evidence exchange asks of the world. */
export type * from './exchange-store.ts';
