import { checkContentId, collisionKey } from './content-id.ts';
import { checkContentType, formatContentType } from './content-type.ts';
import { excerpt, mimeError } from './errors.ts';
import { MAX_BOUNDARY_LENGTH } from './limits.ts';

/** A payload part to be written; `length` in bytes is exact, so that Content-Length is known beforehand. */
export interface PartToWrite {
  /** Without angle brackets. */
  readonly contentId: string;
  readonly contentType: string;
  readonly length: number;
  /** Called once, when the part is reached. */
  readonly open: () => AsyncIterable<Uint8Array>;
}

/** A message to be written: the SOAP part and the payload parts in PartInfo order. */
export interface MessageToWrite {
  readonly boundary: string;
  /** Without angle brackets. */
  readonly rootContentId: string;
  readonly root: Uint8Array;
  readonly parts: readonly PartToWrite[];
}

/** A multipart message ready to be sent. */
export interface WrittenMultipart {
  readonly contentType: string;
  /** Bytes of the body, exactly. */
  readonly contentLength: number;
  /** Each call writes the whole message anew. */
  readonly body: () => AsyncIterable<Uint8Array>;
}

const SOAP = 'application/soap+xml';

/** RFC 2046 5.1.1, without the characters that some readers stumble over. */
const BOUNDARY = /^[0-9A-Za-z'+_,\-./:=?]+$/;

/**
 * Writes multipart/related with a SOAP root (RFC 2387, SOAP with Attachments; eDelivery AS4 1.15 1.4.2.3): parts in the
 * order given, binary, each with a Content-ID in angle brackets, which the strictest known receiver wants. Throws
 * QuoinError `mime/bad-boundary`, `mime/bad-content-id`, `mime/bad-content-type`, `mime/duplicate-content-id`; the body
 * throws `mime/length-mismatch` when a part yields more or fewer bytes than it said.
 */
export function writeMultipart(message: MessageToWrite): WrittenMultipart {
  checkMessage(message);
  const { boundary, rootContentId, root, parts } = message;
  const rootHead = headOf(`--${boundary}`, `${SOAP}; charset=UTF-8`, rootContentId);
  const heads = parts.map((part) => headOf(`\r\n--${boundary}`, part.contentType, part.contentId));
  const tail = Buffer.from(`\r\n--${boundary}--\r\n`);
  const framing = heads.reduce((sum, head) => sum + head.length, rootHead.length + tail.length);
  return {
    contentType: formatContentType('multipart/related', {
      type: SOAP,
      boundary,
      start: `<${rootContentId}>`,
      'start-info': SOAP,
    }),
    contentLength: parts.reduce((sum, part) => sum + part.length, framing + root.byteLength),
    body: async function* () {
      yield Buffer.concat([rootHead, root]);
      for (const [index, part] of parts.entries()) {
        yield heads[index]!;
        let left = part.length;
        for await (const chunk of part.open()) {
          left -= chunk.byteLength;
          // A wrong Content-Length would make the receiver read the next message's bytes as ours, or wait for ever.
          if (left < 0) throw lengthMismatch(part, 'more');
          yield chunk;
        }
        if (left > 0) throw lengthMismatch(part, `${part.length - left} bytes`);
      }
      yield tail;
    },
  };
}

function headOf(delimiter: string, contentType: string, contentId: string): Buffer {
  const lines = [
    delimiter,
    `Content-Type: ${contentType}`,
    'Content-Transfer-Encoding: binary',
    `Content-ID: <${contentId}>`,
    '',
    '',
  ];
  return Buffer.from(lines.join('\r\n'), 'latin1');
}

function checkMessage({ boundary, rootContentId, root, parts }: MessageToWrite): void {
  if (boundary.length > MAX_BOUNDARY_LENGTH || !BOUNDARY.test(boundary)) {
    throw badBoundary(boundary, `1 to ${MAX_BOUNDARY_LENGTH} characters that need no care`);
  }
  const bytes = Buffer.from(root.buffer, root.byteOffset, root.byteLength);
  if (bytes.includes(`--${boundary}`)) throw badBoundary(boundary, 'a boundary that is not in the SOAP part');
  const keys = [rootContentId, ...parts.map((part) => part.contentId)].map((id) =>
    collisionKey(checkContentId(id)),
  );
  if (new Set(keys).size !== keys.length) {
    throw mimeError(
      'mime/duplicate-content-id',
      'Two parts have Content-IDs that could be taken for one another.',
      {
        field: 'Content-ID',
      },
    );
  }
  for (const part of parts) {
    checkContentType(part.contentType);
    if (!Number.isSafeInteger(part.length) || part.length < 0)
      throw lengthMismatch(part, String(part.length));
  }
}

function badBoundary(boundary: string, expected: string): Error {
  return mimeError('mime/bad-boundary', 'This boundary cannot be used.', {
    expected,
    found: excerpt(boundary),
  });
}

function lengthMismatch(part: PartToWrite, found: string): Error {
  return mimeError('mime/length-mismatch', 'A payload part has another length than was said.', {
    field: `Content-ID ${excerpt(part.contentId)}`,
    expected: `${part.length} bytes`,
    found,
  });
}
