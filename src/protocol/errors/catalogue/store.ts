import type { ErrorRoom } from './types.ts';

/** The message store. */
export const store: ErrorRoom = {
  about: 'the message store',
  note: 'To backends HTTP 503 with Retry-After, except `store/bad-page`; to partners HTTP 503: they send again.',
  codes: {
    'store/bad-page': {
      seenBy: 'B',
      cause: 'A limit or cursor of a list cannot be (400).',
      cure: 'Use the cursor of the page before.',
    },
    'store/events-gone': {
      seenBy: 'B',
      cause: 'Events after the cursor of a reader are no longer kept (410).',
      cure: 'Begin again without a cursor, and look up in the message lists what was missed.',
    },
    'store/in-use': {
      seenBy: 'O',
      cause: 'Another process has the database open; it is named when it lives.',
      cure: 'Stop it, or give each gateway its own data folder.',
    },
    'store/no-such-move': {
      seenBy: 'D',
      cause: 'A state was to be changed against the state table.',
      cure: 'A defect: report it.',
    },
    'store/no-such-row': {
      seenBy: 'D',
      cause: 'A row of a message is not there.',
      cure: 'A defect: report it.',
    },
    'store/schema-newer': {
      seenBy: 'O',
      cause: 'The database was written by a newer version.',
      cure: 'Run that version, or restore the backup made before the upgrade.',
    },
    'store/tls-file': {
      seenBy: 'O',
      cause: 'A file for TLS to the database server that the database setting names cannot be read.',
      cure: 'Correct the path after sslrootcert, sslcert or sslkey, or its permissions.',
    },
    'store/unavailable': {
      seenBy: 'P B O',
      cause:
        'The database cannot serve: full, locked, read-only, damaged, closed, unreachable, refusing the login. The finding says which.',
      cure: 'See the advice; work goes on by itself when the database serves again.',
    },
    'store/unfit-server': {
      seenBy: 'O',
      cause:
        'The PostgreSQL server cannot keep what a receipt promises: too old, without fsync, or a database that is not in UTF8.',
      cure: 'Upgrade or configure the server as the finding says.',
    },
  },
};
