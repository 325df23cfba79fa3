import type { Agent, Dispatcher } from 'undici';
import type { WebhookAnswer, WebhookRequest, WebhookSender } from '../../msh/ports/index.ts';
import { guardedConnector } from './guarded-connect.ts';
import type { GuardOptions } from './guarded-connect.ts';
import { webhookAborted, webhookFailure, webhookTimeout } from './webhook-failure.ts';
import type { WebhookPhase } from './webhook-failure.ts';

/** The way to one endpoint. */
export interface WebhookSenderOptions extends Omit<GuardOptions, 'timeoutMs' | 'advice'> {
  /** Connections at once. */
  readonly connections: number;
  readonly userAgent?: string | undefined;
}

/** ms for TCP and TLS together; the time of the whole attempt ends it earlier. */
const CONNECT_MS = 10_000;

/** bytes of an answer that are read, so that the connection can be used again; a longer answer ends it. */
const DRAIN_BYTES = 64 * 1024;

/** ms an answer may take from its head to its end before the connection is cut. */
const DRAIN_MS = 5_000;

const ADVICE = 'If the backend is there, set allowPrivate: true for this webhook';

/** ms an unused connection is kept. */
const KEEP_ALIVE_MS = 4_000;

/**
 * Sends to one endpoint over connections of its own. Redirects are answers like any other. What counts is the head of the
 * answer: its body is read a little and thrown away.
 */
export function createWebhookSender(options: WebhookSenderOptions): WebhookSender {
  let agent: Promise<Agent> | undefined;
  return {
    send: async (request) => {
      agent ??= openAgent(options);
      return await post(await agent, request, options.userAgent ?? 'quoin');
    },
    close: async () => {
      await (await agent)?.destroy();
    },
  };
}

/** The library is loaded by the first event: an access point that starts has no use for it yet. */
async function openAgent(options: WebhookSenderOptions): Promise<Agent> {
  const undici = await import('undici');
  return new undici.Agent({
    connect: guardedConnector(undici, { ...options, advice: ADVICE, timeoutMs: CONNECT_MS }),
    connections: options.connections,
    pipelining: 1,
    keepAliveTimeout: KEEP_ALIVE_MS,
    // Our own clock covers the whole attempt; these would only fire beside it.
    headersTimeout: 0,
    bodyTimeout: 0,
    maxHeaderSize: 32 * 1024,
  });
}

function post(agent: Agent, request: WebhookRequest, userAgent: string): Promise<WebhookAnswer> {
  const url = new URL(request.url);
  const exchange = new Exchange(request, url.host);
  const options: Dispatcher.DispatchOptions = {
    origin: url.origin,
    path: `${url.pathname}${url.search}`,
    method: 'POST',
    headers: {
      ...request.headers,
      'user-agent': userAgent,
      'content-length': String(request.body.byteLength),
    },
    body: request.body,
  };
  if (exchange.over) return exchange.answer;
  try {
    agent.dispatch(options, exchange);
  } catch (error) {
    exchange.fail(error as Error);
  }
  return exchange.answer;
}

/** One POST from its first look-up to the head of its answer, under one clock. */
class Exchange implements Dispatcher.DispatchHandler {
  readonly answer: Promise<WebhookAnswer>;
  readonly #request: WebhookRequest;
  readonly #host: string;
  readonly #onAbort = (): void => this.fail(webhookAborted(this.#host, this.#request.signal?.reason));
  #phase: WebhookPhase = 'connect';
  #controller: Dispatcher.DispatchController | undefined;
  #timer: NodeJS.Timeout | undefined;
  #failure: Error | undefined;
  #drained = 0;
  #answered = false;
  #resolve!: (answer: WebhookAnswer) => void;
  #reject!: (error: Error) => void;

  constructor(request: WebhookRequest, host: string) {
    this.#request = request;
    this.#host = host;
    this.answer = new Promise((resolve, reject) => {
      this.#resolve = resolve;
      this.#reject = reject;
    });
    this.#timer = setTimeout(
      () => this.fail(webhookTimeout(this.#phase, host, request.timeoutMs)),
      request.timeoutMs,
    );
    if (request.signal?.aborted) this.#onAbort();
    else request.signal?.addEventListener('abort', this.#onAbort, { once: true });
  }

  /** True once it is known how it ended. */
  get over(): boolean {
    return this.#answered || this.#failure !== undefined;
  }

  onRequestStart(controller: Dispatcher.DispatchController): void {
    this.#controller = controller;
    this.#phase = 'response';
    if (this.#failure) controller.abort(this.#failure);
  }

  onResponseStart(
    controller: Dispatcher.DispatchController,
    status: number,
    headers: Record<string, string | string[] | undefined>,
  ): void {
    if (status < 200 || this.over) return;
    this.#end();
    this.#answered = true;
    this.#timer = setTimeout(() => controller.abort(new Error('the rest is not wanted')), DRAIN_MS);
    this.#timer.unref();
    this.#resolve({ status, ...retryAfter(headers['retry-after']) });
  }

  onResponseData(controller: Dispatcher.DispatchController, chunk: Buffer): void {
    this.#drained += chunk.byteLength;
    if (this.#drained > DRAIN_BYTES) controller.abort(new Error('the rest is not wanted'));
  }

  onResponseEnd(): void {
    this.#end();
  }

  onResponseError(_controller: Dispatcher.DispatchController, error: Error): void {
    this.fail(error);
  }

  /** Ends it with an error, unless the answer has come already. */
  fail(error: Error): void {
    const over = this.over;
    this.#end();
    if (over) return;
    this.#failure = webhookFailure(error, { phase: this.#phase, host: this.#host });
    this.#reject(this.#failure);
    this.#controller?.abort(this.#failure);
  }

  #end(): void {
    clearTimeout(this.#timer);
    this.#request.signal?.removeEventListener('abort', this.#onAbort);
  }
}

/** Seconds or an HTTP date (RFC 9110 10.2.3), bounded by whoever uses it. */
function retryAfter(header: string | string[] | undefined): Pick<WebhookAnswer, 'retryAfterMs'> {
  const [value = ''] = [header ?? ''].flat();
  const ms = /^\d{1,9}$/.test(value) ? Number(value) * 1000 : Date.parse(value) - Date.now();
  return ms > 0 ? { retryAfterMs: ms } : {};
}
