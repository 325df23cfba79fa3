import type { ErrorRoom } from './types.ts';

/** Taking a message to a partner. */
export const send: ErrorRoom = {
  about: 'taking a message to a partner',
  note: 'In the status of the message, per attempt and at the end. Codes named like the reply table ([reply-classes.ts](../src/protocol/as4/reply-classes.ts)) say how the partner answered. Only a signed answer ends the sending; everything else is tried again while the window lasts.',
  codes: {
    'send/client-error': {
      seenBy: 'O B',
      cause: 'HTTP 4xx without an ebMS answer.',
      cure: 'Check path, access rules and size limits at the partner or its proxy.',
    },
    'send/duplicate-of-earlier-attempt': {
      seenBy: 'O B',
      cause:
        'The partner signed that it has the message from an earlier attempt. Counts as delivered: no failure is written.',
      cure: 'None needed.',
    },
    'send/duplicate-unverified': {
      seenBy: 'O B',
      cause: 'The partner says it has the message, unsigned.',
      cure: 'Ask the partner before sending again under another MessageId.',
    },
    'send/empty': {
      seenBy: 'O B',
      cause: 'An empty answer.',
      cure: 'The partner must answer with the receipt (reply pattern response).',
    },
    'send/error-about-another-message': {
      seenBy: 'O B',
      cause: 'The errors name another message.',
      cure: 'Look for a proxy that mixes up answers.',
    },
    'send/error-permanent': {
      seenBy: 'O B',
      cause: 'The partner signed an error that will not go away. Ends the sending; its code stands beside.',
      cure: 'Put right what it names, submit again.',
    },
    'send/error-transient': {
      seenBy: 'O B',
      cause: 'The partner signed an error that may go away.',
      cure: 'Wait; ask the partner when it stays.',
    },
    'send/error-unverified': {
      seenBy: 'O B',
      cause: 'An error that is not signed, or does not name this message: advice, no proof.',
      cure: 'Ask the partner; it should sign its errors and say which message they are about.',
    },
    'send/fault': {
      seenBy: 'O B',
      cause: 'A SOAP fault, unsigned or blaming the receiving side.',
      cure: 'Ask the partner.',
    },
    'send/fault-permanent': {
      seenBy: 'O B',
      cause: 'A signed SOAP fault that says it can never process this. Ends the sending.',
      cure: 'Compare the profiles of both sides.',
    },
    'send/invalid-receipt': {
      ebms: 'EBMS:0302',
      seenBy: 'O B',
      cause: 'A receipt whose signature, signer or digests do not agree with what was sent.',
      cure: 'Compare signer and digests in the finding; ask the partner which certificate signs receipts.',
    },
    'send/message-id-taken': {
      seenBy: 'O B',
      cause: 'The partner had this MessageId before our first attempt. Ends the sending.',
      cure: 'Submit with a new MessageId.',
    },
    'send/missing-receipt': {
      ebms: 'EBMS:0301',
      seenBy: 'O B',
      cause: 'The window closed without a receipt. Ends the sending; the last reason is in the text.',
      cure: 'Cure that reason, submit again with a new MessageId or none.',
    },
    'send/no-answer': {
      ebms: 'EBMS:0005',
      seenBy: 'O B',
      cause: 'Nothing came back. The failure itself is one of `http`, `keys` or another room.',
      cure: 'Look at the failure beside it, and do what that one advises.',
    },
    'send/other-message': {
      seenBy: 'O B',
      cause: 'An AS4 message with nothing in it that answers ours.',
      cure: 'Ask the partner.',
    },
    'send/not-failed': {
      seenBy: 'B',
      cause: 'Only a message in SEND_FAILURE can be sent again (409).',
      cure: 'See its state: what waits is tried again by itself.',
    },
    'send/pmode-gone': {
      seenBy: 'O B',
      cause: 'The P-Mode or leg of a kept message is no longer loaded.',
      cure: 'Load it again before the window ends.',
    },
    'send/receipt': {
      seenBy: 'O B',
      cause: 'The name of the row for a verified receipt. No failure is written.',
      cure: 'None needed.',
    },
    'send/redirect': {
      seenBy: 'O B',
      cause: 'HTTP 3xx; redirects are not followed.',
      cure: 'Correct the address in the P-Mode.',
    },
    'send/server-error': {
      seenBy: 'O B',
      cause: 'HTTP 5xx without an ebMS answer.',
      cure: 'The partner or its proxy failed: wait, then ask.',
    },
    'send/signer-retired': {
      seenBy: 'B',
      cause:
        'The certificate a failed message was signed with has expired, or is none of ours any more (409).',
      cure: 'Submit the message anew, under a new MessageId.',
    },
    'send/unreadable': {
      seenBy: 'O B',
      cause: 'The answer is no AS4 message, for example a page of a proxy. The finding quotes its beginning.',
      cure: 'Check that the address is that of the AS4 service.',
    },
    'send/unknown-partner': {
      seenBy: 'O',
      cause: 'Somebody wants to pause, resume or reset a partner that no P-Mode in force names.',
      cure: 'Use the local name of the party in the P-Modes.',
    },
  },
};
