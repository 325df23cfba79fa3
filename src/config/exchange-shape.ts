import * as z from 'zod';
import { duration } from './setting-kinds.ts';

/** Settings of evidence exchanges. */
export const exchanges = z.strictObject({
  record: z
    .boolean()
    .optional()
    .describe('Whether evidence exchanges are followed, with a log of their documents.'),
  keep: duration('How long documents are kept in the log; the law asks for twelve months.'),
  answerWithin: duration('How long a request waits for its answer (T1 of the TDD).'),
  previewWithin: duration('How long a citizen may take to open the preview (T2).'),
  decideWithin: duration('How long a citizen may take to decide in the preview (T3).'),
  previewLink: duration(
    'How long a preview link that is made here can be opened; previewWithin when left out, and at most.',
  ),
  previewSession: duration(
    'How long an opened preview can be decided in; decideWithin when left out, and at most.',
  ),
  patience: duration('How much longer than the provider the requester waits.'),
  answerOverdue: z
    .boolean()
    .optional()
    .describe('Whether requests that nobody answered in time are answered with EDM:ERR:0005 here.'),
});
