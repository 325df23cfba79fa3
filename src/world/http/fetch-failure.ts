import { QuoinError } from '../../protocol/errors/index.ts';
import { pushFailure } from './push-failure.ts';

/** How far a fetch had come. */
export type FetchPhase = 'response' | 'reply';

/** Where it went and how far it came. */
export interface FetchPlace {
  readonly phase: FetchPhase;
  /** `host:port` as in the url. */
  readonly host: string;
}

const PHASE_WORDS: Readonly<Record<FetchPhase, string>> = {
  response: 'before its answer began',
  reply: 'while the answer was being read',
};

/** What each code means for a common service, and what to do. */
const WORDS: Readonly<Record<string, readonly [says: string, advice: string]>> = {
  'http/dns-failed': [
    'its name could not be resolved',
    'Check the addresses under commonServices and the name service of this machine.',
  ],
  'http/connection-refused': [
    'nothing listens there',
    'Check the addresses under commonServices; ask the operator of the service whether it runs.',
  ],
  'http/connection-reset': [
    'the connection was closed',
    'Try again; when it stays so, look for a firewall or proxy between.',
  ],
  'http/unreachable': [
    'there is no network route',
    'Check the network, and whether the firewall lets this machine out.',
  ],
  'http/tls-failed': [
    'TLS failed',
    'Check the certificate named; commonServices.authorities names an authority that Node does not know, of a proxy for example.',
  ],
  'http/timeout': [
    'it took too long',
    'Check the network; a firewall that drops packets looks like this. commonServices.timeout says how long is waited.',
  ],
  'http/not-http': ['the answer is not HTTP', 'Check the port, and whether the address begins with https.'],
};

/** A failed fetch as an operator can act on it; an error that is ours already passes unchanged. */
export function fetchFailure(error: unknown, place: FetchPlace): QuoinError {
  if (error instanceof QuoinError) return error;
  const { code, finding } = pushFailure(error, place);
  const [says, advice] = WORDS[code] ?? ['it failed', 'Look up the code that was found.'];
  return new QuoinError(code, `The service at ${place.host}: ${says} ${PHASE_WORDS[place.phase]}.`, {
    cause: error,
    ...(finding === undefined ? {} : { finding: { ...finding, advice } }),
  });
}

/** `http/timeout` of our own clock, which covers the whole fetch. */
export function fetchTimeout({ phase, host }: FetchPlace, ms: number): QuoinError {
  return new QuoinError('http/timeout', `The service at ${host} took too long ${PHASE_WORDS[phase]}.`, {
    finding: {
      check: 'answers-in-time',
      field: host,
      expected: `the whole answer within ${ms} ms`,
      found: `phase "${phase}"`,
      advice: WORDS['http/timeout']![1],
    },
  });
}

/** `http/aborted`: we stop ourselves. */
export function fetchAborted({ host }: FetchPlace, cause: unknown): QuoinError {
  return new QuoinError('http/aborted', `Asking ${host} was stopped.`, { cause });
}

/** `http/reply-too-large`: more than may be kept in memory. */
export function fetchTooLarge({ host }: FetchPlace, maxBytes: number): QuoinError {
  return new QuoinError('http/reply-too-large', `The answer of ${host} is larger than ${maxBytes} bytes.`, {
    finding: {
      check: 'reply-size',
      field: 'response body',
      expected: `at most ${maxBytes} bytes`,
      advice: 'Check that the address leads to a common service; commonServices.answerSize is the limit.',
    },
  });
}

/** `http/status`: the services answer 200 whatever the outcome; everything else is said by something before them. */
export function fetchStatus({ host }: FetchPlace, status: number, contentType: string): QuoinError {
  return new QuoinError('http/status', `The service at ${host} answered with HTTP status ${status}.`, {
    finding: {
      check: 'answer-status',
      field: host,
      expected: 'status 200: a common service tells failures in its answer',
      found: `${status}, ${contentType === '' ? 'no content type' : contentType.slice(0, 80)}`,
      advice:
        'Check the address; a proxy or a gateway before the service may have answered. From 500 up, try later.',
    },
  });
}

/** `http/redirect-refused`: an answer that leads elsewhere, or round and round. */
export function fetchRedirect({ host }: FetchPlace, location: string): QuoinError {
  return new QuoinError('http/redirect-refused', `The service at ${host} leads to another place.`, {
    finding: {
      check: 'same-origin',
      field: host,
      expected: 'an answer, or a few redirects on the same host',
      found: location === '' ? 'no address' : location.slice(0, 200),
      advice:
        'If the service has moved, configure its new address; else look for a proxy that asks for a login.',
    },
  });
}
