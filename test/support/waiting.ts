/** A promise and the function that resolves it. */
export interface Signal {
  readonly given: Promise<void>;
  readonly give: () => void;
}

/** Something a test can wait for and another part of it can give. */
export function createSignal(): Signal {
  let give!: () => void;
  const given = new Promise<void>((resolve) => {
    give = resolve;
  });
  return { given, give };
}

/** Lets a test wait for a condition, which is looked at whenever something tells that it has happened. */
export interface Watch {
  readonly tell: () => void;
  /** Resolves once the condition holds; keeps the process alive until then. */
  readonly until: (condition: () => boolean) => Promise<void>;
}

/** A watch nobody has told anything yet. */
export function createWatch(): Watch {
  const watchers: (() => void)[] = [];
  return {
    tell: () => {
      for (const watcher of watchers.splice(0)) watcher();
    },
    until: async (condition) => {
      const alive = setInterval(() => undefined, 1000);
      try {
        while (!condition()) await new Promise<void>((resolve) => watchers.push(resolve));
      } finally {
        clearInterval(alive);
      }
    },
  };
}
