import * as z from 'zod';
import { count, duration, files, path, secret, text } from './setting-kinds.ts';
import { WEBHOOK_EVENTS } from './webhook-events.ts';

const names = (what: string) =>
  z
    .array(text(1024))
    .min(1, 'must have an entry')
    .max(200, 'must have at most 200 entries')
    .optional()
    .describe(what);

/** Settings of one endpoint of a backend. */
export const webhook = z.strictObject({
  name: text(63)
    .regex(/^[a-z0-9][a-z0-9-]*$/, 'must be small letters, digits and hyphens')
    .optional()
    .describe('What it is called in the API and the log. What it was told is kept under this name.'),
  url: text(2048).optional().describe('Where events are sent, https.'),
  secret: secret('What signs the events, 32 characters or more; a file is better.'),
  secretFile: path('File that holds the secret; a second line holds the one before while it is changed.'),
  headersFile: path(
    'File with headers the endpoint wants, a line each: `Authorization: Bearer ...` for example.',
  ),
  events: z
    .array(z.enum(WEBHOOK_EVENTS))
    .min(1, 'must have an entry')
    .max(WEBHOOK_EVENTS.length, `must have at most ${WEBHOOK_EVENTS.length} entries`)
    .optional()
    .describe('What is told; everything about messages, and nothing about exchanges, when left out.'),
  actions: names('Only messages with these actions.'),
  partners: names('Only messages from or to these parties of the P-Modes.'),
  parties: names('Only messages sent for these (originalSender) or received for these (finalRecipient).'),
  allowPrivate: z
    .boolean()
    .optional()
    .describe(
      'Allow addresses of private networks and of this machine; otherwise they are never connected to.',
    ),
  authorities: files('PEM files with the authorities of its certificate; those of Node when left out.'),
  timeout: duration('How long an attempt may take; 10s when left out.'),
  concurrency: count(1, 100, 'Attempts under way at the same time; 4 when left out.'),
  retry: z
    .strictObject({
      first: duration('Pause after the first failure; each pause is twice the one before. 5s when left out.'),
      longest: duration('Longest pause; 1h when left out.'),
      window: duration('How long a delivery that always fails is tried; 24h when left out.'),
    })
    .optional()
    .describe('When a failed delivery is tried again.'),
});
