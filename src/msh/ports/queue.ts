import type { RowId } from './records.ts';

/** Handles one ring; it may be called twice for one row and must then do nothing the second time. */
export type RingHandler = (rowId: RowId) => Promise<void>;

/**
 * The bell: tells a worker that a row wants attention. It holds no truth; a lost ring is made good by the sweeper.
 */
export interface Queue {
  /**
   * Rings for a row now, or at `at` (ms since the epoch). Resolves when the queue has taken it. Rings for a row that
   * waits already are one ring; a ring while its handler runs is kept for afterwards, so that no row is handled twice
   * at a time. After `close` a ring is dropped.
   */
  ring(rowId: RowId, at?: number): Promise<void>;
  /** Starts calling the handler, at most `concurrency` at a time. A handler that throws is reported, not retried by the queue. */
  listen(
    handler: RingHandler,
    options: { readonly concurrency: number; readonly onError: (rowId: RowId, error: unknown) => void },
  ): void;
  /** Stops taking rings, drops those that wait, and resolves when the running handlers have finished. */
  close(): Promise<void>;
}

/** How a queue is, for readiness and metrics. */
export interface QueueHealth {
  /** `disconnected`: the server of the queue cannot be reached, and rings stay in this process until it can. */
  state(): 'connected' | 'disconnected';
  /**
   * Rings that wait for a worker; those for later are not counted. Never rejects: while disconnected it counts what
   * waits in this process.
   */
  depth(): Promise<number>;
}
