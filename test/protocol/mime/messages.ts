import { collect, readMultipart } from '../../../src/protocol/mime/index.ts';
import type { MimeLimits } from '../../../src/protocol/mime/index.ts';

/** A part as it was read, whole. */
export interface ReadPart {
  readonly headers: Readonly<Record<string, string>>;
  readonly contentId: string | undefined;
  readonly contentType: string | undefined;
  /** latin1, so that every byte is one character. */
  readonly content: string;
}

/** A stream of the chunks given. */
export async function* streamOf(...chunks: readonly (string | Uint8Array)[]): AsyncGenerator<Uint8Array> {
  for (const chunk of chunks) yield typeof chunk === 'string' ? Buffer.from(chunk, 'latin1') : chunk;
}

/** The bytes cut into chunks of one size. */
export function cut(bytes: Buffer, size: number): Buffer[] {
  return Array.from({ length: Math.ceil(bytes.length / size) }, (_, index) =>
    bytes.subarray(index * size, (index + 1) * size),
  );
}

/** All parts of a message, read to the end. */
export async function readAll(
  source: AsyncIterable<Uint8Array>,
  contentType: string,
  limits?: Partial<MimeLimits>,
): Promise<ReadPart[]> {
  const parts: ReadPart[] = [];
  for await (const { headers, contentId, contentType: type, body } of readMultipart(
    source,
    contentType,
    limits,
  )) {
    const content = (await collect(body, 100_000_000)).toString('latin1');
    parts.push({ headers: Object.fromEntries(headers), contentId, contentType: type, content });
  }
  return parts;
}

/** The contents of all parts of a message given as text. */
export async function contentsOf(
  text: string,
  boundary = 'b',
  limits?: Partial<MimeLimits>,
): Promise<string[]> {
  const parts = await readAll(streamOf(text), `multipart/related; boundary="${boundary}"`, limits);
  return parts.map((part) => part.content);
}
