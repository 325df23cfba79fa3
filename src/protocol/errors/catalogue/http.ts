import type { ErrorRoom } from './types.ts';

/** The doors and the way out. */
export const http: ErrorRoom = {
  about: 'the doors and the way out',
  note: 'Of listeners when starting, of messages coming in (plain text answers, before AS4), of pushes (in the attempt of the message), of webhooks, and of questions to the common services.',
  codes: {
    'http/aborted': {
      seenBy: 'O',
      cause: 'A push or a question was stopped from our side.',
      cure: 'None needed; a message is tried again.',
    },
    'http/address-forbidden': {
      seenBy: 'O',
      cause: 'A webhook or a common service leads to a private or special address; nothing was connected to.',
      cure: 'Allow private addresses for it (allowPrivate) if that is meant; else correct its url or the name service.',
    },
    'http/address-invalid': {
      seenBy: 'O',
      cause: 'The address of the partner is no http or https URL.',
      cure: 'Correct the address in the P-Mode.',
    },
    'http/address-not-available': {
      seenBy: 'O',
      cause: "A listener's address is not one of this machine.",
      cure: 'Configure one that is, `0.0.0.0` or `::`.',
    },
    'http/body-length-mismatch': {
      seenBy: 'O',
      cause: 'A message was not as long as announced.',
      cure: 'A payload changed on disk: see `mime/length-mismatch`.',
    },
    'http/cannot-listen': {
      seenBy: 'O',
      cause: 'A listener cannot start, for a reason without a name of its own.',
      cure: 'Look up the code that the text names, and put that right.',
    },
    'http/connection-dropped': {
      seenBy: 'O',
      cause: 'The partner went away before its message was complete. No answer is possible.',
      cure: 'It sends again; look at the network when it repeats.',
    },
    'http/connection-refused': {
      seenBy: 'O',
      cause: "Nothing listens at the partner's address.",
      cure: 'Check host and port; ask whether the access point runs.',
    },
    'http/connection-reset': {
      seenBy: 'O',
      cause: 'The partner, or something between, closed the connection.',
      cure: 'Size limits of proxies do this: look there.',
    },
    'http/dns-failed': {
      seenBy: 'O',
      cause: "The partner's host name cannot be resolved.",
      cure: 'Check name and name service.',
    },
    'http/message-too-large': {
      seenBy: 'P O',
      cause: 'A message exceeds `limits.messageSize` (HTTP 413).',
      cure: 'Agree on smaller ones, or raise the limit.',
    },
    'http/not-http': {
      seenBy: 'O',
      cause: 'The answer is not HTTP/1.1.',
      cure: 'Check the port, and http or https.',
    },
    'http/port-forbidden': {
      seenBy: 'O',
      cause: 'The system does not let us listen there.',
      cure: 'Use a port from 1024 up.',
    },
    'http/port-taken': {
      seenBy: 'O',
      cause: 'Another process listens there.',
      cure: 'Stop it, or use another port.',
    },
    'http/push-failed': {
      seenBy: 'O',
      cause: 'A push failed for a reason without a name of its own.',
      cure: 'Look up the code that the text names, and put that right.',
    },
    'http/redirect-refused': {
      seenBy: 'B O',
      cause: 'A common service leads to another host, or redirects without end. Nothing was asked there.',
      cure: 'Configure its new address if it has moved; else look for a proxy that asks for a login.',
    },
    'http/reply-too-large': {
      seenBy: 'O',
      cause:
        'The answer exceeds `limits.replySize`, or that of a common service `commonServices.answerSize`.',
      cure: 'A receipt is small, and so is an answer: check the address.',
    },
    'http/status': {
      seenBy: 'B O',
      cause: 'A common service answered with an HTTP status that is not 200: something before it did.',
      cure: 'Check the address and the proxies between; from 500 up try later.',
    },
    'http/timeout': {
      seenBy: 'O',
      cause: 'The partner was too slow; the text says in which phase.',
      cure: 'Check network and load; after sending, ask the partner for its log.',
    },
    'http/tls-configuration': {
      seenBy: 'O',
      cause: 'Keys, certificates or suites of our TLS settings cannot be used.',
      cure: 'See the finding; key and certificate must belong together.',
    },
    'http/tls-failed': {
      seenBy: 'O',
      cause:
        'TLS with the partner failed; the check says why (name, validity, trust, version, suite, client certificate).',
      cure: 'See the advice; `outbound.tls.authorities` names further authorities.',
    },
    'http/too-slow': {
      seenBy: 'P O',
      cause: 'A message came in more slowly than allowed (HTTP 408).',
      cure: 'Look at the network between.',
    },
    'http/unreachable': {
      seenBy: 'O',
      cause: 'There is no network route.',
      cure: 'Check network and firewalls.',
    },
  },
};
