import type { Operation } from './context.ts';

/** The same operation while there is a place for it; told before a byte of the body is read. */
export function bounded(operation: Operation): Operation {
  return async (context, request, response) => {
    const leave = context.submissions.occupy(context.principal);
    try {
      await operation(context, request, response);
    } finally {
      leave();
    }
  };
}
