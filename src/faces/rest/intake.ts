import type { Operation } from './context.ts';
import { RestError } from './problems.ts';

/** The same operation for so many submissions at once; told before a byte of the body is read. */
export function bounded(operation: Operation): Operation {
  return async (context, request, response) => {
    const { limits, submissions } = context;
    if (submissions.running >= limits.submissions) throw busy(limits.submissions);
    submissions.running += 1;
    try {
      await operation(context, request, response);
    } finally {
      submissions.running -= 1;
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
