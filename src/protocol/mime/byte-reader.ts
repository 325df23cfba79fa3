/** Reads a stream of chunks as if it were one buffer, of which only the unread end is held. */
export class ByteReader {
  /** What has come and is not yet consumed. */
  buffer: Buffer = Buffer.alloc(0);
  readonly #source: AsyncIterator<Uint8Array>;
  #ended = false;

  constructor(source: AsyncIterable<Uint8Array>) {
    this.#source = source[Symbol.asyncIterator]();
  }

  /** Waits for more bytes; false when there are none. */
  async more(): Promise<boolean> {
    while (!this.#ended) {
      const next = await this.#source.next();
      if (next.done === true) this.#ended = true;
      else if (next.value.byteLength > 0) {
        this.#append(next.value);
        return true;
      }
    }
    return false;
  }

  /** Waits until so many bytes are held; false when the stream ends before. */
  async atLeast(length: number): Promise<boolean> {
    while (this.buffer.length < length) {
      if (!(await this.more())) return false;
    }
    return true;
  }

  /** Takes bytes off the front: a view, not a copy. */
  take(length: number): Buffer {
    const taken = this.buffer.subarray(0, length);
    this.buffer = this.buffer.subarray(length);
    return taken;
  }

  /** Tells the source that nobody will read on. */
  async close(): Promise<void> {
    if (this.#ended) return;
    this.#ended = true;
    await this.#source.return?.();
  }

  #append(bytes: Uint8Array): void {
    const chunk = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    this.buffer = this.buffer.length === 0 ? chunk : Buffer.concat([this.buffer, chunk]);
  }
}
