/** Who wants to hear of something that happens in this process. */
export interface Listeners<T> {
  readonly tell: (news: T) => void;
  /** The result ends it. */
  readonly on: (listener: (news: T) => void) => () => void;
}

/** Nobody listens at first. */
export function createListeners<T>(): Listeners<T> {
  const listeners = new Set<(news: T) => void>();
  return {
    tell: (news) => {
      for (const listener of [...listeners]) listener(news);
    },
    on: (listener) => {
      // A wrapper of its own, so that one function given twice is called twice and taken away once.
      const own = (news: T): void => listener(news);
      listeners.add(own);
      return () => void listeners.delete(own);
    },
  };
}
