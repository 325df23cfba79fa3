import { Readable } from 'node:stream';
import type { Dispatcher } from 'undici';
import type { PushReply, PushRequest } from '../../msh/ports/index.ts';
import { QuoinError } from '../../protocol/errors/index.ts';
import { PHASE_WORDS, pushFailure, pushTimeout } from './push-failure.ts';
import type { PushPhase } from './push-failure.ts';
import { ReplyBuffer } from './reply-buffer.ts';
import type { PeerCertificates } from './transport-tls.ts';

/** Bounds of one push; times in ms. */
export interface PushLimits {
  /** How long the partner may leave a piece of the message untaken. */
  readonly stallTimeoutMs: number;
  /** From the first line of the answer to its end. */
  readonly replyTimeoutMs: number;
  /** bytes of the answer. */
  readonly maxReplyBytes: number;
}

/** What a push needs besides the request. */
export interface PushContext {
  readonly limits: PushLimits;
  /** `host:port`, for messages. */
  readonly host: string;
  readonly certificates: PeerCertificates;
}

function wrongLength(expected: number, found: string): QuoinError {
  return new QuoinError('http/body-length-mismatch', 'The message is not as long as was announced.', {
    finding: { check: 'content-length', field: 'request body', expected: `${expected} bytes`, found },
  });
}

/** bytes: what is sent in one go; a small message is one piece then. */
const PIECE = 64 * 1024;

/**
 * All of a small body, so that it goes out in one write; undefined for a large one, which streams. Throws QuoinError
 * `http/body-length-mismatch`, and what the body throws.
 */
export async function wholeBody({ contentLength, body }: PushRequest): Promise<Buffer | undefined> {
  if (contentLength > PIECE) return undefined;
  const pieces: Uint8Array[] = [];
  let size = 0;
  for await (const piece of body) {
    pieces.push(piece);
    size += piece.byteLength;
    if (size > contentLength) throw wrongLength(contentLength, `${size} bytes or more`);
  }
  if (size !== contentLength) throw wrongLength(contentLength, `${size} bytes`);
  return Buffer.concat(pieces, size);
}

/** The same bytes, small pieces joined: each costs a turn of everything between here and the network. */
async function* gathered(body: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  let pieces: Uint8Array[] = [];
  let size = 0;
  for await (const piece of body) {
    pieces.push(piece);
    size += piece.byteLength;
    if (size < PIECE) continue;
    yield pieces.length === 1 ? piece : Buffer.concat(pieces, size);
    pieces = [];
    size = 0;
  }
  if (size > 0) yield Buffer.concat(pieces, size);
}

/** One POST from its first byte to the last of its answer: which phase it is in, and its clock. */
export class Push implements Dispatcher.DispatchHandler {
  readonly reply: Promise<PushReply>;
  readonly body: Readable | Buffer;
  readonly #request: PushRequest;
  readonly #context: PushContext;
  readonly #buffer: ReplyBuffer;
  readonly #onAbort = (): void => this.#aborted();
  #phase: PushPhase = 'connect';
  #controller: Dispatcher.DispatchController | undefined;
  #timer: NodeJS.Timeout | undefined;
  #failure: Error | undefined;
  /** What our own side of the body failed with: not the partner's doing, so it passes unchanged. */
  #sourceFailure: unknown;
  /** Ours to bring the next piece, the partner's to take it, or all handed over: which may be before it is reached. */
  #body: 'gathering' | 'offered' | 'given';
  #over = false;
  #resolve!: (reply: PushReply) => void;
  #reject!: (error: Error) => void;

  /** `whole` is the body of the request where it has been gathered already. */
  constructor(request: PushRequest, context: PushContext, whole?: Buffer) {
    this.#request = request;
    this.#context = context;
    this.#buffer = new ReplyBuffer(context.limits.maxReplyBytes);
    this.reply = new Promise((resolve, reject) => {
      this.#resolve = resolve;
      this.#reject = reject;
    });
    this.#body = whole === undefined ? 'gathering' : 'given';
    this.body = whole ?? this.#stream();
    if (request.signal?.aborted) this.#aborted();
    else request.signal?.addEventListener('abort', this.#onAbort, { once: true });
  }

  /** True once the push has failed or its answer is complete. */
  get over(): boolean {
    return this.#over;
  }

  onRequestStart(controller: Dispatcher.DispatchController): void {
    this.#controller = controller;
    if (this.#failure) controller.abort(this.#failure);
    else if (this.#body === 'given') this.#enter('response', this.#request.responseTimeout);
    else this.#enter('send', this.#body === 'offered' ? this.#context.limits.stallTimeoutMs : undefined);
  }

  onResponseStart(
    _controller: Dispatcher.DispatchController,
    status: number,
    headers: Record<string, string | string[] | undefined>,
  ): void {
    if (status < 200) return;
    this.#enter('reply', this.#context.limits.replyTimeoutMs);
    const [contentType] = [headers['content-type']].flat();
    this.#resolve({ status, contentType, body: this.#buffer });
  }

  onResponseData(_controller: Dispatcher.DispatchController, chunk: Buffer): void {
    try {
      this.#buffer.add(chunk);
    } catch (error) {
      this.#fail(error as Error);
    }
  }

  onResponseEnd(): void {
    this.#buffer.end();
    this.#finish();
  }

  onResponseError(_controller: Dispatcher.DispatchController, error: Error): void {
    this.#fail(error);
  }

  /** Ends the push with an error from outside, for example when it could not even be handed over. */
  fail(error: Error): void {
    this.#fail(error);
  }

  #stream(): Readable {
    const stream = Readable.from(this.#content(), { objectMode: false, highWaterMark: PIECE });
    // What goes wrong with the body fails the push; undici listens only while it sends.
    return stream.on('error', (error) => this.#fail(error));
  }

  /** The body as undici takes it: counted, and the clock running only while the partner is to take the next piece. */
  async *#content(): AsyncGenerator<Uint8Array> {
    const { contentLength, body, responseTimeout } = this.#request;
    let sent = 0;
    for await (const chunk of gathered(this.#watched(body))) {
      this.#body = 'offered';
      sent += chunk.byteLength;
      if (sent > contentLength) throw wrongLength(contentLength, `${sent} bytes or more`);
      this.#clock(this.#context.limits.stallTimeoutMs, 'send');
      yield chunk;
      this.#body = 'gathering';
      this.#clock(undefined, 'send');
    }
    if (sent !== contentLength) throw wrongLength(contentLength, `${sent} bytes`);
    this.#body = 'given';
    if (this.#phase === 'send') this.#enter('response', responseTimeout);
  }

  async *#watched(body: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
    try {
      yield* body;
    } catch (error) {
      this.#sourceFailure = error;
      throw error;
    }
  }

  #enter(phase: PushPhase, ms: number | undefined): void {
    this.#phase = phase;
    this.#clock(ms, phase);
  }

  /** Restarts the clock, unless the exchange has gone beyond `phase` or is over. */
  #clock(ms: number | undefined, phase: PushPhase): void {
    if (this.#over || this.#phase !== phase) return;
    clearTimeout(this.#timer);
    if (ms === undefined) return;
    this.#timer = setTimeout(() => this.#fail(pushTimeout(phase, this.#context.host, ms)), ms);
  }

  #aborted(): void {
    this.#fail(
      new QuoinError(
        'http/aborted',
        `Sending to ${this.#context.host} was stopped ${PHASE_WORDS[this.#phase]}.`,
        {
          cause: this.#request.signal?.reason,
        },
      ),
    );
  }

  #fail(error: Error): void {
    if (this.#over) return;
    const { host, certificates } = this.#context;
    const place = { phase: this.#phase, host, certificate: certificates.of(error) };
    this.#failure = error === this.#sourceFailure ? error : pushFailure(error, place);
    this.#buffer.fail(this.#failure);
    this.#reject(this.#failure);
    this.#finish();
    this.#controller?.abort(this.#failure);
  }

  #finish(): void {
    this.#over = true;
    clearTimeout(this.#timer);
    this.#request.signal?.removeEventListener('abort', this.#onAbort);
    // Closes the source too when the answer came before all of it was sent.
    if (this.body instanceof Readable) this.body.destroy();
  }
}
