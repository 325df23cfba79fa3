import { readMultipart } from '../../protocol/mime/index.ts';
import type { MimePart } from '../../protocol/mime/index.ts';
import { isMultipart, splitHttpHead } from './http-head.ts';
import { once } from '../streams.ts';

/** A captured message with its media type found, ready to be read any number of times. */
export interface Capture {
  /** An HTTP response. */
  readonly isAnswer: boolean;
  readonly contentType: string | undefined;
  readonly lines: readonly string[];
  readonly body: () => AsyncIterable<Uint8Array>;
  /** The MIME parts, or the whole body as one. */
  readonly parts: (maxParts: number) => AsyncIterable<MimePart>;
}

/**
 * Takes what people capture: an HTTP message with its head, a multipart body (the boundary is read from its first line),
 * or a bare SOAP envelope.
 */
export function readCapture(bytes: Uint8Array, contentType: string | undefined): Capture {
  const head = splitHttpHead(bytes);
  const content = head?.body ?? bytes;
  const type = contentType ?? head?.contentType ?? guessType(content);
  const body = (): AsyncIterable<Uint8Array> => once(content);
  return {
    isAnswer: head?.startLine.startsWith('HTTP/') ?? false,
    contentType: type,
    lines: [
      ...(head === undefined ? [] : [head.startLine]),
      `Content-Type: ${type ?? 'unknown'}`,
      `${content.byteLength} bytes`,
    ],
    body,
    parts: (maxParts) =>
      type !== undefined && isMultipart(type)
        ? readMultipart(body(), type, { maxParts })
        : single(type, body),
  };
}

function guessType(content: Uint8Array): string | undefined {
  const start = Buffer.from(content.subarray(0, 200)).toString('latin1').trimStart();
  const boundary = /^--([^\r\n]{1,70})\r?\n/.exec(start)?.[1];
  if (boundary !== undefined)
    return `multipart/related; type="application/soap+xml"; boundary="${boundary.trimEnd()}"`;
  return start.startsWith('<') || start.startsWith('\u00ef\u00bb\u00bf<')
    ? 'application/soap+xml'
    : undefined;
}

async function* single(
  contentType: string | undefined,
  body: () => AsyncIterable<Uint8Array>,
): AsyncGenerator<MimePart> {
  yield { headers: new Map(), contentId: undefined, contentType, body: body() };
}
