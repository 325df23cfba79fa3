import type { Principal } from './principal.ts';
import { RestError } from './problems.ts';

/** Of several callers, one has this share of the places at most. */
const OWN_SHARE = 0.5;

/** Places for submissions; so many are taken at once, and by one of several callers only some of them. */
export class Places {
  readonly #most: number;
  readonly #callers: () => number;
  readonly #held = new Map<string, number>();
  #running = 0;

  /** `callers` tells how many there can be by now: who is alone may have all places. */
  constructor(most: number, callers: () => number) {
    this.#most = most;
    this.#callers = callers;
  }

  /** Takes a place; the function returned gives it back. Throws RestError `rest/busy`. */
  occupy({ name }: Principal): () => void {
    const held = this.#held.get(name) ?? 0;
    const own = this.#callers() > 1 ? Math.ceil(this.#most * OWN_SHARE) : this.#most;
    if (this.#running >= this.#most) throw busy(`${this.#most} submissions are being taken`, this.#most);
    if (held >= own) throw busy(`${own} submissions of ${name} are being taken`, own);
    this.#running += 1;
    this.#held.set(name, held + 1);
    return () => this.#leave(name);
  }

  #leave(name: string): void {
    this.#running -= 1;
    const left = (this.#held.get(name) ?? 1) - 1;
    if (left > 0) this.#held.set(name, left);
    else this.#held.delete(name);
  }
}

function busy(what: string, most: number): RestError {
  return new RestError('rest/busy', `${what} already. Try again later.`, {
    finding: {
      check: 'submissions',
      expected: `at most ${most} at once`,
      advice:
        'Send fewer at once, or raise limits.submissions of the access point; one of several callers has half of them.',
    },
  });
}
