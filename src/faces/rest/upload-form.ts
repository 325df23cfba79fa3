import type { Readable } from 'node:stream';
import { Busboy } from '@fastify/busboy';
import type { BusboyHeaders, BusboyInstance } from '@fastify/busboy';
import type { Request } from './request.ts';
import { bodyOf, uploadFailure } from './context.ts';
import type { RestLimits } from './context.ts';
import { RestError } from './problems.ts';
import { tooLarge } from './read-json.ts';

/** The field that describes the message; everything else in the form is a file, whatever it calls itself. */
const MESSAGE_FIELD = 'message';

/** What the parser writes for bytes that are no character; nobody means it. */
const LOST = '\uFFFD';

/** Values of Content-Transfer-Encoding that change nothing. */
const UNCODED: ReadonlySet<string> = new Set(['7bit', '8bit', 'binary']);

/** What comes out of a form, in order. */
export type FormItem =
  | { readonly kind: 'message'; readonly text: string }
  | { readonly kind: 'file'; readonly name: string; readonly content: AsyncIterable<Uint8Array> }
  | { readonly kind: 'end' };

type Queued = Exclude<FormItem, { kind: 'file' }> | { kind: 'file'; name: string; stream: Readable };

function malformed(detail: string, cause?: unknown): RestError {
  return new RestError('rest/malformed-form', detail, {
    cause,
    finding: {
      check: 'multipart-form',
      field: 'body',
      advice:
        'Send multipart/form-data as curl -F does: first the field "message", then part-0, part-1 and so on.',
    },
  });
}

/**
 * A multipart/form-data body as it arrives. One file at a time flows to whoever reads it; nothing of a file is kept
 * beyond the stream's own small buffer, and what is not read stays with the client.
 */
export class UploadForm {
  readonly #request: Request;
  readonly #limits: RestLimits;
  readonly #parser: BusboyInstance;
  readonly #queue: Queued[] = [];
  #isStopped = false;
  /** Ends the wait for the parser; one a piece, because a promise for all of them would remember every wait. */
  #goOn: () => void = () => undefined;
  #failure: RestError | undefined;
  #current: Readable | undefined;
  #wake: () => void = () => undefined;

  /** Begins to read at once. Throws RestError `rest/malformed-form` when the content type has no boundary. */
  constructor(request: Request, limits: RestLimits) {
    this.#request = request;
    this.#limits = limits;
    this.#parser = this.#makeParser();
    void this.#pump();
  }

  /** The next item; throws what ended the form early. A file must be read before the next item can come. */
  async next(): Promise<FormItem> {
    // A file its consumer left half-read would hold up everything behind it.
    this.#current?.resume();
    for (;;) {
      if (this.#failure) throw this.#failure;
      const item = this.#queue.shift();
      if (item === undefined) await this.#more();
      else if (item.kind === 'file') return this.#opened(item);
      else return item;
    }
  }

  /** Takes no more from the client. */
  stop(): void {
    this.#isStopped = true;
    this.#goOn();
  }

  #makeParser(): BusboyInstance {
    const { messageFieldBytes, parts } = this.#limits;
    try {
      const parser = new Busboy({
        headers: this.#request.headers as BusboyHeaders,
        isPartAFile: (name: string | undefined) => name !== MESSAGE_FIELD,
        limits: {
          fieldSize: messageFieldBytes,
          fields: 1,
          files: parts,
          parts: parts + 1,
          headerPairs: 20,
          headerSize: 8 * 1024,
        },
      });
      parser.on('field', (_name, text: string, _nameCut, cut: boolean) =>
        cut ? this.#fail(tooLarge(MESSAGE_FIELD, messageFieldBytes)) : this.#message(text),
      );
      parser.on('file', (name: string | undefined, stream, _fileName, encoding) =>
        this.#file(name ?? '', stream, encoding),
      );
      parser.on('finish', () => this.#push({ kind: 'end' }));
      parser.on('error', (error: unknown) =>
        this.#fail(malformed('The form is not complete or not well-formed.', error)),
      );
      parser.on('fieldsLimit', () => this.#fail(malformed('The field "message" came twice.')));
      for (const limit of ['filesLimit', 'partsLimit'] as const) {
        parser.on(limit, () => this.#fail(malformed(`The form has more than ${parts} parts.`)));
      }
      return parser;
    } catch (cause) {
      throw malformed('The Content-Type has no boundary.', cause);
    }
  }

  #message(text: string): void {
    if (text.includes(LOST)) this.#fail(malformed('The field "message" has characters that are not UTF-8.'));
    else this.#push({ kind: 'message', text });
  }

  #file(name: string, stream: Readable, encoding: string): void {
    // The parser reports a part that ends early on the stream only.
    stream.on('error', (cause) => this.#fail(malformed(`The form ends inside "${name}".`, cause)));
    // Forms have no encodings (RFC 7578 4.7): decoded by nobody, the part would be kept as other bytes than were meant.
    if (!UNCODED.has(encoding.toLowerCase()))
      this.#fail(
        malformed(`"${name}" is encoded (${encoding.slice(0, 40)}); its bytes are wanted as they are.`),
      );
    if (this.#failure) stream.destroy(this.#failure);
    else this.#push({ kind: 'file', name, stream });
  }

  #opened(item: { readonly name: string; readonly stream: Readable }): FormItem {
    this.#current = item.stream;
    if (this.#failure) item.stream.destroy(this.#failure);
    return { kind: 'file', name: item.name, content: this.#contentOf(item.stream) };
  }

  async *#contentOf(stream: Readable): AsyncGenerator<Uint8Array> {
    try {
      for await (const chunk of stream) yield chunk as Uint8Array;
    } catch (error) {
      throw this.#failure ?? error;
    }
    if (this.#failure) throw this.#failure;
  }

  /** Hands the body to the parser piece by piece, each when the one before was taken. */
  async #pump(): Promise<void> {
    let bytes = 0;
    try {
      for await (const chunk of bodyOf(this.#request)) {
        bytes += chunk.byteLength;
        if (bytes > this.#limits.submissionBytes) throw tooLarge('body', this.#limits.submissionBytes);
        await this.#taken(chunk);
        if (this.#isStopped) return;
      }
      if (!this.#request.complete) throw new Error('incomplete');
      this.#parser.end();
    } catch (cause) {
      this.#fail(uploadFailure(cause));
    }
  }

  /** Resolves when the parser has taken the piece, or when nothing more is wanted. */
  #taken(chunk: Uint8Array): Promise<void> {
    return new Promise((resolve) => {
      this.#goOn = resolve;
      this.#parser.write(chunk, () => resolve());
      if (this.#isStopped) resolve();
    });
  }

  #push(item: Queued): void {
    this.#queue.push(item);
    this.#wake();
  }

  #fail(failure: RestError): void {
    this.#failure ??= failure;
    this.stop();
    this.#current?.destroy(this.#failure);
    for (const item of this.#queue) if (item.kind === 'file') item.stream.destroy(this.#failure);
    this.#wake();
  }

  #more(): Promise<void> {
    return new Promise((resolve) => {
      this.#wake = resolve;
    });
  }
}
