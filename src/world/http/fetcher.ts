import type { Agent, Dispatcher } from 'undici';
import type { FetchedAnswer, FetchRequest, HttpFetch } from '../../oots/ports/index.ts';
import {
  fetchAborted,
  fetchFailure,
  fetchRedirect,
  fetchStatus,
  fetchTimeout,
  fetchTooLarge,
} from './fetch-failure.ts';
import type { FetchPhase } from './fetch-failure.ts';
import { guardedConnector } from './guarded-connect.ts';
import type { GuardOptions } from './guarded-connect.ts';

/** How to fetch. */
export interface FetcherOptions extends GuardOptions {
  /** ms for everything, from the look-up to the last byte, redirects included. */
  readonly timeoutMs: number;
  /** bytes of a body; more is refused, announced or not. */
  readonly maxBytes: number;
  /** Connections to one host at once; further fetches wait, within their time. */
  readonly connections?: number | undefined;
  readonly userAgent?: string | undefined;
}

/** ms for TCP and TLS together. */
const CONNECT_MS = 10_000;

/** ms an unused connection is kept. */
const KEEP_ALIVE_MS = 4_000;

/** bytes of the head of an answer: certificates of the signer stand in it. */
const MAX_HEAD = 64 * 1024;

const MAX_REDIRECTS = 3;
const CLOSED: readonly unknown[] = ['UND_ERR_SOCKET', 'ECONNRESET', 'EPIPE'];
const REDIRECTS: readonly number[] = [301, 302, 303, 307, 308];

/** Fetches over connections of its own, to allowed addresses only. */
export function createFetcher(options: FetcherOptions): HttpFetch {
  let agent: Promise<Agent> | undefined;
  return {
    get: async (request) => {
      agent ??= openAgent(options);
      return await new Fetch(await agent, request, options).answer();
    },
    close: async () => {
      await (await agent)?.destroy();
    },
  };
}

/** The library is loaded by the first fetch. */
async function openAgent(options: FetcherOptions): Promise<Agent> {
  const undici = await import('undici');
  return new undici.Agent({
    connect: guardedConnector(undici, { ...options, timeoutMs: Math.min(options.timeoutMs, CONNECT_MS) }),
    connections: options.connections ?? 4,
    pipelining: 1,
    keepAliveTimeout: KEEP_ALIVE_MS,
    // Our own clock covers the whole fetch; these would only fire beside it.
    headersTimeout: 0,
    bodyTimeout: 0,
    maxHeaderSize: MAX_HEAD,
  });
}

/** One fetch under one clock, with the redirects it follows. */
class Fetch {
  readonly #agent: Agent;
  readonly #request: FetchRequest;
  readonly #options: FetcherOptions;
  #phase: FetchPhase = 'response';
  #host = '';

  constructor(agent: Agent, request: FetchRequest, options: FetcherOptions) {
    this.#agent = agent;
    this.#request = request;
    this.#options = options;
  }

  async answer(): Promise<FetchedAnswer> {
    const { timeoutMs } = this.#options;
    const clock = AbortSignal.timeout(timeoutMs);
    const { signal: given } = this.#request;
    const signal = given === undefined ? clock : AbortSignal.any([clock, given]);
    try {
      const url = new URL(this.#request.url);
      return await this.#follow(url, signal, MAX_REDIRECTS).catch((error: unknown) => {
        if (!this.#wasClosed(error)) throw error;
        return this.#follow(url, signal, MAX_REDIRECTS);
      });
    } catch (error) {
      if (given?.aborted === true) throw fetchAborted(this.#place, given.reason);
      if (clock.aborted) throw fetchTimeout(this.#place, timeoutMs);
      throw fetchFailure(error, this.#place);
    }
  }

  /** The service may close a connection it has kept in the moment we use it again; a question can be put twice. */
  #wasClosed(error: unknown): boolean {
    return this.#phase === 'response' && CLOSED.includes((error as NodeJS.ErrnoException).code);
  }

  get #place(): { readonly phase: FetchPhase; readonly host: string } {
    return { phase: this.#phase, host: this.#host };
  }

  async #follow(url: URL, signal: AbortSignal, redirects: number): Promise<FetchedAnswer> {
    this.#host = url.host;
    this.#phase = 'response';
    const response = await this.#agent.request({
      origin: url.origin,
      path: `${url.pathname}${url.search}`,
      method: 'GET',
      headers: {
        ...this.#request.headers,
        // The signed digest is that of the bytes that come: nobody may pack them on the way.
        'accept-encoding': 'identity',
        'user-agent': this.#options.userAgent ?? 'quoin',
      },
      signal,
    });
    this.#phase = 'reply';
    const { statusCode, headers } = response;
    if (statusCode === 200) return { headers: oneEach(headers), body: await this.#read(response) };
    response.body.on('error', () => undefined).destroy();
    if (!REDIRECTS.includes(statusCode))
      throw fetchStatus(this.#place, statusCode, oneEach(headers)['content-type'] ?? '');
    return await this.#follow(this.#target(url, headers, redirects), signal, redirects - 1);
  }

  #target(from: URL, headers: Dispatcher.ResponseData['headers'], left: number): URL {
    const { location = '' } = oneEach(headers);
    const to = location !== '' && URL.canParse(location, from.href) ? new URL(location, from) : undefined;
    if (to?.origin === from.origin && left > 0) return to;
    throw fetchRedirect(this.#place, location);
  }

  async #read({ headers, body }: Dispatcher.ResponseData): Promise<Uint8Array> {
    const { maxBytes } = this.#options;
    const announced = Number(oneEach(headers)['content-length'] ?? 0);
    const chunks: Uint8Array[] = [];
    let bytes = 0;
    try {
      if (announced > maxBytes) throw fetchTooLarge(this.#place, maxBytes);
      for await (const chunk of body as AsyncIterable<Uint8Array>) {
        bytes += chunk.byteLength;
        if (bytes > maxBytes) throw fetchTooLarge(this.#place, maxBytes);
        chunks.push(chunk);
      }
    } finally {
      body.on('error', () => undefined).destroy();
    }
    return Buffer.concat(chunks);
  }
}

/** A header that comes several times is one with all its values, as HTTP has it (RFC 9110 5.3). */
function oneEach(headers: Dispatcher.ResponseData['headers']): Readonly<Record<string, string | undefined>> {
  return Object.fromEntries(
    Object.entries(headers).map(([name, value]) => [name, [value ?? []].flat().join(', ')]),
  );
}
