import type { ErrorRoom } from './types.ts';

/** The demonstration. */
export const demo: ErrorRoom = {
  about: 'the demonstration',
  codes: {
    'demo/call-failed': {
      seenBy: 'O',
      cause: 'An access point of the demonstration refused a call, or did not answer.',
      cure: 'See the text and its log.',
    },
    'demo/citizen-lost': {
      seenBy: 'O',
      cause: 'The citizen of the demonstration got another page than comes next, or none.',
      cure: 'See the story above it, and the logs of both access points.',
    },
    'demo/folder-not-ours': {
      seenBy: 'O',
      cause: 'The folder holds files that no demonstration made; it would be emptied.',
      cure: 'Name a new or empty folder.',
    },
    'demo/gateway-ended': {
      seenBy: 'O',
      cause: 'An access point of the demonstration could not start, or ended.',
      cure: 'See its last words and its log.',
    },
    'demo/still-running': {
      seenBy: 'O',
      cause: 'Another demonstration runs in this folder.',
      cure: 'End it, or name another folder.',
    },
    'demo/unanswerable-request': {
      seenBy: 'O',
      cause: 'An evidence request lacks a value the provider of the demonstration needs, or is none.',
      cure: 'Send a request that has it.',
    },
  },
};
