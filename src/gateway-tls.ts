import { readFile } from 'node:fs/promises';
import type { ClientTls, ServerTls, TlsIdentity } from './config/index.ts';
import type { ListenerTls, TransportTls } from './world/http/index.ts';

/** The listener's TLS as the HTTP room wants it: files read, names mapped. */
export async function listenerTls(tls: ServerTls | undefined): Promise<ListenerTls | undefined> {
  if (tls === undefined) return undefined;
  const clients = { none: 'none', request: 'optional', require: 'required' } as const;
  return {
    ...(await identityOf(tls)),
    clientCertificates: clients[tls.clientAuthentication],
    ca: await readAll(tls.clientAuthorities),
    minVersion: tls.minVersion,
    ciphers: tls.ciphers,
  };
}

/** TLS towards partners; without authorities of our own those that come with Node hold. */
export async function transportTls(tls: ClientTls): Promise<TransportTls> {
  return {
    minVersion: tls.minVersion,
    ciphers: tls.ciphers,
    ca: tls.authorities.length === 0 ? undefined : await readAll(tls.authorities),
    ...(tls.identity === undefined ? {} : await identityOf(tls.identity)),
  };
}

async function identityOf(
  identity: TlsIdentity,
): Promise<{ key: Buffer; certificate: Buffer; passphrase?: string | undefined }> {
  const [key, certificate] = await Promise.all([readFile(identity.key), readFile(identity.certificate)]);
  return { key, certificate, passphrase: identity.keyPassword?.() };
}

function readAll(files: readonly string[]): Promise<readonly Buffer[]> {
  return Promise.all(files.map((file) => readFile(file)));
}
