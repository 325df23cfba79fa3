import type { IncomingMessage } from 'node:http';
import { QuoinError } from '../../protocol/errors/index.ts';
import { createPatience } from './patience.ts';
import type { Patience, PatienceLimits } from './patience.ts';

/** Bounds of one request body. */
export interface BodyLimits extends PatienceLimits {
  /** bytes. */
  readonly maxBytes: number;
}

/** A request body as it arrives, and how it ended. */
export interface RequestBody {
  /**
   * The bytes with back-pressure, to be read once. Throws QuoinError `http/message-too-large`, `http/too-slow` or
   * `http/connection-dropped`. Leaving early does not close the connection.
   */
  readonly stream: AsyncIterable<Uint8Array>;
  /** What ended the body early, if anything did. */
  failure(): QuoinError | undefined;
  /** bytes read so far. */
  bytes(): number;
}

/** The answer to a body over the limit, whether announced or found while reading. */
export function tooLarge(limit: number): QuoinError {
  return new QuoinError('http/message-too-large', `The message is larger than ${limit} bytes.`, {
    finding: { check: 'message-size', field: 'request body', expected: `at most ${limit} bytes` },
  });
}

function tooSlow(limits: BodyLimits): QuoinError {
  return new QuoinError('http/too-slow', 'The request body arrived too slowly.', {
    finding: {
      check: 'upload-pace',
      field: 'request body',
      expected: `at least ${limits.minBytesPerSecond} bytes a second, with pauses up to ${limits.idleMs} ms`,
    },
  });
}

function dropped(cause: unknown): QuoinError {
  return new QuoinError(
    'http/connection-dropped',
    'The peer closed the connection before the request body was complete.',
    { cause, finding: { check: 'upload-complete', field: 'request body' } },
  );
}

const OVER = { done: true, value: undefined } as const;

/**
 * The body of a request, read from its own buffer: a small one has come as a whole when somebody asks for it, and then costs
 * one turn. The iterator of the request would make a dozen listeners and promises for it, and close the connection when a
 * reader leaves early.
 */
class Body implements AsyncIterableIterator<Uint8Array> {
  failure: QuoinError | undefined;
  bytes = 0;
  readonly #request: IncomingMessage;
  readonly #limits: BodyLimits;
  readonly #invite: () => void;
  readonly #patience: Patience;
  readonly #wake = (): void => this.#awake();
  #awake: () => void = () => undefined;
  #state: 'new' | 'open' | 'over' = 'new';

  constructor(request: IncomingMessage, limits: BodyLimits, invite: () => void) {
    this.#request = request;
    this.#limits = limits;
    this.#invite = invite;
    this.#patience = createPatience(limits);
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  async next(): Promise<IteratorResult<Uint8Array, undefined>> {
    if (this.#state === 'new') this.#begin();
    try {
      while (this.#state === 'open') {
        const chunk = this.#read();
        if (chunk !== undefined) return { done: false, value: this.#counted(chunk) };
        if (this.#isWhole()) this.#end();
        else await this.#more();
      }
      return OVER;
    } catch (error) {
      this.failure = error instanceof QuoinError ? error : dropped(error);
      this.#end();
      throw this.failure;
    }
  }

  /** Lets go of the request, so that the rest can be drained; the connection stays. */
  return(): Promise<IteratorResult<Uint8Array, undefined>> {
    this.#end();
    return Promise.resolve(OVER);
  }

  #begin(): void {
    this.#state = 'open';
    this.#invite();
    for (const event of EVENTS) this.#request.on(event, this.#wake);
  }

  #end(): void {
    if (this.#state === 'open') for (const event of EVENTS) this.#request.off(event, this.#wake);
    this.#state = 'over';
    this.#awake();
  }

  #read(): Buffer | undefined {
    return (this.#request.read() as Buffer | null) ?? undefined;
  }

  #isWhole(): boolean {
    return this.#request.complete && this.#request.readableLength === 0;
  }

  #counted(chunk: Buffer): Buffer {
    this.#patience.received(chunk.byteLength);
    this.bytes += chunk.byteLength;
    if (this.bytes > this.#limits.maxBytes) throw tooLarge(this.#limits.maxBytes);
    return chunk;
  }

  /** Waits for whatever happens next to the request, as long as patience lasts. */
  async #more(): Promise<void> {
    const { destroyed, errored } = this.#request;
    if (destroyed) throw dropped(errored ?? undefined);
    const asked = performance.now();
    let timer: NodeJS.Timeout | undefined;
    const isLate = await new Promise<boolean>((resolve) => {
      this.#awake = () => resolve(false);
      timer = setTimeout(() => resolve(true), this.#patience.left());
    });
    clearTimeout(timer);
    if (isLate) throw tooSlow(this.#limits);
    this.#patience.waited(performance.now() - asked);
  }
}

/** What may end the wait for more of a body. */
const EVENTS = ['readable', 'end', 'error', 'close'] as const;

/**
 * Reads a request body under limits. `invite` is called before the first byte is asked for, so that a client that sent
 * `Expect: 100-continue` is only told to go on when somebody wants the body (RFC 9110 10.1.1).
 */
export function readRequestBody(
  request: IncomingMessage,
  limits: BodyLimits,
  invite: () => void = () => undefined,
): RequestBody {
  const body = new Body(request, limits, invite);
  return { stream: body, failure: () => body.failure, bytes: () => body.bytes };
}
