import type { ErrorRoom } from './types.ts';

/** The bell. */
export const queue: ErrorRoom = {
  about: 'the bell',
  codes: {
    'queue/already-listening': {
      seenBy: 'D',
      cause: 'A queue was given two handlers.',
      cure: 'A defect: report it.',
    },
    'queue/bad-concurrency': {
      seenBy: 'O',
      cause: 'Not a whole number above zero.',
      cure: 'Set `limits.outbound` to 1 or more.',
    },
    'queue/disconnected': {
      seenBy: 'O',
      cause: 'The server of the queue cannot be reached (health is degraded): messages are kept, and wait.',
      cure: 'Bring Redis back; the sweeper rings for everything that waits.',
    },
  },
};
