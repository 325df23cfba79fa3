/** The public face of the Message Service Handler. */
export type * from './ports/index.ts';
export type * from './types.ts';
