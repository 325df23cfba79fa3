import { randomUUID } from 'node:crypto';
import { timeOrderedUuid } from '../../protocol/ebms/index.ts';
import type { Nature } from '../../msh/ports/index.ts';

/** The real clock, and UUIDs that nobody can guess and that sort by it. */
export const systemNature: Nature = {
  now: () => Date.now(),
  uuid: () => timeOrderedUuid(Date.now(), randomUUID()),
};
