/** One POST to an endpoint of a backend. */
export interface WebhookRequest {
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Uint8Array;
  /** ms from the first look-up to the head of the answer. */
  readonly timeoutMs: number;
  readonly signal?: AbortSignal | undefined;
}

/** What came back; the body of an answer says nothing to us and is thrown away. */
export interface WebhookAnswer {
  readonly status: number;
  /** ms the endpoint asks us to wait. */
  readonly retryAfterMs?: number | undefined;
}

/**
 * The way out to one endpoint, apart from all others. Follows no redirect and connects to allowed addresses only. Rejects
 * with a QuoinError `http/...` that says which phase failed and how.
 */
export interface WebhookSender {
  send(request: WebhookRequest): Promise<WebhookAnswer>;
  close(): Promise<void>;
}
