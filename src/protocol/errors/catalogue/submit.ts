import type { ErrorRoom } from './types.ts';

/** Taking a message from a backend. */
export const submit: ErrorRoom = {
  about: 'taking a message from a backend',
  note: 'The backend gets problem+json: 422, or the status named. Against the agreement means the violation of the rooms above is told now, before the partner would. Nothing is kept.',
  codes: {
    'submit/against-agreement': {
      seenBy: 'B',
      cause: 'The message does not fit its P-Mode; the finding has the check.',
      cure: 'See the check under `as4` above.',
    },
    'submit/ambiguous-pmode': {
      seenBy: 'B',
      cause: 'Several legs fit what was submitted.',
      cure: 'Add the field the advice names: the P-Mode, the service, the receiver.',
    },
    'submit/backlog-full': {
      seenBy: 'B O',
      cause:
        'As many messages as `limits.backlog` wait to be sent, half of them or more for this partner; or twice as many at all (503). The text says how many, and for whom.',
      cure: 'Submit again after `Retry-After`. Operators: `quoin partners list` shows what keeps them.',
    },
    'submit/conversation-mismatch': {
      seenBy: 'B',
      cause: 'A reply names another conversation than the message it answers.',
      cure: 'Leave conversationId out.',
    },
    'submit/duplicate-message-id': {
      seenBy: 'B',
      cause: 'The MessageId or Idempotency-Key was submitted before with other content (409).',
      cure: 'Leave messageId out, or send the same content again; a new message needs a new key.',
    },
    'submit/duplicate-property': {
      seenBy: 'B',
      cause: 'A message property is given twice.',
      cure: 'Give it once.',
    },
    'submit/reserved-id': {
      seenBy: 'B',
      cause:
        'The messageId has the form that is kept for Idempotency-Keys: 64 hex digits at the domain of our ids.',
      cure: 'Leave it out, or put a UUID before the @.',
    },
    'submit/invalid-document': {
      seenBy: 'B',
      cause:
        'The P-Mode refuses invalid documents (`documentCheck`), and this one breaks the schema or a business rule; `document.findings` has each rule with its place ([oots.md](oots.md)). In the journal also where the P-Mode only warns or observes.',
      cure: 'Correct what the findings name, and submit again.',
    },
    'submit/invalid-id': {
      seenBy: 'B',
      cause: 'An id is too long, has spaces, brackets or control characters.',
      cure: 'Correct it; a UUID is best.',
    },
    'submit/invalid-part': {
      seenBy: 'B',
      cause:
        'A Content-ID is repeated, a part property that the gateway sets itself is given, or a part compresses better than `limits.gzipRatio`, which receivers take for a bomb.',
      cure: 'Correct the part named.',
    },
    'submit/low-space': {
      seenBy: 'B O',
      cause:
        'Less than `limits.freeSpace` is free on the disk of the payload folder (503). Partners get 503 too, and readiness is 503.',
      cure: 'Free space there; within seconds messages are taken again.',
    },
    'submit/missing-part': {
      seenBy: 'B',
      cause: 'A declared part did not come (400).',
      cure: 'Send the bytes of every part.',
    },
    'submit/no-test-leg': {
      seenBy: 'B O',
      cause: 'The party or P-Mode of a ping is unknown or has no leg for the test service.',
      cure: 'Name one that has; profile `oots` brings it.',
    },
    'submit/reply-without-reference': {
      seenBy: 'B',
      cause: 'A Two-Way reply does not name its request.',
      cure: 'Set refToMessageId.',
    },
    'submit/too-large': {
      seenBy: 'B',
      cause: "A part or the message exceeds the leg's `payload` limits (413).",
      cure: 'Split it, or agree on more.',
    },
    'submit/undeclared-part': {
      seenBy: 'B',
      cause: 'A part came that was not declared, or came twice (400).',
      cure: 'Declare each part once.',
    },
    'submit/unknown-action': {
      seenBy: 'B',
      cause: 'No P-Mode sends this action; the nearest is suggested.',
      cure: 'Correct it, or load the P-Mode.',
    },
    'submit/unknown-agreement': {
      seenBy: 'B',
      cause: 'No P-Mode has this AgreementRef.',
      cure: 'Leave it out unless it was agreed.',
    },
    'submit/unknown-mpc': { seenBy: 'B', cause: 'No leg uses this channel.', cure: 'Leave it out.' },
    'submit/unknown-party': {
      seenBy: 'B',
      cause: 'No P-Mode knows this sender or receiver.',
      cure: 'Compare value and type with the P-Mode, to the letter.',
    },
    'submit/unknown-pmode': {
      seenBy: 'B',
      cause: 'No P-Mode has this id.',
      cure: 'Run `quoin pmode check`: it lists them.',
    },
    'submit/unknown-role': {
      seenBy: 'B',
      cause: 'No P-Mode knows this role.',
      cure: 'Leave it out: the P-Mode brings it.',
    },
    'submit/unknown-service': {
      seenBy: 'B',
      cause: 'No P-Mode sends this service.',
      cure: 'Compare value and type with the P-Mode.',
    },
  },
};
