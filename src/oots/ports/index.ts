/** What the evidence exchange asks of the world: types only. */
export type * from './exchange-store.ts';
export type * from './http-fetch.ts';
export type * from './name-service.ts';
export type * from './preview-store.ts';
