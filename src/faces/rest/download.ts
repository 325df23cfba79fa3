import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { Request, Response } from './request.ts';

/** Endings of file names by media type; anything else ends in `.bin`. */
const ENDINGS: Readonly<Record<string, string>> = {
  'application/xml': 'xml',
  'text/xml': 'xml',
  'application/x-ebrs+xml': 'xml',
  'application/soap+xml': 'xml',
  'application/pdf': 'pdf',
  'application/json': 'json',
  'application/zip': 'zip',
  'application/gzip': 'gz',
  'multipart/related': 'mime',
  'image/png': 'png',
  'image/jpeg': 'jpg',
  'text/plain': 'txt',
};

/** A media type that can stand in a header as it is (RFC 9110 8.3.1). */
const HEADER_TYPE = /^[\w.+-]+\/[\w.+-]+(?:\s*;\s*[\w.+-]+=(?:[\w.+-]+|"[\w .,:;/+<>@()=-]*"))*$/;

/**
 * A name that is safe in a header and on any file system: letters, digits, `.`, `_`, `-`, no leading dot, at most 100
 * characters before the ending. What names come from partners never gets further than this.
 */
export function safeFileName(name: string, mediaType: string): string {
  const bare = mediaType.split(';')[0]!.trim().toLowerCase();
  const ending = ENDINGS[bare] ?? 'bin';
  const stem = name
    .normalize('NFKD')
    .replace(/[^\w.-]+/g, '_')
    .replace(/^[._-]+|[._-]+$/g, '')
    .slice(0, 100);
  const clean = stem === '' ? 'part' : stem;
  return clean.toLowerCase().endsWith(`.${ending}`) ? clean : `${clean}.${ending}`;
}

/** Headers of bytes that came from a partner: to be saved, never to be shown or guessed at by a browser. */
export function setDownloadHeaders(
  response: Response,
  file: {
    readonly name: string;
    readonly mediaType: string;
    readonly size: number;
    readonly sha256?: string;
  },
): void {
  const type = HEADER_TYPE.test(file.mediaType) ? file.mediaType : 'application/octet-stream';
  response.setHeader('Content-Type', type);
  response.setHeader('Content-Length', file.size);
  response.setHeader('Content-Disposition', `attachment; filename="${safeFileName(file.name, type)}"`);
  if (file.sha256 !== undefined) {
    const digest = Buffer.from(file.sha256, 'hex').toString('base64');
    response.setHeader('Repr-Digest', `sha-256=:${digest}:`);
  }
}

async function* exactly(first: IteratorResult<Uint8Array>, rest: AsyncIterator<Uint8Array>, size: number) {
  let sent = 0;
  try {
    for (let next = first; next.done !== true; next = await rest.next()) {
      sent += next.value.byteLength;
      if (sent > size) break;
      yield next.value;
    }
    if (sent !== size) throw new Error(`the payload is not ${size} bytes long`);
  } finally {
    await rest.return?.();
  }
}

/**
 * Streams a payload with back-pressure. A payload that cannot be opened throws before anything is sent; one that breaks
 * off, or is not as long as announced, ends the connection so that the client cannot take it for whole.
 */
export async function streamDownload(
  request: Request,
  response: Response,
  content: AsyncIterable<Uint8Array>,
  headers: () => number,
): Promise<void> {
  const source = content[Symbol.asyncIterator]();
  if (request.method === 'HEAD') {
    headers();
    response.end();
    return;
  }
  const first = await source.next();
  const size = headers();
  try {
    await pipeline(Readable.from(exactly(first, source, size), { objectMode: false }), response);
  } catch (error) {
    // The client left before the end; the payload stream is closed and there is nobody to tell.
    if ((error as NodeJS.ErrnoException).code === 'ERR_STREAM_PREMATURE_CLOSE') return;
    throw error;
  }
}
