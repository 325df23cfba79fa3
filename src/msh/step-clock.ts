import type { Nature } from './ports/index.ts';

/** ms each step took, by its name, in the order in which they ran. */
export type StepTimes = Readonly<Record<string, number>>;

/** Which step a message is in, and how long each took: for refusals, the log and whoever listens to it. */
export interface StepClock {
  /** When the first step began, ms since the epoch. */
  readonly startedAt: number;
  /** The step that runs. */
  readonly step: string;
  /** Ends the step that runs and begins another. */
  enter(step: string): void;
  /** ms since the first step began. */
  tookMs(): number;
  /** The steps so far, the running one included. */
  times(): StepTimes;
}

/** A clock whose first step begins now. */
export function startSteps(nature: Pick<Nature, 'now'>, step: string): StepClock {
  return new Steps(nature, step);
}

class Steps implements StepClock {
  readonly startedAt: number;
  step: string;
  readonly #nature: Pick<Nature, 'now'>;
  readonly #ended: Record<string, number> = {};
  #since: number;

  constructor(nature: Pick<Nature, 'now'>, step: string) {
    this.#nature = nature;
    this.startedAt = this.#since = nature.now();
    this.step = step;
  }

  enter(step: string): void {
    const now = this.#nature.now();
    this.#ended[this.step] = (this.#ended[this.step] ?? 0) + now - this.#since;
    this.step = step;
    this.#since = now;
  }

  tookMs(): number {
    return this.#nature.now() - this.startedAt;
  }

  times(): StepTimes {
    const running = (this.#ended[this.step] ?? 0) + this.#nature.now() - this.#since;
    return { ...this.#ended, [this.step]: running };
  }
}
