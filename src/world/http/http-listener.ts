import { createServer as createHttpServer } from 'node:http';
import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import { createServer as createHttpsServer } from 'node:https';
import type { AddressInfo, Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import type { TLSSocket } from 'node:tls';
import type { Observer } from '../../msh/ports/index.ts';
import { finishRequest } from './finish-request.ts';
import type { DrainLimits } from './finish-request.ts';
import { listenFailure } from './listen-failure.ts';
import { listenerTlsOptions } from './listener-tls.ts';
import type { ListenerTls } from './listener-tls.ts';

/** Bounds of a listener; times in ms. */
export interface ListenerLimits extends DrainLimits {
  /** From the first byte of a connection or request to the end of its headers; also for the TLS handshake. */
  readonly headersMs: number;
  /** How long an unused connection is kept for the next request. */
  readonly keepAliveMs: number;
  /** Silence on a connection after which it is cut, whatever it is doing. */
  readonly silenceMs: number;
  /** How long `close` waits for requests that run. */
  readonly closeMs: number;
  /** Connections at once; more are dropped. */
  readonly connections: number;
}

/** What a listener is granted unless told otherwise. */
export const LISTENER_LIMITS: ListenerLimits = {
  headersMs: 15_000,
  keepAliveMs: 10_000,
  silenceMs: 120_000,
  closeMs: 30_000,
  connections: 1_000,
  // Many clients write all they have before they read; this much they may still send to get to the answer.
  drainBytes: 64 * 1024 * 1024,
  drainMs: 15_000,
};

/**
 * Answers one request. `invite` tells a client that waits with its body (`Expect: 100-continue`) to send it; it does
 * nothing for other clients and may be called more than once.
 */
export type HttpHandler = (request: IncomingMessage, response: ServerResponse, invite: () => void) => void;

/** What to listen on and who answers. */
export interface HttpListenerOptions {
  /** `as4`, `api`: names the listener in events and errors. */
  readonly name: string;
  readonly host: string;
  /** 0 takes any free port. */
  readonly port: number;
  readonly tls?: ListenerTls | undefined;
  readonly limits?: Partial<ListenerLimits> | undefined;
  readonly observer: Observer;
  readonly handle: HttpHandler;
}

/** A listener that runs. */
export interface HttpListener {
  readonly address: { readonly host: string; readonly port: number; readonly url: string };
  /** Takes no more connections, lets running requests finish within `closeMs`, then cuts what is left. */
  close(): Promise<void>;
}

/** Answers to what is not HTTP, by the parser's code; anything else is 400. */
const PARSE_ANSWERS: Readonly<Record<string, string>> = {
  HPE_HEADER_OVERFLOW: '431 Request Header Fields Too Large',
  HPE_CHUNK_EXTENSIONS_OVERFLOW: '413 Payload Too Large',
  ERR_HTTP_REQUEST_TIMEOUT: '408 Request Timeout',
};

function makeServer(options: HttpListenerOptions, limits: ListenerLimits): Server {
  const common = {
    headersTimeout: limits.headersMs,
    // A long upload is legitimate; its pace is watched where the body is read.
    requestTimeout: 0,
    keepAliveTimeout: limits.keepAliveMs,
    connectionsCheckingInterval: Math.max(50, Math.min(limits.headersMs / 2, 5_000)),
  };
  const server = options.tls
    ? createHttpsServer({
        ...common,
        ...listenerTlsOptions(options.tls, `the ${options.name} listener`),
        handshakeTimeout: limits.headersMs,
      })
    : createHttpServer(common);
  server.timeout = limits.silenceMs;
  server.maxConnections = limits.connections;
  return server;
}

function answerMalformed(options: HttpListenerOptions, error: NodeJS.ErrnoException, socket: Duplex): void {
  const answered = (socket as { _httpMessage?: { headersSent: boolean } })._httpMessage?.headersSent === true;
  if (error.code === 'ECONNRESET' || !socket.writable || answered) {
    socket.destroy();
    return;
  }
  options.observer.emit({
    event: 'http/request-malformed',
    level: 'warn',
    listener: options.name,
    remote: (socket as Socket).remoteAddress,
    reason: error.code ?? error.message,
  });
  const status = PARSE_ANSWERS[error.code ?? ''] ?? '400 Bad Request';
  socket.end(`HTTP/1.1 ${status}\r\nConnection: close\r\nContent-Length: 0\r\n\r\n`, () => socket.destroy());
}

function watchTls(options: HttpListenerOptions, server: Server): void {
  server.on('tlsClientError', (error: NodeJS.ErrnoException, socket: TLSSocket) => {
    options.observer.emit({
      event: 'http/handshake-failed',
      level: 'warn',
      listener: options.name,
      remote: socket.remoteAddress,
      reason: error.code ?? error.message,
    });
  });
  server.on('secureConnection', (socket: TLSSocket) => {
    // Only reached with clientCertificates "optional": none is fine, one that does not verify is not.
    const shown =
      options.tls?.clientCertificates === 'optional' && socket.getPeerX509Certificate() !== undefined;
    if (!shown || socket.authorized) return;
    options.observer.emit({
      event: 'http/handshake-failed',
      level: 'warn',
      listener: options.name,
      remote: socket.remoteAddress,
      reason: String(socket.authorizationError),
    });
    socket.destroy();
  });
}

/** Counts what runs on each connection, so that closing cuts the idle ones and waits for the others. */
class Connections {
  readonly #running = new Map<Socket, number>();
  #closing = false;

  track(socket: Socket): void {
    this.#running.set(socket, 0);
    socket.once('close', () => this.#running.delete(socket));
  }

  begin(socket: Socket): void {
    this.#running.set(socket, (this.#running.get(socket) ?? 0) + 1);
  }

  end(socket: Socket): void {
    const left = (this.#running.get(socket) ?? 1) - 1;
    if (socket.destroyed) return;
    this.#running.set(socket, left);
    if (this.#closing && left === 0) socket.destroySoon();
  }

  closeIdle(): void {
    this.#closing = true;
    for (const [socket, running] of this.#running) if (running === 0) socket.destroy();
  }

  cut(): void {
    for (const socket of this.#running.keys()) socket.destroy();
  }
}

function serve(
  options: HttpListenerOptions,
  limits: ListenerLimits,
  connections: Connections,
  exchange: {
    readonly request: IncomingMessage;
    readonly response: ServerResponse;
    readonly expects: boolean;
  },
): void {
  const { request, response } = exchange;
  const { socket } = request;
  connections.begin(socket);
  response.once('close', () => {
    void finishRequest(request, limits).then(() => connections.end(socket));
  });
  let waiting = exchange.expects;
  // A client answered without an invitation cannot know whether its body is still wanted: the connection ends
  // (RFC 9110 10.1.1).
  if (waiting) response.shouldKeepAlive = false;
  options.handle(request, response, () => {
    if (waiting && !response.headersSent) {
      response.shouldKeepAlive = true;
      response.writeContinue();
    }
    waiting = false;
  });
}

function listening(server: Server, options: HttpListenerOptions): Promise<AddressInfo> {
  return new Promise((resolve, reject) => {
    const refuse = (error: Error): void =>
      reject(listenFailure(error, options.name, `${options.host}:${options.port}`));
    server.once('error', refuse);
    server.listen(options.port, options.host, () => {
      server.off('error', refuse);
      server.on('error', (error: NodeJS.ErrnoException) => {
        options.observer.emit({
          event: 'http/accept-failed',
          level: 'error',
          listener: options.name,
          reason: error.code ?? error.message,
        });
      });
      resolve(server.address() as AddressInfo);
    });
  });
}

async function closeServer(server: Server, connections: Connections, closeMs: number): Promise<void> {
  const closed = new Promise<void>((resolve) => server.close(() => resolve()));
  connections.closeIdle();
  const deadline = setTimeout(() => {
    connections.cut();
    server.closeAllConnections();
  }, closeMs);
  await closed;
  clearTimeout(deadline);
}

/**
 * Starts an HTTP/1.1 listener with time limits, bounded connections, early answers that reach the client, and a close
 * that lets running requests finish. Throws QuoinError `http/port-taken`, `http/port-forbidden`,
 * `http/address-not-available`, `http/cannot-listen` or `http/tls-configuration`.
 */
export async function startHttpListener(options: HttpListenerOptions): Promise<HttpListener> {
  const limits = { ...LISTENER_LIMITS, ...options.limits };
  const connections = new Connections();
  const server = makeServer(options, limits);
  const on = (expects: boolean) => (request: IncomingMessage, response: ServerResponse) =>
    serve(options, limits, connections, { request, response, expects });
  server.on('request', on(false));
  server.on('checkContinue', on(true));
  // Node would answer another expectation itself (417), and then take whatever still comes without a bound.
  server.on('checkExpectation', on(false));
  server.on('clientError', (error, socket) => answerMalformed(options, error, socket));
  server.on('drop', () => {
    options.observer.emit({ event: 'http/too-many-connections', level: 'warn', listener: options.name });
  });
  server.on(options.tls ? 'secureConnection' : 'connection', (socket: Socket) => connections.track(socket));
  if (options.tls) watchTls(options, server);

  const { address, port, family } = await listening(server, options);
  const url = `${options.tls ? 'https' : 'http'}://${family === 'IPv6' ? `[${address}]` : address}:${port}`;
  options.observer.emit({ event: 'http/listening', level: 'info', listener: options.name, address: url });
  let closing: Promise<void> | undefined;
  return {
    address: { host: address, port, url },
    close: () =>
      (closing ??= closeServer(server, connections, limits.closeMs).then(() => {
        options.observer.emit({ event: 'http/closed', level: 'info', listener: options.name, address: url });
      })),
  };
}
