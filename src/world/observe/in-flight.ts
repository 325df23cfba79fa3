/** Counts what is under way in this process. */
export interface InFlight {
  /** The same function, counted from its call until its promise has settled. */
  count<A extends readonly unknown[], R>(run: (...args: A) => Promise<R>): (...args: A) => Promise<R>;
  now(): number;
}

/** A count of nothing yet. */
export function createInFlight(): InFlight {
  let running = 0;
  return {
    count:
      (run) =>
      async (...args) => {
        running += 1;
        try {
          return await run(...args);
        } finally {
          running -= 1;
        }
      },
    now: () => running,
  };
}
