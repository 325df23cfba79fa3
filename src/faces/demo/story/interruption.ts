import { constants } from 'node:os';

const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

/** The demonstration was told to end. */
export class Interrupted extends Error {
  readonly signal: (typeof SIGNALS)[number];
  /** What a shell expects of a program that a signal ended. */
  readonly exitCode: number;

  constructor(signal: (typeof SIGNALS)[number]) {
    super(`Ended by ${signal}.`);
    this.signal = signal;
    this.exitCode = 128 + constants.signals[signal];
  }
}

/** Rejects with Interrupted at the first signal, which then no longer ends the process at once; a second one does. */
export function interruption(): { readonly interrupted: Promise<never>; readonly forget: () => void } {
  const handlers = new Map<(typeof SIGNALS)[number], () => void>();
  const forget = (): void => {
    for (const [signal, handler] of handlers) process.off(signal, handler);
  };
  const interrupted = new Promise<never>((_, reject) => {
    for (const signal of SIGNALS) {
      const handler = (): void => {
        forget();
        reject(new Interrupted(signal));
      };
      handlers.set(signal, handler);
      process.on(signal, handler);
    }
  });
  // Until somebody awaits it, for example while the pair starts.
  interrupted.catch(() => undefined);
  return { interrupted, forget };
}
