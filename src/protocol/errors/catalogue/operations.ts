import type { ErrorRoom } from './types.ts';

/** The door of the operators. */
export const operations: ErrorRoom = {
  about: 'the door of the operators',
  note: 'The `code` of `/health/ready` is one of these, or that of the part that keeps the access point from serving.',
  codes: {
    'operations/defect': {
      seenBy: 'D',
      cause: 'A page could not be made (500).',
      cure: 'Report it with the line `operations/page-failed` of the log.',
    },
    'operations/method-not-allowed': {
      seenBy: 'O',
      cause: 'A page was asked for by another method than GET (405).',
      cure: 'Use GET.',
    },
    'operations/no-such-page': {
      seenBy: 'O',
      cause: 'There is no such page (404).',
      cure: 'The pages are listed at `/`.',
    },
    'operations/probe-timeout': {
      seenBy: 'O',
      cause: 'Looking at a part took too long; until it answers it counts as down.',
      cure: 'Look at the part that is named: its disk, its server, the network to it.',
    },
    'operations/starting': {
      seenBy: 'O',
      cause: 'The access point has not opened its doors yet (503).',
      cure: 'Wait; if it lasts, the log says what it waits for.',
    },
    'operations/stopping': {
      seenBy: 'O',
      cause: 'The access point was told to stop (503).',
      cure: 'Nothing: what runs finishes, nothing new is taken.',
    },
  },
};
