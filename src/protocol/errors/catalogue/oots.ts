import type { ErrorRoom } from './types.ts';

/** The evidence exchange of the demonstration. */
export const oots: ErrorRoom = {
  about: 'the evidence exchange of the demonstration',
  codes: {
    'oots/missing-value': {
      seenBy: 'O',
      cause: 'An evidence request lacks a value the demonstration needs.',
      cure: 'Add it to the request.',
    },
    'oots/not-a-request': {
      seenBy: 'O',
      cause: 'The document is no evidence request.',
      cure: 'Send a RegRep QueryRequest.',
    },
  },
};
