import type { ErrorRoom } from './types.ts';

/** The command line. */
export const cli: ErrorRoom = {
  about: 'the command line',
  note: 'On standard error, with `--json` as one JSON object. Exit codes: 1 it did not succeed, 2 wrong usage or file, 3 no access point answers, 4 not found. Errors of the API keep their own code.',
  codes: {
    'cli/connection-lost': {
      seenBy: 'O',
      cause: 'The connection ended before the answer came.',
      cure: 'Look at the log of the access point, then ask for the status or send again.',
    },
    'cli/download-incomplete': {
      seenBy: 'O',
      cause: 'A part did not arrive whole. Nothing was saved.',
      cure: 'Download it again.',
    },
    'cli/file-changed': {
      seenBy: 'O',
      cause: 'A file changed while it was being sent. Nothing was kept.',
      cure: 'Send a file nobody writes to.',
    },
    'cli/file-unusable': {
      seenBy: 'O',
      cause: 'A file or folder that the command names cannot be used.',
      cure: 'Correct path or rights.',
    },
    'cli/no-access-point': {
      seenBy: 'O',
      cause: 'No access point answers at this address.',
      cure: 'Start it, or say where it is: `--api`, `--config` or `QUOIN_API`.',
    },
    'cli/not-the-api': {
      seenBy: 'O',
      cause: 'What answers is not the API of an access point.',
      cure: 'Check the address; a proxy may stand there.',
    },
    'cli/usage': { seenBy: 'O', cause: 'The command line is wrong.', cure: 'Read `quoin COMMAND --help`.' },
  },
};
