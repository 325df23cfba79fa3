import { QuoinError } from '../protocol/errors/index.ts';
import type { PlainAnswer } from '../world/http/index.ts';
import type { Opening } from './making.ts';
import type { SpaceGuard } from './space-guard.ts';

/** Rejects with the reason why no new submission can be taken now, whoever it is for. */
export function submissionGuard(
  { config, backlog }: Pick<Opening, 'config' | 'backlog'>,
  space: SpaceGuard,
): () => Promise<void> {
  return async () => {
    const free = await space.lacking();
    if (free !== undefined) throw lowSpace(free, config.limits.freeSpaceBytes);
    await backlog.mayTake();
  };
}

function lowSpace(free: number, keptFree: number): QuoinError {
  return new QuoinError(
    'submit/low-space',
    'The disk of the payloads is nearly full; nothing new is taken.',
    {
      finding: {
        check: 'free-space',
        expected: `at least ${keptFree} bytes free`,
        found: String(free),
        advice:
          'Submit again later. Operators: free space on the disk of the payload folder; limits.freeSpace is the limit.',
      },
    },
  );
}

/** The answer to partners while there is too little space: they keep their message and push it again. */
export function messageGuard(space: SpaceGuard): () => Promise<PlainAnswer | undefined> {
  return async () =>
    (await space.lacking()) === undefined
      ? undefined
      : {
          status: 503,
          headers: { 'Retry-After': '60' },
          text: 'This access point cannot take messages at the moment. Please try again later.',
        };
}
