import type { ErrorCode } from '../../protocol/errors/index.ts';

/** What an answer of an endpoint means. */
export interface AnswerClass {
  readonly from: number;
  readonly to: number;
  readonly outcome: 'delivered' | 'retry' | 'given-up';
  /** The whole endpoint fails, not this event only: others need not be tried at the same time. */
  readonly endpoint: boolean;
  readonly code?: ErrorCode;
  readonly says: string;
  readonly advice: string;
}

const retry = (
  from: number,
  to: number,
  endpoint: boolean,
  code: ErrorCode,
  says: string,
  advice: string,
): AnswerClass => ({ from, to, outcome: 'retry', endpoint, code, says, advice });

const busy = [
  'notify/endpoint-failed',
  'cannot take the event now',
  'Look into the log of the endpoint; the event is sent again.',
] as const;

/** Answers by HTTP status, the first row that fits; the last fits all. */
export const ANSWER_CLASSES: readonly AnswerClass[] = [
  { from: 200, to: 299, outcome: 'delivered', endpoint: false, says: 'took the event', advice: '' },
  retry(
    300,
    399,
    true,
    'notify/redirected',
    'wants to send us elsewhere, and redirects are not followed',
    'Write the final address into the url of the webhook.',
  ),
  retry(408, 408, true, ...busy),
  {
    from: 410,
    to: 410,
    outcome: 'given-up',
    endpoint: false,
    code: 'notify/endpoint-gone',
    says: 'wants no more events',
    advice:
      'Take the webhook out of the configuration, or correct its url; what was given up can be replayed.',
  },
  retry(425, 425, true, ...busy),
  retry(429, 429, true, ...busy),
  retry(
    400,
    499,
    false,
    'notify/endpoint-refused',
    'refuses the event',
    'Check that the endpoint verifies with the secret configured here, takes this type of event, and answers 2xx.',
  ),
  retry(500, 599, true, ...busy),
  retry(
    0,
    999,
    true,
    'notify/odd-answer',
    'answers with a status that says nothing',
    'Check that the url leads to the endpoint of the backend.',
  ),
];

/** The class of an answer. */
export function answerClass(status: number): AnswerClass {
  return ANSWER_CLASSES.find(({ from, to }) => from <= status && status <= to) ?? ANSWER_CLASSES.at(-1)!;
}
