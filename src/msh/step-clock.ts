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
  const startedAt = nature.now();
  const ended: Record<string, number> = {};
  let current = step;
  let since = startedAt;
  const upToNow = (): StepTimes => ({
    ...ended,
    [current]: (ended[current] ?? 0) + nature.now() - since,
  });
  return {
    startedAt,
    get step() {
      return current;
    },
    enter(step) {
      Object.assign(ended, upToNow());
      current = step;
      since = nature.now();
    },
    tookMs: () => nature.now() - startedAt,
    times: upToNow,
  };
}
