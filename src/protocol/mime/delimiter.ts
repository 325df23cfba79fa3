import type { ByteReader } from './byte-reader.ts';
import { excerpt, mimeRefusal } from './errors.ts';
import type { MimeLimits } from './limits.ts';

/** The line between parts: what it looks like in this message. */
export interface Delimiter {
  /** `--boundary`. */
  readonly dashes: Buffer;
  /** Line end and `--boundary`: the line end belongs to it, not to the part before (RFC 2046 5.1.1). */
  readonly needle: Buffer;
}

/** What bytes behind `--boundary` say: `length` counts from `--boundary` to behind its line end. */
export type DelimiterTail =
  | { readonly kind: 'next' | 'last'; readonly length: number }
  /** Something else that begins alike. */
  | { readonly kind: 'data' }
  /** More bytes are needed; `isLast` when the end of the stream would make it the last one. */
  | { readonly kind: 'more'; readonly isLast: boolean };

const CR = 0x0d;
const LF = 0x0a;
const DASH = 0x2d;
const MAX_PADDING = 64;

/** Reads what follows `--boundary` at the given offset: white space, then a line end. */
export function tailOf(buffer: Buffer, start: number, dashes: Buffer): DelimiterTail {
  let at = start + dashes.length;
  if (buffer[at] === DASH && at + 1 === buffer.length) return { kind: 'more', isLast: false };
  const isLast = buffer[at] === DASH && buffer[at + 1] === DASH;
  if (isLast) at += 2;
  for (const end = at + MAX_PADDING; at < end && (buffer[at] === 0x20 || buffer[at] === 0x09);) at += 1;
  if (at === buffer.length) return { kind: 'more', isLast };
  if (buffer[at] === CR) {
    at += 1;
    if (at === buffer.length) return { kind: 'more', isLast };
  }
  if (buffer[at] !== LF) return { kind: 'data' };
  return { kind: isLast ? 'last' : 'next', length: at + 1 - start };
}

/**
 * Finds the first boundary, within the limit for what may stand before it, and consumes it. Whether its line ends in CRLF
 * or, as some hand-made messages have it, in LF decides how the others are written. Throws Refusal EBMS:0007
 * `mime/boundary-missing`, `mime/boundary-mismatch`, `mime/no-parts`.
 */
export async function findFirst(
  reader: ByteReader,
  boundary: string,
  limits: MimeLimits,
): Promise<Delimiter> {
  const dashes = Buffer.from(`--${boundary}`, 'latin1');
  for (let from = 0; ;) {
    const at = reader.buffer.indexOf(dashes, from);
    const isFound = at >= 0 && at <= limits.maxPreambleBytes;
    if (isFound && (at === 0 || reader.buffer[at - 1] === LF)) {
      const tail = tailOf(reader.buffer, at, dashes);
      if (tail.kind === 'next') return consume(reader, at, tail.length, dashes);
      if (tail.kind === 'last') throw noParts();
      if (tail.kind === 'data') {
        from = at + 1;
        continue;
      }
    } else if (isFound) {
      from = at + 1;
      continue;
    }
    if (
      reader.buffer.length > limits.maxPreambleBytes + dashes.length + MAX_PADDING ||
      !(await reader.more())
    ) {
      throw notFound(reader.buffer, boundary, limits);
    }
  }
}

/** How many bytes at the end of a buffer may be the beginning of a needle whose first byte stands in it once. */
export function heldBack(buffer: Buffer, needle: Buffer): number {
  const tail = buffer.subarray(Math.max(0, buffer.length - needle.length + 1));
  const at = tail.lastIndexOf(needle[0]!);
  if (at < 0) return 0;
  const length = tail.length - at;
  return tail.compare(needle, 0, length, at) === 0 ? length : 0;
}

function consume(reader: ByteReader, at: number, length: number, dashes: Buffer): Delimiter {
  const line = reader.take(at + length);
  const lineEnd = line[line.length - 2] === CR ? '\r\n' : '\n';
  return { dashes, needle: Buffer.concat([Buffer.from(lineEnd), dashes]) };
}

function notFound(buffer: Buffer, boundary: string, limits: MimeLimits): Error {
  const expected = `--${boundary}`;
  const lines = buffer.toString('latin1', 0, limits.maxPreambleBytes).split(/\r?\n/);
  if (lines.at(-1)?.trimEnd() === expected) throw truncated();
  const other = lines.find((line) => line.startsWith('--') && line.length > 2 && !line.startsWith(expected));
  if (other === undefined) {
    return mimeRefusal('mime/boundary-missing', 'The body has no boundary line.', {
      field: 'Content-Type boundary',
      expected,
      found: excerpt(buffer),
      advice: 'The body was cut off, or is not multipart: look for a proxy that rewrites it.',
    });
  }
  return mimeRefusal('mime/boundary-mismatch', 'The boundary in the body is not the one in Content-Type.', {
    field: 'Content-Type boundary',
    expected,
    found: excerpt(other),
    advice: 'Something between the partner and here changed the body or its Content-Type.',
  });
}

/** The stream ended before the closing boundary: what came so far is not the message. */
export function truncated(): Error {
  return mimeRefusal('mime/truncated', 'The multipart body ends before its closing boundary.', {
    expected: 'a closing boundary',
    found: 'the end of the body',
    advice: 'The transfer was cut off; the partner should send again.',
  });
}

function noParts(): Error {
  return mimeRefusal('mime/no-parts', 'The multipart body has no parts.', {
    expected: 'a SOAP part',
    found: 'a closing boundary',
  });
}
