import { QuoinError } from '../../protocol/errors/index.ts';

/**
 * The body of a reply, kept as it comes in and read when somebody asks: bounded, so it can always be taken from the
 * network at once, and a connection that breaks later cannot take away what already arrived.
 */
export class ReplyBuffer implements AsyncIterable<Uint8Array> {
  readonly #maxBytes: number;
  readonly #chunks: Uint8Array[] = [];
  #bytes = 0;
  #ended = false;
  #failure: Error | undefined;
  #wake: () => void = () => undefined;

  constructor(maxBytes: number) {
    this.#maxBytes = maxBytes;
  }

  /** Adds a chunk; throws QuoinError `http/reply-too-large` when that would be too much. */
  add(chunk: Uint8Array): void {
    this.#bytes += chunk.byteLength;
    if (this.#bytes > this.#maxBytes) {
      throw new QuoinError('http/reply-too-large', `The answer is larger than ${this.#maxBytes} bytes.`, {
        finding: {
          check: 'reply-size',
          field: 'response body',
          expected: `at most ${this.#maxBytes} bytes`,
          advice: 'A receipt is small; check that the address leads to an AS4 endpoint.',
        },
      });
    }
    this.#chunks.push(chunk);
    this.#wake();
  }

  end(): void {
    this.#ended = true;
    this.#wake();
  }

  /** Makes the reader fail after what already came; without effect once the reply is complete. */
  fail(error: Error): void {
    if (!this.#ended) this.#failure ??= error;
    this.#wake();
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<Uint8Array> {
    for (;;) {
      const chunk = this.#chunks.shift();
      if (chunk) yield chunk;
      else if (this.#failure) throw this.#failure;
      else if (this.#ended) return;
      else await this.#more();
    }
  }

  #more(): Promise<void> {
    return new Promise((resolve) => {
      this.#wake = resolve;
    });
  }
}
