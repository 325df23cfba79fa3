import { randomUUID } from 'node:crypto';
import type { Nature } from '../../msh/ports/index.ts';

/** The real clock and real random UUIDs. */
export const systemNature: Nature = {
  now: () => Date.now(),
  uuid: () => randomUUID(),
};
