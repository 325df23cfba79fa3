/** Lends one thing to one user at a time, in the order of asking. */
export interface Turns {
  /** Resolves when it is the caller's turn. */
  readonly take: () => Promise<void>;
  /** Ends the caller's turn. */
  readonly give: () => void;
  /** How many wait for a turn. */
  readonly waiting: () => number;
}

/** A queue of turns; the first is free. */
export function createTurns(): Turns {
  const waiting: (() => void)[] = [];
  let taken = false;
  return {
    take: () => {
      if (taken) return new Promise((resolve) => waiting.push(resolve));
      taken = true;
      return Promise.resolve();
    },
    give: () => {
      const next = waiting.shift();
      if (next === undefined) taken = false;
      else next();
    },
    waiting: () => waiting.length,
  };
}
