import { randomBytes } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { Queue as Bull, WaitingError } from 'bullmq';
import type { Job } from 'bullmq';
import type { Observer, Queue, QueueHealth, RingHandler, RowId } from '../../../msh/ports/index.ts';
import { describeError } from '../../../protocol/errors/index.ts';
import { createLocalQueue } from '../local-queue.ts';
import { createTurns } from '../turns.ts';
import type { Turns } from '../turns.ts';
import { checkServer, unreachable } from './check-server.ts';
import { CONNECT_MS, openClients, placeOf } from './clients.ts';
import type { Clients } from './clients.ts';
import { BellWorker } from './bell-worker.ts';
import { Link } from './link.ts';

/** What a queue on Redis is made of. */
export interface RedisQueueOptions {
  /** `redis://` or, with TLS, `rediss://`, with user, password and number of the database where they are needed. */
  readonly url: string;
  /** Whose bell it is: access points that share a server do not hear each other. */
  readonly name: string;
  readonly clock: { readonly now: () => number };
  readonly observer: Observer;
}

const BELL = 'bell';

/** Entries of the stream in which BullMQ tells what happens; nobody reads it, and it cannot be switched off. */
const FEWEST_EVENTS = 100;

/** ms after which a ring that still waits, while this node has nothing to do, is handled here whatever Redis says. */
const OVERDUE_MS = 60_000;

/** ms BullMQ gets to end in order; Redis may be gone. */
const END_MS = 2000;

/** ms until BullMQ asks again after a connection was lost; it would wait 15 s. */
const RETRY_MS = 1000;

/** Gone when handled, so that Redis does not grow. */
const LEAVE_NOTHING = { removeOnComplete: true, removeOnFail: true } as const;

type Listening = Parameters<Queue['listen']>[1] & { readonly handler: RingHandler; readonly turns: Turns };

/**
 * A bell that all nodes of an access point hear, by BullMQ on Redis. While Redis does not serve, rings stay in this process
 * (the local queue), so that a row kept here is sent from here; what Redis has lost, the sweeper rings for again. Throws
 * QuoinError `queue/...` when the server cannot be reached or does not fit.
 */
export async function openRedisQueue(options: RedisQueueOptions): Promise<Queue & QueueHealth> {
  await checkServer(options.url);
  const clients = openClients(options.url);
  const queue = new RedisQueue(options, clients);
  try {
    await queue.ready();
  } catch (error) {
    await queue.close();
    throw error;
  }
  return queue;
}

class RedisQueue implements Queue, QueueHealth {
  readonly #clock: { readonly now: () => number };
  readonly #clients: Clients;
  readonly #link: Link;
  readonly #bull: Bull<RowId, void>;
  readonly #observer: Observer;
  readonly #place: string;
  /** In braces, so that all keys are in one slot should a cluster ever be between. */
  readonly #prefix: string;
  readonly #standIn: Queue & QueueHealth;
  readonly #node = randomBytes(6).toString('hex');
  #rings = 0;
  #listening: Listening | undefined;
  #worker: BellWorker | undefined;
  #closing: Promise<void> | undefined;

  constructor({ url, name, clock, observer }: RedisQueueOptions, clients: Clients) {
    this.#clock = clock;
    this.#clients = clients;
    this.#observer = observer;
    this.#place = placeOf(url);
    this.#prefix = `{quoin:${name}}`;
    this.#standIn = createLocalQueue(clock);
    this.#link = new Link({
      client: clients.ring,
      observer,
      place: this.#place,
      key: `${this.#prefix}:serves`,
    });
    this.#bull = new Bull(BELL, {
      connection: clients.ring,
      prefix: this.#prefix,
      streams: { events: { maxLen: FEWEST_EVENTS } },
      defaultJobOptions: LEAVE_NOTHING,
    });
    this.#bull.on('error', (error) => this.#tellFault(error));
  }

  /** Resolves when rings can be taken. */
  async ready(): Promise<void> {
    const isReady = await Promise.race([
      this.#bull.waitUntilReady().then(() => true),
      delay(CONNECT_MS, false, { ref: false }),
    ]);
    if (!isReady) throw unreachable(new Error('it went away while the queue was opened'), this.#place);
    this.#observer.emit({ event: 'queue/connected', level: 'info', server: this.#place });
  }

  async ring(rowId: RowId, at?: number): Promise<void> {
    if (this.#closing) return;
    if (!this.#link.isUp) return await this.#standIn.ring(rowId, at);
    try {
      const ms = at === undefined ? 0 : at - this.#clock.now();
      if (ms > 0) await this.#ringLater(rowId, at!, ms);
      else await this.#ringNow(rowId);
    } catch (error) {
      this.#link.lost(error);
      // Redis may have taken it all the same: the row is then rung for twice.
      await this.#standIn.ring(rowId, at);
    }
  }

  /** BullMQ keeps one ring for a row: one that waits, or beside one that is handled the one for afterwards. */
  async #ringNow(rowId: RowId): Promise<void> {
    const jobId = `${Date.now()}-${this.#node}-${(this.#rings += 1)}`;
    const kept = await this.#bull.add('now', rowId, {
      jobId,
      deduplication: { id: rowId, keepLastIfActive: true },
    });
    if (kept.id !== jobId) await this.#helpOverdue(rowId, kept.id);
  }

  /** A job of its own, so that a ring for now does not use it up; the same time twice is one. */
  async #ringLater(rowId: RowId, at: number, delay: number): Promise<void> {
    await this.#bull.add('later', rowId, { jobId: `${rowId}@${at}`, delay });
  }

  /**
   * A ring that has waited for long although there is nothing to do: its worker has died with it, or workers do not get
   * what Redis has. The row says what is to be done, so handling it here is right at any time.
   */
  async #helpOverdue(rowId: RowId, jobId: string | undefined): Promise<void> {
    const rungAt = Number(jobId?.split('-')[0]);
    if (Date.now() - rungAt > OVERDUE_MS && this.#listening?.turns.hasPlace() === true)
      await this.#standIn.ring(rowId);
  }

  listen(handler: RingHandler, options: Parameters<Queue['listen']>[1]): void {
    const turns = createTurns(options.concurrency);
    const inTurn: RingHandler = (rowId) =>
      turns.take(rowId, async () => {
        if (!this.#closing) await handler(rowId);
      });
    // It refuses a second handler and a concurrency that cannot be.
    this.#standIn.listen(inTurn, options);
    this.#listening = { ...options, handler: inTurn, turns };
    this.#worker = new BellWorker(BELL, (job, token) => this.#handle(job, token), {
      connection: this.#clients.work,
      prefix: this.#prefix,
      concurrency: options.concurrency,
      removeOnComplete: { count: 0 },
      removeOnFail: { count: 0 },
      runRetryDelay: RETRY_MS,
    });
    this.#worker.on('error', (error) => this.#tellFault(error));
  }

  async #handle(job: Job<RowId, void>, token: string | undefined): Promise<void> {
    const rowId = job.data;
    if (this.#closing) {
      await job.moveToWait(token);
      throw new WaitingError();
    }
    if (job.name === 'later') return await this.ring(rowId);
    try {
      await this.#listening?.handler(rowId);
    } catch (error) {
      this.#listening?.onError(rowId, error);
    }
  }

  state(): 'connected' | 'disconnected' {
    return this.#link.isUp ? 'connected' : 'disconnected';
  }

  async depth(): Promise<number> {
    const here = await this.#standIn.depth();
    if (!this.#link.isUp) return here;
    try {
      return here + (await this.#bull.getWaitingCount());
    } catch (error) {
      this.#link.lost(error);
      return here;
    }
  }

  close(): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  /** What waits in Redis stays there, for other nodes and the next start. */
  async #close(): Promise<void> {
    await this.#worker?.pause(true);
    await this.#standIn.close();
    await this.#listening?.turns.idle();
    this.#link.end();
    if (this.#link.isUp) await Promise.race([this.#endInOrder(), delay(END_MS, undefined, { ref: false })]);
    await this.#worker?.abandon();
    this.#clients.end();
  }

  async #endInOrder(): Promise<void> {
    await Promise.allSettled([this.#worker?.close(), this.#bull.close()]);
  }

  /** Without consequence: the store says what is to be done, and a connection that is lost is told of by itself. */
  #tellFault(error: unknown): void {
    if (!this.#link.isUp || this.#closing) return;
    this.#observer.emit({ event: 'queue/fault', level: 'debug', reason: describeError(error) });
  }
}
