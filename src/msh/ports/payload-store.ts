/** An opaque name of a payload inside the payload store; safe to keep in a row and in a URL path segment. */
export type PayloadHandle = string;

/** A payload being written; nobody can read it before `commit` has resolved. */
export interface PayloadWriter {
  /**
   * Appends bytes; resolves when the store can take more (back-pressure), and the chunk may be used again then. A
   * failure may show at a later call: only `commit` says that the bytes are kept. Rejects with `payloads/no-space`,
   * `payloads/unavailable`.
   */
  write(chunk: Uint8Array): Promise<void>;
  /** Makes the payload durable (content and directory entry are synced) and readable under its handle. */
  commit(): Promise<PayloadHandle>;
  /** Throws the bytes away; harmless when called twice or after a failed write. Never undoes a commit. */
  abort(): Promise<void>;
}

/**
 * Payload bytes outside the database: streams, never whole buffers. What is no handle of this store rejects with
 * `payloads/bad-handle`; a store that cannot serve rejects with `payloads/unavailable`.
 */
export interface PayloadStore {
  create(): Promise<PayloadWriter>;
  /** Streams a committed payload; rejects with `payloads/not-found` before the first byte when there is none. */
  open(handle: PayloadHandle): AsyncIterable<Uint8Array>;
  /** Size in bytes of a committed payload; rejects with `payloads/not-found`. */
  size(handle: PayloadHandle): Promise<number>;
  /** Removes a payload; removing what is not there is not an error. */
  remove(handle: PayloadHandle): Promise<void>;
  /**
   * Removes unfinished writes and committed payloads that are at least `minAge` ms old and that `referenced` does not
   * name: what a process left that died between a payload commit and the row that names it. The age of an unfinished
   * write counts from its last byte, of a payload from its commit, so `minAge` must exceed the longest time a message
   * may take from its first payload to its row. Resolves to the count removed; rejects with the reason of `signal`
   * when that stops it.
   */
  sweep(
    minAge: number,
    referenced: (handles: readonly PayloadHandle[]) => Promise<ReadonlySet<PayloadHandle>>,
    signal?: AbortSignal,
  ): Promise<number>;
}

/** Room of the disk a payload store writes to; bytes. */
export interface PayloadSpace {
  /** What this process may still use. */
  readonly free: number;
  readonly size: number;
}

/** How a payload store is, for readiness and metrics. */
export interface PayloadHealth {
  /** Writes, commits and removes an empty payload; rejects with what keeps it from that. */
  check(): Promise<void>;
  /** Rejects with `payloads/unavailable`. */
  space(): Promise<PayloadSpace>;
}
