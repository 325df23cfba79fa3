import type { ErrorRoom } from './types.ts';

/** The payload files. */
export const payloads: ErrorRoom = {
  about: 'the payload files',
  codes: {
    'payloads/bad-handle': {
      seenBy: 'D',
      cause: 'Something that is no handle was asked for.',
      cure: 'A defect: report it.',
    },
    'payloads/little-space': {
      seenBy: 'O',
      cause:
        'Less than 1 GiB, or than twice `limits.freeSpace`, is free on the disk of the payload folder (health is degraded).',
      cure: 'Free space: below `limits.freeSpace` nothing new is taken.',
    },
    'payloads/no-space': {
      seenBy: 'P B O',
      cause: 'The disk of the payload folder is full (503).',
      cure: 'Free space; nothing is lost.',
    },
    'payloads/not-found': {
      seenBy: 'B O',
      cause: 'A payload that a row names is not there (410).',
      cure: 'Restore store and payload folder of the same moment.',
    },
    'payloads/unavailable': {
      seenBy: 'P B O',
      cause: 'The payload folder cannot serve (503).',
      cure: 'Check folder, rights and disk.',
    },
    'payloads/writer-ended': {
      seenBy: 'D',
      cause: 'A payload was written after its end.',
      cure: 'A defect: report it.',
    },
  },
};
