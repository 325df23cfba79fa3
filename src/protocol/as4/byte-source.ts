/** A stream of bytes that can be taken in any portion and given back. One reader at a time. */
export interface ByteSource {
  /** The next bytes as they come, never empty; undefined at the end. */
  next(): Promise<Uint8Array | undefined>;
  /** Exactly `length` bytes; undefined when the stream ends before. */
  take(length: number): Promise<Buffer | undefined>;
  /** Puts bytes back in front of what is still to come. */
  giveBack(bytes: Uint8Array): void;
  /** bytes taken and not given back. */
  consumed(): number;
  /** Tells the source that nothing more is wanted. */
  close(): Promise<void>;
}

/** Wraps a stream as a `ByteSource`; errors of the stream pass through unchanged. */
export function byteSource(source: AsyncIterable<Uint8Array>): ByteSource {
  const iterator = source[Symbol.asyncIterator]();
  const waiting: Uint8Array[] = [];
  let consumed = 0;
  let pulling = false;

  async function next(): Promise<Uint8Array | undefined> {
    for (;;) {
      const bytes = waiting.pop() ?? (await pull());
      if (bytes === undefined) return undefined;
      consumed += bytes.length;
      if (bytes.length > 0) return bytes;
    }
  }
  async function pull(): Promise<Uint8Array | undefined> {
    pulling = true;
    const result = await iterator.next().finally(() => (pulling = false));
    return result.done === true ? undefined : result.value;
  }
  function giveBack(bytes: Uint8Array): void {
    if (bytes.length === 0) return;
    consumed -= bytes.length;
    waiting.push(bytes);
  }
  async function take(length: number): Promise<Buffer | undefined> {
    const taken: Uint8Array[] = [];
    let missing = length;
    while (missing > 0) {
      const bytes = await next();
      if (bytes === undefined) return undefined;
      const wanted = bytes.subarray(0, missing);
      taken.push(wanted);
      missing -= wanted.length;
      giveBack(bytes.subarray(wanted.length));
    }
    return Buffer.concat(taken, length);
  }
  async function close(): Promise<void> {
    const closing = Promise.resolve(iterator.return?.());
    // A source that is still being waited for closes only when it answers, which may be never.
    if (pulling) closing.catch(() => undefined);
    else await closing;
  }
  return { next, take, giveBack, close, consumed: () => consumed };
}
