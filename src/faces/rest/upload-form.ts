import { bodyOf, uploadFailure } from './context.ts';
import type { RestLimits } from './context.ts';
import { FormReader, boundaryOf, malformed } from './form-reader.ts';
import type { PartHead } from './form-reader.ts';
import type { RestError } from './problems.ts';
import { tooLarge } from './read-json.ts';
import type { Request } from './request.ts';

/** The field that describes the message; everything else in the form is a file, whatever it calls itself. */
const MESSAGE_FIELD = 'message';

/** Values of Content-Transfer-Encoding that change nothing. */
const UNCODED: ReadonlySet<string> = new Set(['', '7bit', '8bit', 'binary']);

/** What comes out of a form, in order. */
export type FormItem =
  | { readonly kind: 'message'; readonly text: string }
  | { readonly kind: 'file'; readonly name: string; readonly content: AsyncIterable<Uint8Array> }
  | { readonly kind: 'end' };

/**
 * A multipart/form-data body as it is read. Nothing of a file is kept beyond the piece that its reader was given, and what is
 * not read stays with the client.
 */
export class UploadForm {
  readonly #request: Request;
  readonly #limits: RestLimits;
  readonly #reader: FormReader;
  readonly #source: AsyncIterator<Uint8Array>;
  #bytes = 0;
  #files = 0;
  #hasMessage = false;
  #failure: RestError | undefined;

  /** Throws RestError `rest/malformed-form` when the content type has no boundary. */
  constructor(request: Request, limits: RestLimits) {
    this.#request = request;
    this.#limits = limits;
    this.#reader = new FormReader(boundaryOf(request.headers['content-type'] ?? ''), () => this.#pull());
    this.#source = bodyOf(request)[Symbol.asyncIterator]();
  }

  /** The next item; throws what ended the form early. What is left of the file before is passed over. */
  async next(): Promise<FormItem> {
    if (this.#failure !== undefined) throw this.#failure;
    const head = await this.#failing(() => this.#reader.nextPart());
    if (head === undefined) return { kind: 'end' };
    return this.#failing(() => (head.name === MESSAGE_FIELD ? this.#message(head) : this.#file(head)));
  }

  /** Takes no more from the client. */
  stop(): void {
    // A client that stalls would hold this up.
    this.#source.return?.().catch(() => undefined);
  }

  async #message({ charset = 'utf-8', encoding }: PartHead): Promise<FormItem> {
    if (this.#hasMessage) throw malformed('The field "message" came twice.');
    this.#hasMessage = true;
    refuseCoded(MESSAGE_FIELD, encoding);
    const { messageFieldBytes } = this.#limits;
    const pieces: Buffer[] = [];
    let size = 0;
    for (let piece = await this.#reader.content(); piece; piece = await this.#reader.content()) {
      size += piece.byteLength;
      if (size > messageFieldBytes) throw tooLarge(MESSAGE_FIELD, messageFieldBytes);
      pieces.push(piece);
    }
    return { kind: 'message', text: decoded(Buffer.concat(pieces, size), charset) };
  }

  #file({ name, encoding }: PartHead): FormItem {
    const { parts } = this.#limits;
    this.#files += 1;
    if (this.#files > parts) throw malformed(`The form has more than ${parts} parts.`);
    refuseCoded(name, encoding);
    return { kind: 'file', name, content: this.#content(this.#files) };
  }

  async *#content(file: number): AsyncGenerator<Uint8Array> {
    while (file === this.#files) {
      const piece = await this.#failing(() => this.#reader.content());
      if (piece === undefined) return;
      yield piece;
    }
  }

  async #pull(): Promise<Uint8Array | undefined> {
    const next = await this.#source.next();
    if (next.done === true) {
      if (this.#request.complete) return undefined;
      throw new Error('incomplete');
    }
    this.#bytes += next.value.byteLength;
    if (this.#bytes > this.#limits.submissionBytes) throw tooLarge('body', this.#limits.submissionBytes);
    return next.value;
  }

  /** What ended the form once ends it for everybody who reads it. */
  async #failing<T>(read: () => Promise<T> | T): Promise<T> {
    try {
      return await read();
    } catch (cause) {
      this.#failure ??= uploadFailure(cause);
      this.stop();
      throw this.#failure;
    }
  }
}

/** Forms have no encodings (RFC 7578 4.7): decoded by nobody, a part would be kept as other bytes than were meant. */
function refuseCoded(name: string, encoding: string): void {
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
