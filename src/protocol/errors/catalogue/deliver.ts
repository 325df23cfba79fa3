import type { ErrorRoom } from './types.ts';

/** Giving a message to a backend. */
export const deliver: ErrorRoom = {
  about: 'giving a message to a backend',
  codes: {
    'deliver/leased': {
      seenBy: 'B',
      cause: 'Another consumer works on the message, or the lease shown is not the one it has (409).',
      cure: 'Lease it again; acknowledge before the lease ends.',
    },
    'deliver/not-taken': {
      seenBy: 'B',
      cause: 'Only a message that the backend has taken can be delivered again (409).',
      cure: 'One in RECEIVED waits in the inbox; a deleted one must be sent again by the partner.',
    },
  },
};
