import { ByteReader } from './byte-reader.ts';
import { collisionKey, contentIdOf } from './content-id.ts';
import { parseContentType } from './content-type.ts';
import { findFirst } from './delimiter.ts';
import { excerpt, mimeRefusal } from './errors.ts';
import { DEFAULT_MIME_LIMITS, MAX_BOUNDARY_LENGTH } from './limits.ts';
import type { MimeLimits } from './limits.ts';
import { PartBody } from './part-body.ts';
import { readPartHeaders } from './part-headers.ts';
import { decoderFor } from './transfer-encoding.ts';

/** One part of a multipart message. */
export interface MimePart {
  /** Names in lower case; values unfolded, as written. */
  readonly headers: ReadonlyMap<string, string>;
  /** Content-ID without angle brackets. */
  readonly contentId?: string | undefined;
  /** Content-Type with its parameters, as written. */
  readonly contentType?: string | undefined;
  /** The content, its transfer encoding undone. Readable once, and only until the next part is asked for. */
  readonly body: AsyncIterable<Uint8Array>;
}

/**
 * Reads the parts of a multipart message as they come (RFC 2046 5.1, RFC 2387; eDelivery AS4 1.15 1.4.2.3). Each body is
 * read, or else skipped, before the next part is yielded; memory does not depend on its size. Line ends may be LF. What is
 * not MIME as the profile uses it is a Refusal EBMS:0007: `mime/not-multipart`, `mime/bad-boundary`,
 * `mime/boundary-missing`, `mime/boundary-mismatch`, `mime/truncated`, `mime/no-parts`, `mime/too-many-parts`,
 * `mime/nested-multipart`, `mime/duplicate-content-id`, `mime/epilogue-too-large` and those of headers and encodings.
 */
export async function* readMultipart(
  source: AsyncIterable<Uint8Array>,
  contentType: string,
  limits: Partial<MimeLimits> = {},
): AsyncGenerator<MimePart> {
  const all = { ...DEFAULT_MIME_LIMITS, ...limits };
  const boundary = boundaryOf(contentType);
  const reader = new ByteReader(source);
  try {
    const delimiter = await findFirst(reader, boundary, all);
    const seen = new Set<string>();
    for (let count = 1, isLast = false; !isLast; count += 1) {
      if (count > all.maxParts) throw tooManyParts(all.maxParts);
      const headers = await readPartHeaders(reader, all);
      const body = new PartBody(reader, delimiter);
      yield partOf(headers, body, seen);
      await body.drain();
      isLast = body.isLast;
    }
    await skipEpilogue(reader, all.maxEpilogueBytes);
  } finally {
    await reader.close();
  }
}

function boundaryOf(contentType: string): string {
  const { type, parameters } = parseContentType(contentType);
  if (!type.startsWith('multipart/')) {
    throw mimeRefusal('mime/not-multipart', 'The body is not a multipart message.', {
      field: 'Content-Type',
      expected: 'multipart/related',
      found: excerpt(type),
    });
  }
  const boundary = parameters.get('boundary') ?? '';
  const isGood =
    boundary !== '' && boundary.length <= MAX_BOUNDARY_LENGTH && /^[\x20-\x7e]*[\x21-\x7e]$/.test(boundary);
  if (isGood) return boundary;
  throw mimeRefusal('mime/bad-boundary', 'Content-Type names no usable boundary.', {
    field: 'Content-Type boundary',
    expected: `1 to ${MAX_BOUNDARY_LENGTH} printable characters`,
    found: boundary === '' ? 'none' : excerpt(boundary),
  });
}

function partOf(headers: ReadonlyMap<string, string>, body: PartBody, seen: Set<string>): MimePart {
  const contentType = headers.get('content-type');
  if (contentType !== undefined) refuseNesting(contentType);
  const idHeader = headers.get('content-id');
  const contentId = idHeader === undefined ? undefined : contentIdOf(idHeader);
  if (contentId !== undefined) refuseCollision(contentId, seen);
  const decode = decoderFor(headers.get('content-transfer-encoding'));
  return { headers, contentId, contentType, body: decode(body.chunks()) };
}

function refuseNesting(contentType: string): void {
  if (!parseContentType(contentType).type.startsWith('multipart/')) return;
  throw mimeRefusal('mime/nested-multipart', 'A part is itself a multipart message.', {
    field: 'Content-Type',
    expected: 'parts side by side',
    found: excerpt(contentType),
  });
}

function refuseCollision(contentId: string, seen: Set<string>): void {
  const key = collisionKey(contentId);
  if (seen.has(key)) {
    throw mimeRefusal(
      'mime/duplicate-content-id',
      'Two parts have Content-IDs that could be taken for one another.',
      {
        field: 'Content-ID',
        expected: 'identifiers that differ in more than letter case and escaping',
        found: excerpt(contentId),
      },
    );
  }
  seen.add(key);
}

async function skipEpilogue(reader: ByteReader, limit: number): Promise<void> {
  let skipped = 0;
  do {
    skipped += reader.take(reader.buffer.length).length;
    if (skipped > limit) {
      throw mimeRefusal('mime/epilogue-too-large', 'Too much follows the closing boundary.', {
        expected: `at most ${limit} bytes`,
      });
    }
  } while (await reader.more());
}

function tooManyParts(limit: number): Error {
  return mimeRefusal('mime/too-many-parts', `The message has more than ${limit} parts.`, {
    expected: `at most ${limit} parts`,
    found: 'more',
  });
}
