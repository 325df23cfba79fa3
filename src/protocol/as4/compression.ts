import { Readable, pipeline } from 'node:stream';
import { crc32, createGzip, createInflateRaw, gzipSync, inflateRawSync } from 'node:zlib';
import type { InflateRaw } from 'node:zlib';
import { byteSource } from './byte-source.ts';
import type { ByteSource } from './byte-source.ts';
import { compressionLimits, decompressionFailure } from './compression-limits.ts';
import type { CompressionLimits } from './compression-limits.ts';
import { readMemberHeader, readMemberTrailer } from './gzip-member.ts';

const bufferSize = 64 * 1024;

/** bytes of a body that is compressed or decompressed in one call: cheaper than a stream, and over within a millisecond or two. */
const smallSize = 64 * 1024;

/** bytes that one call may decompress to; what grows beyond takes the way of the large ones, with their limits. */
const smallGrown = 1024 * 1024;

/** The one compression type of AS4 (AS4 3.1). */
export const gzipMediaType = 'application/gzip';

/** Compresses a stream as one gzip member. Memory does not depend on its length; errors of the source pass through. */
export async function* gzip(source: AsyncIterable<Uint8Array>): AsyncIterable<Uint8Array> {
  const input = byteSource(source);
  try {
    const whole = await wholeIfSmall(input);
    if (whole !== undefined) yield gzipSync(whole);
    else yield* gzipLarge(input);
  } finally {
    await input.close();
  }
}

async function* gzipLarge(input: ByteSource): AsyncIterable<Uint8Array> {
  const compressor = createGzip({ chunkSize: bufferSize });
  // The error reaches the reader through `compressor`, which the pipeline destroys with it.
  pipeline(Readable.from(rest(input), { objectMode: false }), compressor, () => undefined);
  for await (const chunk of compressor as AsyncIterable<Buffer>) yield chunk;
}

async function* rest(input: ByteSource): AsyncGenerator<Uint8Array> {
  for (let bytes = await input.next(); bytes !== undefined; bytes = await input.next()) yield bytes;
}

/** All that is still to come, when it is little; otherwise undefined, and nothing is taken. */
async function wholeIfSmall(input: ByteSource): Promise<Buffer | undefined> {
  const taken: Uint8Array[] = [];
  let size = 0;
  for (;;) {
    const bytes = await input.next();
    if (bytes === undefined) return Buffer.concat(taken, size);
    // The source may use its chunk again once it is asked for the next.
    taken.push(Buffer.from(bytes));
    size += bytes.byteLength;
    if (size <= smallSize) continue;
    input.giveBack(Buffer.concat(taken, size));
    return undefined;
  }
}

/**
 * Decompresses gzip as it streams: one or several members, nothing else after them. Each bound is watched while bytes
 * arrive, so a bomb costs no more than the limit; memory does not depend on length. The last bytes come only after
 * the checksum of their member agreed. Throws Refusal EBMS:0303 `as4/gzip-...`; errors of the source pass through.
 */
export async function* gunzipBounded(
  source: AsyncIterable<Uint8Array>,
  limits: Partial<CompressionLimits> = {},
): AsyncIterable<Uint8Array> {
  const bounds = { ...compressionLimits, ...limits };
  const input = byteSource(source);
  const progress = { produced: 0 };
  try {
    for (let members = 1; ; members++) {
      if (members > bounds.maxMembers) {
        throw decompressionFailure('as4/gzip-members', { expected: `at most ${bounds.maxMembers} members` });
      }
      await readMemberHeader(input, { first: members === 1, maxHeaderBytes: bounds.maxHeaderBytes });
      yield* inflateMember(input, bounds, progress);
      const more = await input.next();
      if (more === undefined) return;
      input.giveBack(more);
    }
  } finally {
    await input.close();
  }
}

/** One member from its deflate data to its trailer; the last chunk is held back until the trailer agreed. */
async function* inflateMember(
  input: ByteSource,
  limits: CompressionLimits,
  progress: { produced: number },
): AsyncIterable<Uint8Array> {
  let checksum = 0;
  let length = 0;
  let held: Buffer | undefined;
  for await (const chunk of inflate(input)) {
    checksum = crc32(chunk, checksum);
    length += chunk.length;
    progress.produced += chunk.length;
    checkGrowth(progress.produced, input.consumed(), limits);
    if (held !== undefined) yield held;
    held = chunk;
  }
  await readMemberTrailer(input, { crc32: checksum, length });
  if (held !== undefined) yield held;
}

/** True when so many bytes come out of so few compressed ones that the part passes for a bomb. */
export function growsTooMuch(
  produced: number,
  consumed: number,
  { maxRatio, ratioFloor }: Pick<CompressionLimits, 'maxRatio' | 'ratioFloor'>,
): boolean {
  return produced > ratioFloor && produced > maxRatio * consumed;
}

function checkGrowth(produced: number, consumed: number, limits: CompressionLimits): void {
  if (produced > limits.maxBytes) {
    throw decompressionFailure('as4/gzip-size', {
      expected: `at most ${limits.maxBytes} bytes`,
      found: 'more',
    });
  }
  if (growsTooMuch(produced, consumed, limits)) {
    throw decompressionFailure('as4/gzip-ratio', { expected: `at most 1:${limits.maxRatio}`, found: 'more' });
  }
}

/** The content of one deflate stream; the source is left at the first byte after it. */
async function* inflate(input: ByteSource): AsyncIterable<Buffer> {
  // What is small comes in one piece as a rule; nothing waits for a second one, which may never come.
  const piece = await input.next();
  const small = piece === undefined || piece.byteLength > smallSize ? undefined : inflateSmall(piece);
  if (piece !== undefined) input.giveBack(small === undefined ? piece : piece.subarray(small.consumed));
  if (small === undefined) yield* inflateLarge(input);
  else if (small.content.length > 0) yield small.content;
}

/** In one call; undefined for what is not whole, is damaged or grows much: as a stream it goes on, or is refused in the right words. */
function inflateSmall(
  piece: Uint8Array,
): { readonly content: Buffer; readonly consumed: number } | undefined {
  try {
    const inflated: unknown = inflateRawSync(piece, { info: true, maxOutputLength: smallGrown });
    // With `info` the call gives this, which its type leaves out.
    const { buffer, engine } = inflated as { readonly buffer: Buffer; readonly engine: InflateRaw };
    return { content: buffer, consumed: engine.bytesWritten };
  } catch {
    return undefined;
  }
}

async function* inflateLarge(input: ByteSource): AsyncIterable<Buffer> {
  const inflater = createInflateRaw({ chunkSize: bufferSize });
  const feeding = feed(input, inflater);
  // A failure arrives through the output below; until then it must not count as unhandled.
  feeding.catch(() => undefined);
  try {
    for await (const chunk of inflater as AsyncIterable<Buffer>) yield chunk;
  } catch (cause) {
    throw inflateFailure(cause);
  } finally {
    inflater.destroy();
  }
  const { given, last } = await feeding;
  input.giveBack(last.subarray(last.length - (given - inflater.bytesWritten)));
}

/** Feeds the inflater until it has its end, an error, or no more input; says what it was given. */
async function feed(input: ByteSource, inflater: InflateRaw): Promise<{ given: number; last: Uint8Array }> {
  let given = 0;
  let last: Uint8Array = Buffer.alloc(0);
  try {
    // Input left over means that the deflate stream has ended inside the bytes just given.
    while (!inflater.destroyed && inflater.bytesWritten === given) {
      const bytes = await input.next();
      if (bytes === undefined) {
        inflater.end();
        break;
      }
      given += bytes.length;
      last = bytes;
      await write(inflater, bytes);
    }
  } catch (error) {
    inflater.destroy(error instanceof Error ? error : new Error(String(error)));
    throw error;
  }
  return { given, last };
}

/** Resolves when the inflater has taken the bytes or is closed: at the end of its data it may never ask for more. */
function write(inflater: InflateRaw, bytes: Uint8Array): Promise<void> {
  return new Promise((resolve) => {
    const settle = (): void => {
      inflater.off('close', settle);
      resolve();
    };
    inflater.once('close', settle);
    inflater.write(bytes, settle);
  });
}

/** Errors of zlib in our words; anything else came from the source and is passed on as it is. */
function inflateFailure(cause: unknown): unknown {
  const code = (cause as NodeJS.ErrnoException | undefined)?.code ?? '';
  if (code === 'Z_BUF_ERROR') return decompressionFailure('as4/gzip-truncated', { cause });
  return code.startsWith('Z_') ? decompressionFailure('as4/gzip-damaged', { cause }) : cause;
}
