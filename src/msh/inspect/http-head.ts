/** The head of a captured HTTP message and the bytes behind it. */
export interface HttpHead {
  readonly startLine: string;
  readonly contentType: string | undefined;
  readonly body: Uint8Array;
}

const START_LINE = /^(?:[A-Z]{3,10} \S+ HTTP\/1\.[01]|HTTP\/1\.[01] \d{3}.*)$/;

/** Splits an HTTP/1.1 capture; undefined when the bytes do not begin with a request or status line. Chunked bodies are joined. */
export function splitHttpHead(bytes: Uint8Array): HttpHead | undefined {
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const end = buffer.indexOf('\r\n\r\n');
  if (end < 0 || end > 64 * 1024) return undefined;
  const [startLine, ...headers] = buffer.toString('latin1', 0, end).split('\r\n');
  if (startLine === undefined || !START_LINE.test(startLine)) return undefined;
  const field = (name: string): string | undefined =>
    headers
      .find((line) => line.toLowerCase().startsWith(`${name}:`))
      ?.slice(name.length + 1)
      .trim();
  const rest = buffer.subarray(end + 4);
  const chunked = /\bchunked\b/i.test(field('transfer-encoding') ?? '');
  return { startLine, contentType: field('content-type'), body: chunked ? joinChunks(rest) : rest };
}

/** True for multipart media types. */
export function isMultipart(contentType: string): boolean {
  return /^multipart\//i.test(contentType.trim());
}

function joinChunks(body: Buffer): Buffer {
  const chunks: Buffer[] = [];
  for (let at = 0; at < body.length;) {
    const lineEnd = body.indexOf('\r\n', at);
    const size = Number.parseInt(body.toString('latin1', at, lineEnd < 0 ? at : lineEnd), 16);
    if (lineEnd < 0 || !(size > 0)) break;
    chunks.push(body.subarray(lineEnd + 2, lineEnd + 2 + size));
    at = lineEnd + 2 + size + 2;
  }
  return Buffer.concat(chunks);
}
