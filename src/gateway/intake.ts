import { QuoinError } from '../protocol/errors/index.ts';
import type { Intake } from '../msh/index.ts';
import { formatSize, roundSize } from '../protocol/pmode/index.ts';
import type { PlainAnswer } from '../world/http/index.ts';
import type { SpaceGuard } from './space-guard.ts';

/** Whether new submissions may be taken: while the disk has room, and the backlog lets them in. */
export function submissionIntake(backlog: Intake, space: SpaceGuard, keptFree: number): Intake {
  return {
    mayTake: async () => {
      const free = await space.lacking();
      if (free !== undefined) throw lowSpace(free, keptFree);
      await backlog.mayTake();
    },
    mayTakeFor: (partner) => backlog.mayTakeFor(partner),
  };
}

function lowSpace(free: number, keptFree: number): QuoinError {
  return new QuoinError(
    'submit/low-space',
    'The disk of the payloads is nearly full; nothing new is taken.',
    {
      finding: {
        check: 'free-space',
        expected: `at least ${formatSize(keptFree)} free`,
        found: roundSize(free),
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
