import { createHash } from 'node:crypto';

/** Bytes a whole message may still hold, shared by its parts. */
export interface Budget {
  left: number;
}

/** Bounds of one document and what to throw beyond them; sizes in bytes. */
export interface MeterLimits {
  readonly partBytes: number;
  readonly budget: Budget;
  readonly tooLarge: () => Error;
}

/** Counts and hashes a business document as it passes, and stops it at the limits of its P-Mode. */
export class Meter {
  size = 0;
  readonly #hash = createHash('sha256');
  readonly #limits: MeterLimits;

  constructor(limits: MeterLimits) {
    this.#limits = limits;
  }

  /** Takes the next bytes; throws what the limits say when they are too many. */
  take(chunk: Uint8Array): void {
    const { partBytes, budget, tooLarge } = this.#limits;
    this.size += chunk.byteLength;
    budget.left -= chunk.byteLength;
    if (this.size > partBytes || budget.left < 0) throw tooLarge();
    this.#hash.update(chunk);
  }

  /** A stream with every chunk taken on its way. */
  async *through(source: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
    for await (const chunk of source) {
      this.take(chunk);
      yield chunk;
    }
  }

  /** hex, once, after the last byte. */
  sha256(): string {
    return this.#hash.digest('hex');
  }
}
