import type { ByteReader } from './byte-reader.ts';
import { heldBack, tailOf, truncated } from './delimiter.ts';
import type { Delimiter } from './delimiter.ts';
import { mimeError } from './errors.ts';

/** The content of one part as it comes; after it `isLast` tells whether another part follows. */
export class PartBody {
  isLast = false;
  readonly #reader: ByteReader;
  readonly #delimiter: Delimiter;
  #state: 'untouched' | 'reading' | 'done' | 'skipped' = 'untouched';

  constructor(reader: ByteReader, delimiter: Delimiter) {
    this.#reader = reader;
    this.#delimiter = delimiter;
  }

  /** The content, once. Throws Refusal EBMS:0007 `mime/truncated`, and QuoinError `mime/part-skipped` when too late. */
  async *chunks(): AsyncGenerator<Uint8Array> {
    for (;;) {
      if (this.#state === 'skipped') throw skipped();
      const chunk = await this.#next();
      if (chunk === undefined) return;
      yield chunk;
    }
  }

  /** Reads over what nobody has read. */
  async drain(): Promise<void> {
    if (this.#state === 'done') return;
    while ((await this.#next()) !== undefined);
    this.#state = 'skipped';
  }

  async #next(): Promise<Uint8Array | undefined> {
    if (this.#state === 'untouched') await this.#begin();
    const { needle, dashes } = this.#delimiter;
    while (this.#state === 'reading') {
      const { buffer } = this.#reader;
      const ready = contentLength(buffer, this.#delimiter);
      if (ready > 0) return this.#reader.take(ready);
      // What is left begins with the needle, or is the beginning of it.
      if (buffer.length >= needle.length) await this.#isDelimiter(needle.length - dashes.length);
      else if (!(await this.#reader.more())) throw truncated();
    }
    return undefined;
  }

  /** A part without content may leave out its own line end: the boundary then follows the empty line at once. */
  async #begin(): Promise<void> {
    this.#state = 'reading';
    const { dashes } = this.#delimiter;
    const isLong = await this.#reader.atLeast(dashes.length);
    if (isLong && this.#reader.buffer.subarray(0, dashes.length).equals(dashes)) await this.#isDelimiter(0);
  }

  /** Whether `--boundary` at the offset is the line between parts, which is then consumed, or content that looks like it. */
  async #isDelimiter(offset: number): Promise<boolean> {
    for (;;) {
      const tail = tailOf(this.#reader.buffer, offset, this.#delimiter.dashes);
      if (tail.kind === 'data') return false;
      if (tail.kind !== 'more') return this.#end(tail.kind === 'last', offset + tail.length);
      if (await this.#reader.more()) continue;
      if (!tail.isLast) throw truncated();
      return this.#end(true, this.#reader.buffer.length);
    }
  }

  #end(isLast: boolean, length: number): true {
    this.#reader.take(length);
    this.#state = 'done';
    this.isLast = isLast;
    return true;
  }
}

/** How many bytes at the front are content for sure, things that begin like a boundary included. */
function contentLength(buffer: Buffer, { needle, dashes }: Delimiter): number {
  const lineEnd = needle.length - dashes.length;
  for (let at = buffer.indexOf(needle); at >= 0; at = buffer.indexOf(needle, at + needle.length)) {
    if (tailOf(buffer, at + lineEnd, dashes).kind !== 'data') return at;
  }
  return buffer.length - heldBack(buffer, needle);
}

function skipped(): Error {
  return mimeError(
    'mime/part-skipped',
    'The next part has been asked for; this one cannot be read any more.',
    {
      advice: 'Read or collect the body of a part before asking for the next part.',
    },
  );
}
