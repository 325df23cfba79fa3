import type { IncomingMessage, ServerResponse } from 'node:http';
import type { As4Reply, As4Request, Observer } from '../../msh/ports/index.ts';
import { describeError } from '../../protocol/errors/index.ts';
import type { QuoinError } from '../../protocol/errors/index.ts';
import { announcedLength, refusalAtGate } from './as4-gate.ts';
import type { PlainAnswer } from './as4-gate.ts';
import { startHttpListener } from './http-listener.ts';
import type { HttpListener, ListenerLimits } from './http-listener.ts';
import type { ListenerTls } from './listener-tls.ts';
import { MIN_BYTES_PER_SECOND } from './patience.ts';
import { Remotes } from './remotes.ts';
import type { RemoteLimits } from './remotes.ts';
import { readRequestBody } from './request-body.ts';

/** Bounds of the AS4 door. */
export interface As4Limits extends ListenerLimits, RemoteLimits {
  /** bytes of one message on the wire. */
  readonly messageBytes: number;
  /** Messages received at once; more are asked to come again later (503). */
  readonly concurrentMessages: number;
  /** ms without a byte that a sender is granted. */
  readonly idleMs: number;
  /** bytes a second below which a sender uses up that grant. */
  readonly minBytesPerSecond: number;
}

/** Where the AS4 door is and who handles what comes in. */
export interface As4ListenerOptions {
  readonly host: string;
  /** 0 takes any free port. */
  readonly port: number;
  readonly path: string;
  readonly tls?: ListenerTls | undefined;
  readonly receive: (request: As4Request) => Promise<As4Reply>;
  /** Why no message can be taken now, if so: looked at before a byte of the body is read. Never rejects. */
  readonly mayTake?: (() => Promise<PlainAnswer | undefined>) | undefined;
  readonly limits: Pick<As4Limits, 'messageBytes'> & Partial<As4Limits>;
  readonly observer: Observer;
}

const AS4_LIMITS = {
  concurrentMessages: 64,
  messagesPerRemote: 0,
  refusalsPerMinute: 0,
  idleMs: 30_000,
  minBytesPerSecond: MIN_BYTES_PER_SECOND,
};

/** What a body that ended early is answered with; a dropped connection can get no answer. */
const BODY_FAILURES: Readonly<Record<string, PlainAnswer>> = {
  'http/message-too-large': { status: 413, text: 'The message is larger than this access point accepts.' },
  'http/too-slow': { status: 408, text: 'The message arrived too slowly.' },
};

const DEFECT: PlainAnswer = { status: 500, text: 'The access point could not handle the message.' };

function plainReply(answer: PlainAnswer): As4Reply {
  return {
    status: answer.status,
    headers: { 'Content-Type': 'text/plain; charset=utf-8', ...answer.headers },
    body: Buffer.from(`${answer.text}\n`),
  };
}

function send(response: ServerResponse, reply: As4Reply): void {
  response.writeHead(reply.status, { ...reply.headers, 'Content-Length': reply.body.byteLength });
  response.end(reply.body);
}

/** One request from its head to its answer. */
class Reception {
  readonly #options: As4ListenerOptions;
  readonly #request: IncomingMessage;
  readonly #response: ServerResponse;
  readonly #started = performance.now();

  constructor(options: As4ListenerOptions, request: IncomingMessage, response: ServerResponse) {
    this.#options = options;
    this.#request = request;
    this.#response = response;
  }

  refuse(answer: PlainAnswer): void {
    this.#emit(answer.quiet === true ? 'debug' : 'warn', 'http/message-refused', { status: answer.status });
    send(this.#response, plainReply(answer));
  }

  /** Resolves to whether what came was refused. */
  async receive(
    limits: Pick<As4Limits, 'messageBytes' | 'idleMs' | 'minBytesPerSecond'>,
    invite: () => void,
  ): Promise<boolean> {
    const refusal = await this.#options.mayTake?.();
    if (refusal) {
      this.refuse(refusal);
      return false;
    }
    const body = readRequestBody(this.#request, { ...limits, maxBytes: limits.messageBytes }, invite);
    const reply = await this.#handled(body.stream);
    const failure = body.failure();
    if (failure) this.#bodyFailed(failure, body.bytes());
    else this.#answer(reply, body.bytes());
    return failure !== undefined || reply.refused === true;
  }

  async #handled(body: AsyncIterable<Uint8Array>): Promise<As4Reply> {
    try {
      return await this.#options.receive({
        contentType: this.#request.headers['content-type'],
        contentLength: announcedLength(this.#request),
        body,
        remote: this.#request.socket.remoteAddress,
      });
    } catch (error) {
      this.#emit('error', 'http/receive-failed', { error: describeError(error) });
      return plainReply(DEFECT);
    }
  }

  #bodyFailed(failure: QuoinError, bytes: number): void {
    const answer = BODY_FAILURES[failure.code];
    if (answer === undefined || this.#response.destroyed) {
      this.#emit('warn', 'http/connection-dropped', { bytes });
      this.#response.destroy();
      return;
    }
    this.#emit('warn', 'http/message-refused', { status: answer.status, bytes, code: failure.code });
    // Nothing is worth waiting for from a sender that does not send.
    if (answer.status === 408) this.#response.shouldKeepAlive = false;
    send(this.#response, plainReply(answer));
  }

  #answer(reply: As4Reply, bytes: number): void {
    const fields = { status: reply.status, bytes };
    const told = (delivered: boolean): void => {
      if (delivered) this.#emit('info', 'http/message-answered', fields);
      else this.#emit('warn', 'http/answer-undelivered', fields);
    };
    if (this.#response.destroyed) return told(false);
    this.#response.once('close', () => told(this.#response.writableFinished));
    send(this.#response, reply);
  }

  #emit(level: 'debug' | 'info' | 'warn' | 'error', event: string, fields: Record<string, unknown>): void {
    this.#options.observer.emit({
      event,
      level,
      remote: this.#request.socket.remoteAddress,
      tookMs: Math.round(performance.now() - this.#started),
      ...fields,
    });
  }
}

/**
 * Opens the AS4 door (eDelivery AS4 1.15 §1.4.2.3): POST on one path, bodies as streams with back-pressure, bounded in
 * size, pace and number. What `receive` answers is sent at once, also while the sender still uploads.
 */
export function startAs4Listener(options: As4ListenerOptions): Promise<HttpListener> {
  const limits = { ...AS4_LIMITS, ...options.limits };
  const remotes = new Remotes(limits, options.observer);
  let running = 0;
  return startHttpListener({
    name: 'as4',
    host: options.host,
    port: options.port,
    tls: options.tls,
    limits: options.limits,
    observer: options.observer,
    handle: (request, response, invite) => {
      const reception = new Reception(options, request, response);
      const { remoteAddress } = request.socket;
      const remoteRefusal = (): PlainAnswer | undefined => remotes.refusal(remoteAddress);
      const refusal = refusalAtGate(request, { ...limits, path: options.path, running, remoteRefusal });
      if (refusal) return reception.refuse(refusal);
      running += 1;
      const leave = remotes.enter(remoteAddress);
      let refused = false;
      void reception
        .receive(limits, invite)
        .then((outcome) => {
          refused = outcome;
        })
        .finally(() => {
          running -= 1;
          leave(refused);
        });
    },
  });
}
