import type { ErrorRoom } from './types.ts';

/** Telling backends what happens to messages. */
export const notify: ErrorRoom = {
  about: 'telling backends',
  note: 'Of webhooks in the list of their deliveries and in the log; what cannot be connected to is told by the codes of [http](#http-the-doors-and-the-way-out).',
  codes: {
    'notify/cursor-ahead': {
      seenBy: 'B',
      cause:
        'A reader of events gives a cursor that no event has reached (410): the database is not the one it came from.',
      cure: 'Begin again without a cursor; events may be told twice then.',
    },
    'notify/endpoint-failed': {
      seenBy: 'B O',
      cause: 'The endpoint answered 408, 425, 429 or 5xx; the event is sent again.',
      cure: 'Look into the log of the endpoint.',
    },
    'notify/endpoint-gone': {
      seenBy: 'B O',
      cause: 'The endpoint answered 410: it wants no more events. The event was given up.',
      cure: 'Take the webhook out of the configuration or correct its url, then replay what was given up.',
    },
    'notify/endpoint-refused': {
      seenBy: 'B O',
      cause: 'The endpoint answered 4xx; the event is sent again.',
      cure: 'Check that it verifies with the secret configured here, takes this type of event, and answers 2xx.',
    },
    'notify/odd-answer': {
      seenBy: 'B O',
      cause: 'The endpoint answered with a status that says nothing; the event is sent again.',
      cure: 'Check that the url leads to the endpoint of the backend.',
    },
    'notify/redirected': {
      seenBy: 'B O',
      cause: 'The endpoint answered 3xx; redirects are not followed. The event is sent again.',
      cure: 'Write the final address into the url of the webhook.',
    },
    'notify/unknown-webhook': {
      seenBy: 'B',
      cause: 'No webhook of this name is configured (404).',
      cure: 'Use one of the names under webhooks in the configuration.',
    },
  },
};
