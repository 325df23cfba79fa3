import type { ErrorRoom } from './types.ts';

/** Explaining a captured message. */
export const inspect: ErrorRoom = {
  about: 'explaining a captured message',
  codes: {
    'inspect/not-here': {
      seenBy: 'D',
      cause: 'Inspecting reached for the network or the store.',
      cure: 'A defect: report it.',
    },
  },
};
