import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Response } from './request.ts';
import type { RestContext } from './context.ts';

/** Who waits, and for how long; the API bounds it. */
export interface Wait {
  readonly context: RestContext;
  readonly response: Response;
  readonly waitSeconds: number;
}

/** Resolves after `ms`, or at once when the client has gone or the API closes; tells whether to go on. */
async function pause(response: Response, closing: AbortSignal, ms: number): Promise<boolean> {
  const awake = new AbortController();
  const ended = [
    sleep(ms, true, { signal: awake.signal }),
    once(response, 'close', { signal: awake.signal }).then(() => false),
    once(closing, 'abort', { signal: awake.signal }).then(() => false),
  ];
  try {
    return !closing.aborted && (await Promise.race(ended));
  } finally {
    awake.abort();
    await Promise.allSettled(ended);
  }
}

/**
 * Looks again until something is found, the time is over, the client has gone or the API closes. Throws what `stillAdmit`
 * throws when the caller lost its rights while it waited.
 */
export async function poll<T>(
  look: () => Promise<T>,
  isFound: (seen: T) => boolean,
  { context, response, waitSeconds }: Wait,
): Promise<T> {
  const deadline = performance.now() + Math.min(waitSeconds, context.limits.waitSeconds) * 1_000;
  for (;;) {
    context.stillAdmit();
    const seen = await look();
    const left = deadline - performance.now();
    if (isFound(seen) || left <= 0) return seen;
    const goOn = await pause(response, context.closing, Math.min(left, context.limits.pollMs));
    if (!goOn) return seen;
  }
}
