import type { ErrorRoom } from './types.ts';

/** Ourselves. */
export const quoin: ErrorRoom = {
  about: 'ourselves',
  codes: {
    'quoin/defect': {
      seenBy: 'O',
      cause: 'Something failed that nobody foresaw. The partner gets 503 and sends again.',
      cure: 'Report it with the text.',
    },
  },
};
