import { decompressionFailure } from './compression-limits.ts';
import type { ByteSource } from './byte-source.ts';

const flag = { headerCrc: 2, extra: 4, name: 8, comment: 16, reserved: 0xe0 } as const;

async function demand(input: ByteSource, length: number): Promise<Buffer> {
  const bytes = await input.take(length);
  if (bytes === undefined) throw decompressionFailure('as4/gzip-truncated');
  return bytes;
}

/** Skips text that ends with a zero byte and returns how many bytes that were. */
async function skipText(input: ByteSource, maxBytes: number): Promise<number> {
  for (let skipped = 0; skipped < maxBytes;) {
    const bytes = await input.next();
    if (bytes === undefined) throw decompressionFailure('as4/gzip-truncated');
    const end = bytes.indexOf(0);
    if (end >= 0) {
      input.giveBack(bytes.subarray(end + 1));
      return skipped + end + 1;
    }
    skipped += bytes.length;
  }
  throw decompressionFailure('as4/gzip-header', { expected: `a header of at most ${maxBytes} bytes` });
}

/**
 * Reads the header of one gzip member (RFC 1952 2.3) and leaves the source at its deflate data.
 * Throws Refusal EBMS:0303 `as4/gzip-header`, or `as4/gzip-trailing-bytes` when `first` is false.
 */
export async function readMemberHeader(
  input: ByteSource,
  options: { readonly first: boolean; readonly maxHeaderBytes: number },
): Promise<void> {
  const start = await input.take(10);
  const problem = options.first ? 'as4/gzip-header' : 'as4/gzip-trailing-bytes';
  if (start === undefined || start[0] !== 0x1f || start[1] !== 0x8b || start[2] !== 8) {
    throw decompressionFailure(problem, { expected: '1f 8b 08', found: start?.toString('hex', 0, 3) });
  }
  const flags = start.readUInt8(3);
  if ((flags & flag.reserved) !== 0) {
    throw decompressionFailure('as4/gzip-header', { expected: 'reserved flags unset' });
  }
  let length = start.length;
  if ((flags & flag.extra) !== 0) {
    const extra = (await demand(input, 2)).readUInt16LE();
    await demand(input, extra);
    length += 2 + extra;
  }
  if ((flags & flag.name) !== 0) length += await skipText(input, options.maxHeaderBytes - length);
  if ((flags & flag.comment) !== 0) await skipText(input, options.maxHeaderBytes - length);
  if ((flags & flag.headerCrc) !== 0) await demand(input, 2);
}

/** Reads the trailer of one gzip member and compares it with what was decompressed. Throws Refusal EBMS:0303. */
export async function readMemberTrailer(
  input: ByteSource,
  seen: { readonly crc32: number; readonly length: number },
): Promise<void> {
  const trailer = await demand(input, 8);
  if (trailer.readUInt32LE(0) !== seen.crc32 || trailer.readUInt32LE(4) !== seen.length % 2 ** 32) {
    throw decompressionFailure('as4/gzip-damaged', { expected: 'checksum and length as in the trailer' });
  }
}
