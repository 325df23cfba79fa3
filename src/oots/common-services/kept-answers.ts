import { isQuoinError } from '../../protocol/errors/index.ts';
import type { QuoinError } from '../../protocol/errors/index.ts';

/** How long what was learnt is used, and how much of it is kept. Times in ms. */
export interface KeepingLimits {
  /** Until it is asked for again. */
  readonly freshMs: number;
  /** How old it may be when asking again fails. */
  readonly keepMs: number;
  readonly entries: number;
  /** bytes of all bodies kept. */
  readonly bytes: number;
}

/** Something learnt: its size, and whether it may be served while asking again fails. */
export interface Learnt<T> {
  readonly value: T;
  readonly bytes: number;
  readonly lasting: boolean;
}

/** What is served: when it was learnt, and, when it is old because asking again failed, that failure. */
export interface Served<T> {
  readonly value: T;
  readonly at: number;
  readonly failure?: QuoinError | undefined;
}

/** ms for which something that was not found counts as known, so that a new entry is seen soon. */
const NOTHING_FRESH_MS = 60_000;

/** ms between two tries to learn again while the first failed. */
const RETRY_MS = 30_000;

interface Entry<T> extends Learnt<T> {
  readonly at: number;
  readonly failed?: { readonly at: number; readonly failure: QuoinError } | undefined;
}

/** Answers by question, in memory and within limits: the one used longest ago goes first. */
export class KeptAnswers<T> {
  readonly #limits: KeepingLimits;
  readonly #now: () => number;
  readonly #entries = new Map<string, Entry<T>>();
  readonly #underWay = new Map<string, Promise<Served<T>>>();
  #bytes = 0;

  constructor(limits: KeepingLimits, now: () => number) {
    this.#limits = limits;
    this.#now = now;
  }

  /**
   * What is fresh, or what `learn` brings; when that fails, what was known before, with the failure, and `onStale` is told.
   * Rejects with the failure when nothing was known. The same question is asked once at a time.
   */
  async get(
    key: string,
    learn: () => Promise<Learnt<T>>,
    onStale: (served: Served<T>) => void,
  ): Promise<Served<T>> {
    const entry = this.#entries.get(key);
    const served = entry && this.#known(entry);
    if (entry !== undefined && served !== undefined) {
      this.#keep(key, entry);
      return served;
    }
    let asking = this.#underWay.get(key);
    if (asking === undefined) {
      asking = this.#renew(key, learn, onStale).finally(() => this.#underWay.delete(key));
      this.#underWay.set(key, asking);
    }
    return await asking;
  }

  #known({ value, at, lasting, failed }: Entry<T>): Served<T> | undefined {
    const { freshMs, keepMs } = this.#limits;
    if (this.#isWithin(at, lasting ? freshMs : Math.min(freshMs, NOTHING_FRESH_MS))) return { value, at };
    if (failed === undefined || !this.#isWithin(failed.at, RETRY_MS) || !this.#isWithin(at, keepMs))
      return undefined;
    return { value, at, failure: failed.failure };
  }

  async #renew(
    key: string,
    learn: () => Promise<Learnt<T>>,
    onStale: (served: Served<T>) => void,
  ): Promise<Served<T>> {
    try {
      const learnt = await learn();
      const at = this.#now();
      this.#keep(key, { ...learnt, at });
      return { value: learnt.value, at };
    } catch (failure) {
      const before = this.#entries.get(key);
      if (before?.lasting !== true || !this.#isWithin(before.at, this.#limits.keepMs)) throw failure;
      if (!isQuoinError(failure)) throw failure;
      this.#keep(key, { ...before, failed: { at: this.#now(), failure } });
      const served = { value: before.value, at: before.at, failure };
      onStale(served);
      return served;
    }
  }

  #keep(key: string, entry: Entry<T>): void {
    this.#remove(key);
    this.#entries.set(key, entry);
    this.#bytes += entry.bytes;
    for (const oldest of this.#entries.keys()) {
      if (this.#entries.size <= this.#limits.entries && this.#bytes <= this.#limits.bytes) break;
      this.#remove(oldest);
    }
  }

  #remove(key: string): void {
    this.#bytes -= this.#entries.get(key)?.bytes ?? 0;
    this.#entries.delete(key);
  }

  /** A clock that was set back makes nothing fresh. */
  #isWithin(since: number, ms: number): boolean {
    const age = this.#now() - since;
    return age >= 0 && age < ms;
  }
}
