import { createSecureContext } from 'node:tls';
import type { SecureVersion, TlsOptions } from 'node:tls';
import { QuoinError } from '../../protocol/errors/index.ts';

/** TLS of a listener (eDelivery AS4 1.15 §1.4.2.6). Keys and certificates are PEM. */
export interface ListenerTls {
  readonly key: string | Buffer;
  readonly passphrase?: string | undefined;
  /** Our certificate, intermediates after it. */
  readonly certificate: string | Buffer;
  /** Whether clients must show a certificate that chains to `ca`; `optional` still refuses one that does not. */
  readonly clientCertificates?: 'none' | 'optional' | 'required' | undefined;
  /** Anchors of client certificates. */
  readonly ca?: readonly (string | Buffer)[] | undefined;
  /** `TLSv1.2` unless told otherwise; nothing lower can be asked for. */
  readonly minVersion?: Extract<SecureVersion, 'TLSv1.2' | 'TLSv1.3'> | undefined;
  /** OpenSSL cipher list; forward-secret AEAD suites unless told otherwise. */
  readonly ciphers?: string | undefined;
}

/** Forward secrecy and authenticated encryption only. */
export const DEFAULT_CIPHERS = [
  'TLS_AES_256_GCM_SHA384',
  'TLS_CHACHA20_POLY1305_SHA256',
  'TLS_AES_128_GCM_SHA256',
  'ECDHE-ECDSA-AES256-GCM-SHA384',
  'ECDHE-RSA-AES256-GCM-SHA384',
  'ECDHE-ECDSA-CHACHA20-POLY1305',
  'ECDHE-RSA-CHACHA20-POLY1305',
  'ECDHE-ECDSA-AES128-GCM-SHA256',
  'ECDHE-RSA-AES128-GCM-SHA256',
  'DHE-RSA-AES256-GCM-SHA384',
  'DHE-RSA-AES128-GCM-SHA256',
].join(':');

/** Checks TLS material before anything listens or connects; throws QuoinError `http/tls-configuration`. */
export function checkTls(options: TlsOptions, what: string): void {
  try {
    createSecureContext(options);
  } catch (cause) {
    const found = cause instanceof Error ? cause.message : String(cause);
    throw new QuoinError('http/tls-configuration', `The TLS settings of ${what} cannot be used: ${found}`, {
      cause,
      finding: {
        check: 'tls-configuration',
        field: what,
        found,
        advice:
          'Check that key and certificate are PEM, belong together and that the passphrase and cipher names are right.',
      },
    });
  }
}

/** Checks the TLS of a listener before it is opened; throws QuoinError `http/tls-configuration`. */
export function checkListenerTls(tls: ListenerTls, name: string): void {
  listenerTlsOptions(tls, `the ${name} listener`);
}

/** The options Node wants; throws QuoinError `http/tls-configuration`. */
export function listenerTlsOptions(tls: ListenerTls, what: string): TlsOptions {
  const clients = tls.clientCertificates ?? 'none';
  if (clients !== 'none' && (tls.ca ?? []).length === 0) {
    throw new QuoinError(
      'http/tls-configuration',
      `The TLS settings of ${what} ask for client certificates without anchors.`,
      {
        finding: {
          check: 'tls-client-anchors',
          field: what,
          expected: 'at least one CA certificate',
          advice: 'Name the certificates that client certificates must chain to.',
        },
      },
    );
  }
  const options: TlsOptions = {
    key: tls.key,
    cert: tls.certificate,
    minVersion: tls.minVersion ?? 'TLSv1.2',
    ciphers: tls.ciphers ?? DEFAULT_CIPHERS,
    honorCipherOrder: true,
    requestCert: clients !== 'none',
    rejectUnauthorized: clients === 'required',
    ...(tls.passphrase === undefined ? {} : { passphrase: tls.passphrase }),
    ...(tls.ca === undefined ? {} : { ca: [...tls.ca] }),
  };
  checkTls(options, what);
  return options;
}
