import { createBacklog } from '../msh/index.ts';
import type { Opening } from './making.ts';

/** Rejects with the reason why no new submission can be taken now. */
export function submissionGuard({ config, world }: Pick<Opening, 'config' | 'world'>): () => Promise<void> {
  return createBacklog(world, config.limits.backlog);
}
