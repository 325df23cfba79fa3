import { QuoinError } from '../../protocol/errors/index.ts';
import { pushFailure } from './push-failure.ts';

/** How far an attempt had come. */
export type WebhookPhase = 'connect' | 'response';

/** Where an attempt went and how far it came. */
export interface WebhookPlace {
  readonly phase: WebhookPhase;
  /** `host:port` as in the url. */
  readonly host: string;
}

const PHASE_WORDS: Readonly<Record<WebhookPhase, string>> = {
  connect: 'while connecting',
  response: 'while waiting for the answer',
};

/** What each code means for an endpoint of a backend, and what to do. */
const WORDS: Readonly<Record<string, readonly [says: string, advice: string]>> = {
  'http/dns-failed': [
    'its name could not be resolved',
    'Check the host in the url of the webhook and the name service of this machine.',
  ],
  'http/connection-refused': [
    'nothing listens there',
    'Check host and port in the url of the webhook, and whether the backend runs.',
  ],
  'http/connection-reset': [
    'the connection was closed',
    'Look into the log of the backend or of a proxy before it.',
  ],
  'http/unreachable': [
    'there is no network route',
    'Check the network, firewalls and the url of the webhook.',
  ],
  'http/tls-failed': [
    'TLS failed',
    'Check the certificate of the endpoint: its names, dates and authority; authorities names one of your own.',
  ],
  'http/timeout': ['it took too long', 'Check the network; a firewall that drops packets looks like this.'],
  'http/not-http': ['the answer is not HTTP', 'Check the port, and whether the url should begin with https.'],
};

/** A failed attempt as an operator can act on it; an error that is ours already passes unchanged. */
export function webhookFailure(error: unknown, place: WebhookPlace): QuoinError {
  if (error instanceof QuoinError) return error;
  const { code, finding } = pushFailure(error, place);
  const [says, advice] = WORDS[code] ?? ['it failed', 'Look into the log of the backend.'];
  return new QuoinError(code, `The endpoint at ${place.host}: ${says} ${PHASE_WORDS[place.phase]}.`, {
    cause: error,
    ...(finding === undefined ? {} : { finding: { ...finding, advice } }),
  });
}

/** `http/timeout` of our own clock, which covers the whole attempt. */
export function webhookTimeout(phase: WebhookPhase, host: string, ms: number): QuoinError {
  return new QuoinError('http/timeout', `The endpoint at ${host} took too long ${PHASE_WORDS[phase]}.`, {
    finding: {
      check: 'answers-in-time',
      field: host,
      expected: `an answer within ${ms} ms`,
      found: `phase "${phase}"`,
      advice: 'Let the backend answer 2xx as soon as it has noted the event, and work on it afterwards.',
    },
  });
}

/** `http/aborted`: we stop ourselves. */
export function webhookAborted(host: string, cause: unknown): QuoinError {
  return new QuoinError('http/aborted', `Sending to ${host} was stopped.`, { cause });
}
