import type { IncomingMessage } from 'node:http';
import { QuoinError } from '../../protocol/errors/index.ts';
import { createPatience } from './patience.ts';
import type { PatienceLimits } from './patience.ts';

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

/** Waits for a promise at most `ms`; rejects with `late()` after that. */
async function within<T>(promise: Promise<T>, ms: number, late: () => Error): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const alarm = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(late()), ms);
  });
  try {
    return await Promise.race([promise, alarm]);
  } finally {
    clearTimeout(timer);
  }
}

/**
 * Reads a request body under limits. `invite` is called before the first byte is asked for, so that a client that sent
 * `Expect: 100-continue` is only told to go on when somebody wants the body (RFC 9110 10.1.1).
 */
export function readRequestBody(
  request: IncomingMessage,
  limits: BodyLimits,
  invite: () => void = () => undefined,
): RequestBody {
  let failure: QuoinError | undefined;
  let bytes = 0;

  async function* chunks(): AsyncGenerator<Uint8Array> {
    const patience = createPatience(limits);
    invite();
    // The usual iterator would destroy the request, and with it the connection, when the reader leaves early.
    const source = request.iterator({ destroyOnReturn: false }) as AsyncIterableIterator<Buffer>;
    try {
      for (;;) {
        const asked = performance.now();
        const next = await within(source.next(), patience.left(), () => tooSlow(limits));
        if (next.done === true) break;
        patience.waited(performance.now() - asked);
        patience.received(next.value.byteLength);
        bytes += next.value.byteLength;
        if (bytes > limits.maxBytes) throw tooLarge(limits.maxBytes);
        yield next.value;
      }
    } finally {
      // Lets go of the request, so that the rest can be drained. Not awaited: a peer that stalls would hold it up.
      void source.return?.();
    }
    if (!request.complete) throw dropped(undefined);
  }

  async function* watched(): AsyncGenerator<Uint8Array> {
    try {
      yield* chunks();
    } catch (error) {
      failure = error instanceof QuoinError ? error : dropped(error);
      throw failure;
    }
  }

  return { stream: watched(), failure: () => failure, bytes: () => bytes };
}
