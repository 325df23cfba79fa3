import { QuoinError, describeError, isQuoinError } from '../../protocol/errors/index.ts';
import type { CertificateFacts, ErrorCode } from '../../protocol/errors/index.ts';

/** How far a push had come. */
export type PushPhase = 'connect' | 'send' | 'response' | 'reply';

/** Where a push went and how far it came. */
export interface PushPlace {
  readonly phase: PushPhase;
  /** `host:port`. */
  readonly host: string;
  /** What was being done, when it was no sending: `Reaching`. */
  readonly doing?: string | undefined;
  /** The certificate the partner showed, when TLS got that far. */
  readonly certificate?: CertificateFacts | undefined;
}

interface Explanation {
  readonly code: ErrorCode;
  readonly check: string;
  readonly says: string;
  readonly advice: string;
}

/** What we were doing, for a sentence. */
export const PHASE_WORDS: Readonly<Record<PushPhase, string>> = {
  connect: 'while connecting',
  send: 'while the message was being sent',
  response: 'while waiting for the answer',
  reply: 'while the answer was being read',
};

const tls = (check: string, says: string, advice: string): Explanation => ({
  code: 'http/tls-failed',
  check,
  says,
  advice,
});

const untrusted = tls(
  'tls-certificate-trusted',
  'the certificate of the partner does not chain to a trusted authority',
  'Add the authority that issued it to the trusted ones, or ask the partner to send its intermediate certificates.',
);
const noCommonVersion = tls(
  'tls-version',
  'the two sides have no TLS version in common (TLS 1.2 is the lowest we speak)',
  'Ask the partner to enable TLS 1.2 or 1.3.',
);
const noCommonSuite = tls(
  'tls-suite',
  'the two sides could not agree on a cipher suite, or the partner wants something we did not offer',
  'Compare the cipher suites of both sides; ask the partner whether it requires a client certificate.',
);
const clientCertificate = tls(
  'tls-client-certificate',
  'the partner did not accept our client certificate, or wants one',
  'Configure a client certificate that the partner trusts.',
);
const unreachable: Explanation = {
  code: 'http/unreachable',
  check: 'network-route',
  says: 'there is no network route',
  advice: 'Check the network, firewalls and the address in the P-Mode.',
};
const reset: Explanation = {
  code: 'http/connection-reset',
  check: 'connection-kept',
  says: 'the connection was closed',
  advice:
    'Look at the log of the partner or of a proxy between; a size limit there closes connections like this.',
};
const refused: Explanation = {
  code: 'http/connection-refused',
  check: 'partner-listens',
  says: 'nothing listens there',
  advice: 'Check host and port in the P-Mode and whether the access point of the partner is running.',
};
const dns: Explanation = {
  code: 'http/dns-failed',
  check: 'host-name-resolves',
  says: 'the host name could not be resolved',
  advice: 'Check the host name in the P-Mode and the name service of this machine.',
};
const timeout: Explanation = {
  code: 'http/timeout',
  check: 'answers-in-time',
  says: 'it took too long',
  advice: 'Check the network to the partner; a firewall that drops packets looks like this.',
};
const notHttp: Explanation = {
  code: 'http/not-http',
  check: 'answer-is-http',
  says: 'the answer is not HTTP/1.1',
  advice: 'Check the port and whether the address should begin with https.',
};

/** What each low-level error code means to an operator. */
const EXPLANATIONS: Readonly<Record<string, Explanation>> = {
  ENOTFOUND: dns,
  EAI_AGAIN: dns,
  EAI_NODATA: dns,
  ECONNREFUSED: refused,
  ECONNRESET: reset,
  ECONNABORTED: reset,
  EPIPE: reset,
  UND_ERR_SOCKET: reset,
  UND_ERR_RES_CONTENT_LENGTH_MISMATCH: reset,
  ENETUNREACH: unreachable,
  EHOSTUNREACH: unreachable,
  ENETDOWN: unreachable,
  EADDRNOTAVAIL: unreachable,
  EACCES: unreachable,
  ETIMEDOUT: timeout,
  UND_ERR_CONNECT_TIMEOUT: timeout,
  UND_ERR_HEADERS_TIMEOUT: timeout,
  UND_ERR_BODY_TIMEOUT: timeout,
  UND_ERR_HEADERS_OVERFLOW: notHttp,
  CERT_HAS_EXPIRED: tls(
    'tls-certificate-valid-now',
    'the certificate of the partner has expired',
    'Ask the partner to renew its TLS certificate.',
  ),
  CERT_NOT_YET_VALID: tls(
    'tls-certificate-valid-now',
    'the certificate of the partner is not valid yet',
    'Compare the clocks; otherwise wait or ask the partner for a certificate valid today.',
  ),
  CERT_REVOKED: tls(
    'tls-certificate-not-revoked',
    'the certificate of the partner was revoked',
    'Ask the partner for a new certificate.',
  ),
  ERR_TLS_CERT_ALTNAME_INVALID: tls(
    'tls-certificate-names-host',
    'the certificate of the partner is for another host name',
    'Use a host name that the certificate carries, or ask the partner for a certificate with this name.',
  ),
  DEPTH_ZERO_SELF_SIGNED_CERT: tls(
    'tls-certificate-trusted',
    'the certificate of the partner is self-signed',
    'Add it to the trusted certificates if you know it, or ask the partner for one from an authority.',
  ),
  SELF_SIGNED_CERT_IN_CHAIN: untrusted,
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: untrusted,
  UNABLE_TO_GET_ISSUER_CERT: untrusted,
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: untrusted,
  CERT_UNTRUSTED: untrusted,
  CERT_REJECTED: untrusted,
  CERT_CHAIN_TOO_LONG: untrusted,
  INVALID_CA: untrusted,
  CERT_SIGNATURE_FAILURE: untrusted,
  INVALID_PURPOSE: tls(
    'tls-certificate-purpose',
    'the certificate of the partner is not meant for TLS servers',
    'Ask the partner for a certificate with the server authentication purpose.',
  ),
  ERR_SSL_TLSV1_ALERT_PROTOCOL_VERSION: noCommonVersion,
  ERR_SSL_UNSUPPORTED_PROTOCOL: noCommonVersion,
  ERR_SSL_VERSION_TOO_LOW: noCommonVersion,
  ERR_SSL_NO_PROTOCOLS_AVAILABLE: noCommonVersion,
  ERR_SSL_SSLV3_ALERT_HANDSHAKE_FAILURE: noCommonSuite,
  ERR_SSL_TLSV1_ALERT_INSUFFICIENT_SECURITY: noCommonSuite,
  ERR_SSL_DH_KEY_TOO_SMALL: noCommonSuite,
  ERR_SSL_TLSV13_ALERT_CERTIFICATE_REQUIRED: clientCertificate,
  ERR_SSL_SSLV3_ALERT_BAD_CERTIFICATE: clientCertificate,
  ERR_SSL_SSLV3_ALERT_CERTIFICATE_EXPIRED: clientCertificate,
  ERR_SSL_SSLV3_ALERT_CERTIFICATE_REVOKED: clientCertificate,
  ERR_SSL_SSLV3_ALERT_CERTIFICATE_UNKNOWN: clientCertificate,
  ERR_SSL_SSLV3_ALERT_UNSUPPORTED_CERTIFICATE: clientCertificate,
  ERR_SSL_TLSV1_ALERT_UNKNOWN_CA: clientCertificate,
  ERR_SSL_TLSV1_ALERT_ACCESS_DENIED: clientCertificate,
  ERR_SSL_WRONG_VERSION_NUMBER: tls(
    'tls-spoken',
    'the other side does not speak TLS on this port',
    'Check the port, and whether the address should begin with http.',
  ),
  ERR_SSL_PACKET_LENGTH_TOO_LONG: tls(
    'tls-spoken',
    'the other side does not speak TLS on this port',
    'Check the port, and whether the address should begin with http.',
  ),
};

/** Codes OpenSSL and the HTTP parser use that no row above knows. */
function explainFamily(code: string): Explanation | undefined {
  if (code.startsWith('HPE_')) return notHttp;
  if (code.startsWith('ERR_SSL_') || code.startsWith('ERR_TLS_') || code === 'EPROTO') {
    return tls('tls-handshake', 'TLS failed', 'Compare the TLS settings of both sides.');
  }
  return undefined;
}

/** The first error of several attempts (IPv4 and IPv6) that carries a code, or the error itself. */
function rootOf(error: unknown): { readonly code: string; readonly cause: unknown } {
  const candidates = error instanceof AggregateError ? (error.errors as unknown[]) : [error];
  for (const candidate of candidates) {
    const { code, name } = Object(candidate) as { code?: unknown; name?: unknown };
    if (typeof code === 'string') return { code, cause: candidate };
    // undici leaves the code out for some parser errors.
    if (name === 'HTTPParserError') return { code: 'HPE_UNKNOWN', cause: candidate };
  }
  return { code: '', cause: error };
}

/**
 * A failed push as an operator can act on it: `http/dns-failed`, `http/connection-refused`, `http/connection-reset`,
 * `http/unreachable`, `http/tls-failed`, `http/timeout`, `http/not-http`, or `http/push-failed` for what no row knows.
 * An error that is ours already passes unchanged.
 */
export function pushFailure(error: unknown, place: PushPlace): QuoinError {
  if (isQuoinError(error)) return error;
  const { code, cause } = rootOf(error);
  const known = EXPLANATIONS[code] ?? explainFamily(code);
  const during = PHASE_WORDS[place.phase];
  return new QuoinError(
    known?.code ?? 'http/push-failed',
    `${place.doing ?? 'Sending to'} ${place.host} failed ${during}: ${known?.says ?? describeError(cause)}.`,
    {
      cause: error,
      finding: {
        check: known?.check ?? 'push',
        field: place.host,
        found: code === '' ? describeError(cause) : code,
        certificate: place.certificate,
        advice: known?.advice,
      },
    },
  );
}

/** `http/timeout` of our own clocks; says in which phase and after how long (ms). */
export function pushTimeout(phase: PushPhase, host: string, ms: number): QuoinError {
  return new QuoinError('http/timeout', `Sending to ${host} took too long ${PHASE_WORDS[phase]}.`, {
    finding: {
      check: 'answers-in-time',
      field: host,
      expected: `progress within ${ms} ms`,
      found: `phase "${phase}"`,
      advice:
        phase === 'send'
          ? 'The partner takes the message too slowly; check the network and the load of the partner.'
          : 'The partner took the message and does not answer; ask it to look into its log. The message is sent again.',
    },
  });
}
