import { TLSSocket } from 'node:tls';
import type { PeerCertificate, SecureContextOptions, SecureVersion } from 'node:tls';
import type { buildConnector } from 'undici';
import type { CertificateFacts } from '../../protocol/errors/index.ts';
import { DEFAULT_CIPHERS, checkTls } from './listener-tls.ts';

/** TLS towards partners (eDelivery AS4 1.15 §1.4.2.6). Keys and certificates are PEM. */
export interface TransportTls {
  /** `TLSv1.2` unless told otherwise; nothing lower can be asked for. */
  readonly minVersion?: Extract<SecureVersion, 'TLSv1.2' | 'TLSv1.3'> | undefined;
  /** Anchors instead of the ones that come with Node. */
  readonly ca?: readonly (string | Buffer)[] | undefined;
  /** Client certificate, intermediates after it, with its key. */
  readonly certificate?: string | Buffer | undefined;
  readonly key?: string | Buffer | undefined;
  readonly passphrase?: string | undefined;
  /** OpenSSL cipher list; forward-secret AEAD suites unless told otherwise. */
  readonly ciphers?: string | undefined;
}

/** The certificates that partners showed in connections that failed, by the error. */
export interface PeerCertificates {
  of(error: unknown): CertificateFacts | undefined;
}

/** The TLS of outgoing connections as Node takes it, checked. Throws QuoinError `http/tls-configuration`. */
export function outgoingTls(tls: TransportTls): SecureContextOptions {
  const options: SecureContextOptions = {
    minVersion: tls.minVersion ?? 'TLSv1.2',
    ciphers: tls.ciphers ?? DEFAULT_CIPHERS,
    ...(tls.ca === undefined ? {} : { ca: [...tls.ca] }),
    ...(tls.certificate === undefined ? {} : { cert: tls.certificate }),
    ...(tls.key === undefined ? {} : { key: tls.key }),
    ...(tls.passphrase === undefined ? {} : { passphrase: tls.passphrase }),
  };
  checkTls(options, 'outgoing connections');
  return options;
}

function nameOf(parts: PeerCertificate['subject']): string {
  return Object.entries(parts)
    .flatMap(([type, value]) => [value as string | string[]].flat().map((v) => `${type}=${v}`))
    .reverse()
    .join(', ');
}

/** The peer's certificate as an operator recognises it; undefined when it showed none. */
export function certificateFacts(socket: TLSSocket): CertificateFacts | undefined {
  const shown = socket.getPeerCertificate();
  // Node answers an empty object for "none", against its own type.
  return 'subject' in shown ? factsOf(shown) : undefined;
}

/** A certificate of TLS as an operator recognises it. */
export function factsOf(shown: PeerCertificate): CertificateFacts {
  return {
    subject: nameOf(shown.subject),
    issuer: nameOf(shown.issuer),
    serialNumber: shown.serialNumber,
    notBefore: new Date(shown.valid_from).toISOString(),
    notAfter: new Date(shown.valid_to).toISOString(),
  };
}

/**
 * How undici connects: our TLS policy, and a note of the certificate a partner showed when its verification fails,
 * because Node's error does not carry it.
 */
export function createConnector(
  undici: { readonly buildConnector: typeof buildConnector },
  tls: SecureContextOptions,
  connectTimeoutMs: number,
): { readonly connect: buildConnector.connector; readonly certificates: PeerCertificates } {
  const shown = new WeakMap<Error, CertificateFacts>();
  const base = undici.buildConnector({ ...tls, timeout: connectTimeoutMs });
  const connect: buildConnector.connector = (target, callback) => {
    let facts: CertificateFacts | undefined;
    const socket: unknown = base(target, (...result) => {
      const [error] = result;
      if (error !== null && facts !== undefined) shown.set(error, facts);
      callback(...result);
    });
    if (socket instanceof TLSSocket) {
      // "secure" comes before Node verifies and destroys; first in line, we can still see the certificate.
      socket.prependOnceListener('secure', () => {
        facts = certificateFacts(socket);
      });
    }
  };
  return {
    connect,
    certificates: { of: (error) => (error instanceof Error ? shown.get(error) : undefined) },
  };
}
