import { QuoinError } from '../../protocol/errors/index.ts';
import type { Queue, QueueHealth, RingHandler, RowId } from '../../msh/ports/index.ts';
import { createTimetable } from './timetable.ts';

/** ms after which the clock is looked at again: a clock that is set forward is noticed that soon. */
const LONGEST_SLEEP = 30_000;

type Listening = Parameters<Queue['listen']>[1] & { readonly handler: RingHandler };

/**
 * The queue of a single process: nothing but memory, because the store tells at the next start what is due. Rows are
 * handled in the order of their rings; a row that is rung again stands at the end of the line.
 */
export function createLocalQueue(clock: { readonly now: () => number }): Queue & QueueHealth {
  return new LocalQueue(clock);
}

class LocalQueue implements Queue, QueueHealth {
  readonly #clock: { readonly now: () => number };
  readonly #later = createTimetable();
  /** Rows whose turn has come, in the order of their first ring. */
  readonly #ready = new Set<RowId>();
  readonly #running = new Map<RowId, Promise<void>>();
  /** Rows rung while their handler ran. */
  readonly #again = new Set<RowId>();
  #listening: Listening | undefined;
  #timer: NodeJS.Timeout | undefined;
  #turn: NodeJS.Immediate | undefined;
  #closed = false;

  constructor(clock: { readonly now: () => number }) {
    this.#clock = clock;
  }

  ring(rowId: RowId, at?: number): Promise<void> {
    if (this.#closed) return Promise.resolve();
    if (at !== undefined && at > this.#clock.now()) {
      this.#later.add({ at, row: rowId });
      this.#setTimer();
    } else {
      this.#makeReady(rowId);
    }
    return Promise.resolve();
  }

  listen(handler: RingHandler, options: Parameters<Queue['listen']>[1]): void {
    if (this.#listening) throw new QuoinError('queue/already-listening', 'This queue has a handler already.');
    if (!Number.isInteger(options.concurrency) || options.concurrency < 1) {
      throw new QuoinError(
        'queue/bad-concurrency',
        'The concurrency of a queue is a whole number above zero.',
      );
    }
    this.#listening = { ...options, handler };
    this.#wake();
  }

  state(): 'connected' {
    return 'connected';
  }

  depth(): Promise<number> {
    return Promise.resolve(this.#ready.size + this.#again.size);
  }

  async close(): Promise<void> {
    this.#closed = true;
    clearTimeout(this.#timer);
    clearImmediate(this.#turn);
    this.#later.clear();
    this.#ready.clear();
    this.#again.clear();
    await Promise.all(this.#running.values());
  }

  #makeReady(rowId: RowId): void {
    if (this.#running.has(rowId)) this.#again.add(rowId);
    else this.#ready.add(rowId);
    this.#wake();
  }

  /** Handlers start on a turn of the event loop of their own: a row that keeps ringing itself must not starve the network. */
  #wake(): void {
    if (this.#turn !== undefined || this.#closed || this.#listening === undefined || this.#ready.size === 0)
      return;
    this.#turn = setImmediate(() => {
      this.#turn = undefined;
      this.#startHandlers();
    });
  }

  #startHandlers(): void {
    const listening = this.#listening;
    if (listening === undefined) return;
    for (const rowId of this.#ready) {
      if (this.#running.size >= listening.concurrency) return;
      this.#ready.delete(rowId);
      this.#running.set(rowId, this.#handle(listening, rowId));
    }
  }

  async #handle(listening: Listening, rowId: RowId): Promise<void> {
    try {
      await listening.handler(rowId);
    } catch (error) {
      listening.onError(rowId, error);
    } finally {
      this.#running.delete(rowId);
      if (this.#again.delete(rowId)) this.#ready.add(rowId);
      this.#wake();
    }
  }

  /** One timer for the earliest time; it never keeps the process alive. */
  #setTimer(): void {
    clearTimeout(this.#timer);
    const next = this.#later.next();
    if (next === undefined) return;
    const sleep = Math.min(Math.max(next - this.#clock.now(), 1), LONGEST_SLEEP);
    this.#timer = setTimeout(() => {
      for (const rowId of this.#later.due(this.#clock.now())) this.#makeReady(rowId);
      this.#setTimer();
    }, sleep);
    this.#timer.unref();
  }
}
