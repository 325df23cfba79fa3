import { Refusal } from '../../protocol/errors/index.ts';
import { parseContentDisposition, parseContentType, readMultipart } from '../../protocol/mime/index.ts';
import type { MimePart } from '../../protocol/mime/index.ts';
import { bodyOf, uploadFailure } from './context.ts';
import type { RestLimits } from './context.ts';
import { RestError } from './problems.ts';
import { tooLarge } from './read-json.ts';
import type { Request } from './request.ts';

/** The field that describes the message; everything else in the form is a file, whatever it calls itself. */
const MESSAGE_FIELD = 'message';

/** Values of Content-Transfer-Encoding that change nothing. */
const UNCODED: ReadonlySet<string> = new Set(['', '7bit', '8bit', 'binary']);

/** Bounds on the headers of a part; the size of the whole is bounded by the API. */
const HEADS = { maxHeaderBytes: 8 * 1024, maxHeaderLines: 20 };

/** What comes out of a form, in order. */
export type FormItem =
  | { readonly kind: 'message'; readonly text: string }
  | { readonly kind: 'file'; readonly name: string; readonly content: AsyncIterable<Uint8Array> }
  | { readonly kind: 'end' };

/**
 * A multipart/form-data body (RFC 7578) as it is read, by the reader that AS4 messages are read by. Nothing of a file is kept
 * beyond the piece that its reader was given, and what is not read stays with the client.
 */
export class UploadForm {
  readonly #request: Request;
  readonly #limits: RestLimits;
  readonly #source: AsyncIterator<Uint8Array>;
  readonly #parts: AsyncGenerator<MimePart>;
  #bytes = 0;
  #files = 0;
  #hasMessage = false;
  #failure: RestError | undefined;

  constructor(request: Request, limits: RestLimits) {
    this.#request = request;
    this.#limits = limits;
    this.#source = bodyOf(request)[Symbol.asyncIterator]();
    const body = { [Symbol.asyncIterator]: () => ({ next: () => this.#pull() }) };
    this.#parts = readMultipart(body, request.headers['content-type'] ?? '', {
      ...HEADS,
      // One more than the files and the message: the form says itself what it has too many of.
      maxParts: limits.parts + 2,
      maxEpilogueBytes: limits.submissionBytes,
    });
  }

  /** The next item; throws what ended the form early. What is left of the file before is passed over. */
  async next(): Promise<FormItem> {
    if (this.#failure !== undefined) throw this.#failure;
    return this.#failing(async () => {
      const part = await this.#part();
      if (part === undefined) return { kind: 'end' };
      const name = nameOf(part);
      refuseCoded(name, part);
      return name === MESSAGE_FIELD ? await this.#message(part) : this.#file(name, part);
    });
  }

  /** The next part; an empty form has none. */
  async #part(): Promise<MimePart | undefined> {
    try {
      const { value } = (await this.#parts.next()) as IteratorResult<MimePart, undefined>;
      return value;
    } catch (cause) {
      if (cause instanceof Refusal && cause.code === 'mime/no-parts') return undefined;
      throw cause;
    }
  }

  /** Takes no more from the client. */
  stop(): void {
    // A client that stalls would hold this up.
    this.#source.return?.().catch(() => undefined);
  }

  async #message({ body, contentType }: MimePart): Promise<FormItem> {
    if (this.#hasMessage) throw malformed('The field "message" came twice.');
    this.#hasMessage = true;
    const { messageFieldBytes } = this.#limits;
    const pieces: Uint8Array[] = [];
    let size = 0;
    for await (const piece of body) {
      size += piece.byteLength;
      if (size > messageFieldBytes) throw tooLarge(MESSAGE_FIELD, messageFieldBytes);
      pieces.push(piece);
    }
    return { kind: 'message', text: decoded(Buffer.concat(pieces, size), charsetOf(contentType)) };
  }

  #file(name: string, { body }: MimePart): FormItem {
    const { parts } = this.#limits;
    this.#files += 1;
    if (this.#files > parts) throw malformed(`The form has more than ${parts} parts.`);
    return { kind: 'file', name, content: this.#content(body) };
  }

  async *#content(body: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
    try {
      yield* body;
    } catch (cause) {
      throw this.#ended(cause);
    }
  }

  async #pull(): Promise<IteratorResult<Uint8Array, undefined>> {
    const next = (await this.#source.next()) as IteratorResult<Uint8Array, undefined>;
    if (next.done === true) {
      if (this.#request.complete) return next;
      throw new Error('incomplete');
    }
    this.#bytes += next.value.byteLength;
    if (this.#bytes > this.#limits.submissionBytes) throw tooLarge('body', this.#limits.submissionBytes);
    return next;
  }

  async #failing<T>(read: () => Promise<T>): Promise<T> {
    try {
      return await read();
    } catch (cause) {
      throw this.#ended(cause);
    }
  }

  /** What ended the form once ends it for everybody who reads it. */
  #ended(cause: unknown): RestError {
    this.#failure ??= cause instanceof Refusal ? malformed(cause.message, cause) : uploadFailure(cause);
    this.stop();
    return this.#failure;
  }
}

/** 400 for what is no form as curl and browsers write it. */
function malformed(detail: string, cause?: unknown): RestError {
  const { expected, found } = cause instanceof Refusal ? (cause.finding ?? {}) : {};
  return new RestError('rest/malformed-form', detail, {
    cause,
    finding: {
      check: 'multipart-form',
      field: 'body',
      expected,
      found,
      advice:
        'Send multipart/form-data as curl -F does: first the field "message", then part-0, part-1 and so on.',
    },
  });
}

/** The name of a field; empty when it has none. */
function nameOf({ headers }: MimePart): string {
  const { value, parameters } = parseContentDisposition(headers.get('content-disposition') ?? '');
  return value === 'form-data' ? (parameters.get('name') ?? '') : '';
}

function charsetOf(contentType: string | undefined): string {
  return (
    (contentType === undefined ? undefined : parseContentType(contentType).parameters.get('charset')) ??
    'utf-8'
  );
}

/** Forms have no encodings (RFC 7578 4.7): decoded by nobody, a part would be kept as other bytes than were meant. */
function refuseCoded(name: string, { headers }: MimePart): void {
  const encoding = (headers.get('content-transfer-encoding') ?? '').toLowerCase();
  if (UNCODED.has(encoding)) return;
  throw malformed(`"${name}" is encoded (${encoding.slice(0, 40)}); its bytes are wanted as they are.`);
}

function decoded(bytes: Buffer, charset: string): string {
  try {
    return new TextDecoder(charset, { fatal: true }).decode(bytes);
  } catch (cause) {
    const name = charset.toUpperCase().slice(0, 40);
    throw malformed(`The field "message" has characters that are not ${name}.`, cause);
  }
}
