import type { Redis } from 'ioredis';
import type { Observer } from '../../../msh/ports/index.ts';
import { describeError } from '../../../protocol/errors/index.ts';

/** ms between two looks whether a server that is connected and does not serve has recovered. */
const LOOK_AGAIN_MS = 2000;

/** What a link is made of. */
export interface LinkOptions {
  readonly client: Redis;
  readonly observer: Observer;
  /** For people. */
  readonly place: string;
  /** A key that may be written to see whether the server takes writes. */
  readonly key: string;
}

/**
 * Knows whether Redis serves. Whatever speaks against it ends it: a connection lost, a command that failed or took too long.
 * It is up again when a write has succeeded. Each change is one event, however many attempts lie between.
 */
export class Link {
  readonly #options: LinkOptions;
  #isUp = true;
  #isEnded = false;
  #since = 0;
  #last: unknown;
  #timer: NodeJS.Timeout | undefined;

  /** The client is connected. */
  constructor(options: LinkOptions) {
    this.#options = options;
    const { client } = options;
    client.on('error', (error) => (this.#last = error));
    client.on('close', () => this.lost(this.#last ?? new Error('the connection was closed')));
    client.on('ready', () => void this.#look());
  }

  get isUp(): boolean {
    return this.#isUp;
  }

  /** The server did not do what it was asked to. */
  lost(error: unknown): void {
    if (!this.#isUp || this.#isEnded) return;
    this.#isUp = false;
    this.#since = Date.now();
    const { observer, place } = this.#options;
    observer.emit({
      event: 'queue/disconnected',
      level: 'warn',
      server: place,
      reason: describeError(error),
    });
    this.#lookLater();
  }

  /** Nothing is told any more. */
  end(): void {
    this.#isEnded = true;
    clearTimeout(this.#timer);
  }

  async #look(): Promise<void> {
    if (this.#isUp || this.#isEnded) return;
    const { client, key, observer, place } = this.#options;
    // Connecting is tried by the client, which comes back here when it is ready.
    if (client.status !== 'ready') return;
    try {
      await client.set(key, '1', 'PX', LOOK_AGAIN_MS);
    } catch {
      this.#lookLater();
      return;
    }
    if (this.#isUp || this.#isEnded) return;
    this.#isUp = true;
    this.#last = undefined;
    observer.emit({
      event: 'queue/connected',
      level: 'info',
      server: place,
      awayMs: Date.now() - this.#since,
    });
  }

  #lookLater(): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => void this.#look(), LOOK_AGAIN_MS);
    this.#timer.unref();
  }
}
