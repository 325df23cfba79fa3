import type { ErrorRoom } from './types.ts';

/** The examination of an access point. */
export const doctor: ErrorRoom = {
  about: 'the examination of an access point',
  note: 'What `quoin doctor` raises itself; a check that fails tells the code of whatever refused.',
  codes: {
    'doctor/folder-unusable': {
      seenBy: 'O',
      cause: 'A folder for data cannot be written.',
      cure: 'Give the user that runs Quoin the right to write it, or make room; run the doctor as that user.',
    },
    'doctor/unknown-partner': {
      seenBy: 'O',
      cause: 'A partner that no P-Mode names was to be examined.',
      cure: 'Take a name that `quoin pmode list` shows.',
    },
  },
};
