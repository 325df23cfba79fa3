/** One HTTP POST to a partner's MSH. */
export interface PushRequest {
  readonly address: string;
  readonly headers: Readonly<Record<string, string>>;
  /** bytes; known beforehand. */
  readonly contentLength: number;
  readonly body: AsyncIterable<Uint8Array>;
  /** ms until the response headers must have arrived after the body was sent. */
  readonly responseTimeout: number;
  readonly signal?: AbortSignal | undefined;
}

/** What came back. The body is bounded: reading past the limit throws `http/reply-too-large`. */
export interface PushReply {
  readonly status: number;
  readonly contentType: string | undefined;
  readonly body: AsyncIterable<Uint8Array>;
}

/** The way out. Rejects with a QuoinError `http/...` (DNS, connection, TLS, timeout) that says which. */
export interface Transport {
  push(request: PushRequest): Promise<PushReply>;
  close(): Promise<void>;
}

/** One HTTP request at the AS4 door, before anything about it is believed. */
export interface As4Request {
  readonly contentType: string | undefined;
  readonly contentLength: number | undefined;
  readonly body: AsyncIterable<Uint8Array>;
  /** Network address of the peer, for the journal only. */
  readonly remote: string | undefined;
}

/** The answer at the AS4 door. */
export interface As4Reply {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Buffer;
  /** Nothing of what came was accepted, and that is the sender's doing: whoever listens may count it against him. */
  readonly refused?: boolean | undefined;
}
