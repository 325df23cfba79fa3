import type { Operation, RestContext } from './context.ts';
import { RestError } from './problems.ts';

/** Submissions that run now, by the API they came to. */
const running = new WeakMap<RestContext, number>();

/** The same operation for so many submissions at once, and only while new ones are taken; told before a byte of the body is read. */
export function bounded(operation: Operation): Operation {
  return async (context, request, response) => {
    const now = running.get(context) ?? 0;
    if (now >= context.limits.submissions) throw busy(context.limits.submissions);
    running.set(context, now + 1);
    try {
      await context.mayTake?.();
      await operation(context, request, response);
    } finally {
      running.set(context, running.get(context)! - 1);
    }
  };
}

function busy(most: number): RestError {
  return new RestError('rest/busy', `${most} submissions are being taken already. Try again later.`, {
    finding: {
      check: 'submissions',
      expected: `at most ${most} at once`,
      advice: 'Send fewer at once, or raise limits.submissions of the access point.',
    },
  });
}
