import { once } from 'node:events';
import { lookup } from 'node:dns/promises';
import { request as httpRequest } from 'node:http';
import type { IncomingMessage, RequestOptions } from 'node:http';
import { request as httpsRequest } from 'node:https';
import { connect as connectTcp, isIP } from 'node:net';
import { connect as connectTls } from 'node:tls';
import type { DetailedPeerCertificate } from 'node:tls';
import type { CertificateFacts } from '../../protocol/errors/index.ts';
import { pushFailure } from './push-failure.ts';
import { certificateFacts, factsOf, outgoingTls } from './transport-tls.ts';
import type { TransportTls } from './transport-tls.ts';

/** An address a host name stands for, and how long it took to connect to it; `failed` says why it did not. */
export interface Reached {
  readonly address: string;
  readonly tookMs: number;
  readonly failed?: string | undefined;
}

/** What TLS agreed on, and the certificates the partner showed, its own first. */
export interface Handshake {
  readonly protocol: string;
  readonly cipher: string;
  readonly certificate: CertificateFacts;
  readonly issuers: readonly CertificateFacts[];
}

/** How the partner answers a request that is no message. */
export interface Greeting {
  readonly status: number;
  readonly server?: string | undefined;
  /** ms that the clock of the partner is ahead of ours, to about a second; undefined when it does not tell the time. */
  readonly aheadMs?: number | undefined;
  readonly tookMs: number;
}

/**
 * The way to a partner, walked step by step as a push would walk it, without sending a message. Every step throws what the
 * push would throw (`http/dns-failed`, `http/connection-refused`, `http/tls-failed` ...).
 */
export interface Line {
  /** `host:port`. */
  readonly place: string;
  readonly secure: boolean;
  readonly resolve: () => Promise<readonly string[]>;
  /** Each address of the host on its own; throws when none can be reached. */
  readonly connect: (signal: AbortSignal) => Promise<readonly Reached[]>;
  readonly handshake: (signal: AbortSignal) => Promise<Handshake>;
  readonly greet: (signal: AbortSignal) => Promise<Greeting>;
}

/** The line to an address of a P-Mode, with our TLS settings. */
export function lineTo(address: string, tls: TransportTls): Line {
  const url = new URL(address);
  const host = url.hostname.replace(/^\[|\]$/g, '');
  const secure = url.protocol === 'https:';
  const port = Number(url.port || (secure ? 443 : 80));
  const way: Way = { url, host, port, place: `${host}:${port}`, tls };
  return {
    place: way.place,
    secure,
    resolve: () => resolveHost(way),
    connect: (signal) => connectEach(way, signal),
    handshake: (signal) => shakeHands(way, signal),
    greet: (signal) => greet(way, signal),
  };
}

interface Way {
  readonly url: URL;
  readonly host: string;
  readonly port: number;
  readonly place: string;
  readonly tls: TransportTls;
}

function failure(error: unknown, { place }: Way, certificate?: CertificateFacts): Error {
  return pushFailure(error, { phase: 'connect', host: place, doing: 'Reaching', certificate });
}

async function resolveHost(way: Way): Promise<readonly string[]> {
  try {
    const found = await lookup(way.host, { all: true });
    return [...new Set(found.map(({ address }) => address))];
  } catch (error) {
    throw failure(error, way);
  }
}

async function connectEach(way: Way, signal: AbortSignal): Promise<readonly Reached[]> {
  const addresses = await resolveHost(way);
  const tried = await Promise.all(addresses.map((address) => connectOne(address, way, signal)));
  if (tried.some(({ error }) => error === undefined))
    return tried.map(({ error, ...reached }) =>
      error === undefined ? reached : { ...reached, failed: wordOf(error) },
    );
  throw failure(tried[0]?.error, way);
}

async function connectOne(
  address: string,
  { port }: Way,
  signal: AbortSignal,
): Promise<{ readonly address: string; readonly tookMs: number; readonly error?: unknown }> {
  const started = performance.now();
  const socket = connectTcp({ host: address, port });
  const took = (): number => Math.round(performance.now() - started);
  try {
    await once(socket, 'connect', { signal });
    return { address, tookMs: took() };
  } catch (error) {
    return { address, tookMs: took(), error: signal.aborted ? { code: 'ETIMEDOUT' } : error };
  } finally {
    socket.destroy();
  }
}

function wordOf(error: unknown): string {
  const { code, message } = error as NodeJS.ErrnoException;
  return code ?? message;
}

/** Verification is looked at afterwards, so that a certificate nobody trusts can be shown. */
async function shakeHands(way: Way, signal: AbortSignal): Promise<Handshake> {
  const socket = connectTls({
    ...outgoingTls(way.tls),
    host: way.host,
    port: way.port,
    ...(isIP(way.host) === 0 ? { servername: way.host } : {}),
    rejectUnauthorized: false,
  });
  try {
    await once(socket, 'secureConnect', { signal });
    const certificate = certificateFacts(socket);
    // Node gives the code as text, against its own type.
    const code = socket.authorizationError as unknown as string | null;
    if (!socket.authorized && code !== null) throw failure({ code }, way, certificate);
    if (certificate === undefined) throw failure({ code: 'ERR_TLS_NO_CERTIFICATE' }, way);
    return {
      protocol: socket.getProtocol() ?? 'unknown',
      cipher: socket.getCipher().standardName,
      certificate,
      issuers: issuersOf(socket.getPeerCertificate(true)),
    };
  } catch (error) {
    throw failure(signal.aborted ? { code: 'ETIMEDOUT' } : error, way);
  } finally {
    socket.destroy();
  }
}

function issuersOf(leaf: DetailedPeerCertificate): readonly CertificateFacts[] {
  const issuers: CertificateFacts[] = [];
  const seen = new Set([leaf.fingerprint256]);
  for (let next = leaf.issuerCertificate; !seen.has(next.fingerprint256); next = next.issuerCertificate) {
    seen.add(next.fingerprint256);
    issuers.push(factsOf(next));
  }
  return issuers;
}

/** A GET is answered by every AS4 endpoint in some way, and does nothing. */
async function greet(way: Way, signal: AbortSignal): Promise<Greeting> {
  const started = Date.now();
  const options: RequestOptions = {
    method: 'GET',
    agent: false,
    signal,
    headers: { 'User-Agent': 'quoin doctor' },
  };
  const request =
    way.url.protocol === 'https:'
      ? httpsRequest(way.url, { ...options, ...outgoingTls(way.tls) })
      : httpRequest(way.url, options);
  try {
    request.end();
    const [response] = (await once(request, 'response')) as [IncomingMessage];
    request.on('error', () => undefined);
    const ended = Date.now();
    const { date, server } = response.headers;
    return {
      status: response.statusCode ?? 0,
      server: server?.toString(),
      aheadMs: date === undefined ? undefined : aheadOf(Date.parse(date), started, ended),
      tookMs: ended - started,
    };
  } catch (error) {
    throw failure(signal.aborted ? { code: 'ETIMEDOUT' } : error, way);
  } finally {
    request.destroy();
  }
}

/** The header has whole seconds, and was written at some time between question and answer. */
function aheadOf(told: number, started: number, ended: number): number | undefined {
  if (Number.isNaN(told)) return undefined;
  if (told + 1000 < started) return told + 500 - started;
  return told > ended ? told - ended : 0;
}
