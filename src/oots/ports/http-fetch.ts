/** What to fetch, and the bounds of it. */
export interface FetchRequest {
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly signal?: AbortSignal | undefined;
}

/** What was fetched: the whole body, byte for byte as it came; names of headers in lower case. */
export interface FetchedAnswer {
  readonly headers: Readonly<Record<string, string | undefined>>;
  readonly body: Uint8Array;
}

/** The way to the common services. Nothing that comes over it is believed before its signature is verified. */
export interface HttpFetch {
  /**
   * GET. Bounded in time and size; TLS is verified; a redirect is followed within the same origin only. Rejects with
   * QuoinError `http/...`: any status but 200 is a failure (`http/status`), since the services answer 200 always.
   */
  readonly get: (request: FetchRequest) => Promise<FetchedAnswer>;
  /** Ends what is under way. */
  readonly close: () => Promise<void>;
}
