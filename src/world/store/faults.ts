import { QuoinError } from '../../protocol/errors/index.ts';
import type { Engine } from './engine.ts';

/** How often an operation is done again that the database has undone through no fault of its own. */
const REPEATS = 5;

/**
 * Runs one operation of the store, again where the database asks for that, and tells a database that cannot serve
 * (`store/unavailable`) from a defect of ours, which passes unchanged.
 */
export async function onDatabase<T>(
  engine: Pick<Engine, 'faultOf' | 'isTransient'>,
  operation: () => Promise<T>,
): Promise<T> {
  for (let repeats = 0; ; repeats += 1) {
    try {
      return await operation();
    } catch (error) {
      if (repeats === REPEATS || !engine.isTransient(error)) throw asUnavailable(engine, error);
    }
  }
}

/** The error as `store/unavailable` where the engine recognises a fault of the database. */
export function asUnavailable(engine: Pick<Engine, 'faultOf'>, error: unknown): unknown {
  if (error instanceof QuoinError) return error;
  const fault = engine.faultOf(error);
  if (fault === undefined) return error;
  return new QuoinError('store/unavailable', 'The message store cannot serve.', {
    finding: { check: 'store-serves', expected: 'a database that can write', ...fault },
    cause: error,
  });
}
