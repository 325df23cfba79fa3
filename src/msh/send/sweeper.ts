import type { MshContext } from '../context.ts';
import { failureFrom } from '../messages.ts';

/** What the sweeper asks of the world. */
export type SweeperContext = Pick<
  MshContext,
  'store' | 'payloads' | 'queue' | 'nature' | 'observer' | 'times'
>;

/** A sweeper at work. */
export interface Sweeper {
  /** Resolves when every row that was due at the start has been rung for, or that has failed and been reported. */
  readonly ready: Promise<void>;
  /** Stops; resolves when nothing of it runs any more. */
  readonly stop: () => Promise<void>;
}

/** Rows rung for at once; when there are more, the sweeper soon comes back. */
const ROWS_AT_ONCE = 1000;

/** ms until it comes back for the rest. */
const SOON = 1000;

/**
 * Makes good what bells lose: rings for every row whose time has passed, at the start (a crash, a lost queue) and
 * every `sweepIntervalMs`. Also removes payloads that no row names, at the start and as often as one can grow that old.
 * A pass that fails is reported and tried again at its next time.
 */
export function startSweeper(context: SweeperContext): Sweeper {
  const { sweepIntervalMs, orphanAgeMs } = context.times;
  const rings = repeat(async () => {
    const rung = await reporting(context, 'sweeper/ring', () => ringDue(context));
    return rung === ROWS_AT_ONCE ? Math.min(SOON, sweepIntervalMs) : sweepIntervalMs;
  });
  const stopping = new AbortController();
  const orphans = repeat(async () => {
    await reporting(
      context,
      'sweeper/orphans',
      () => removeOrphans(context, stopping.signal),
      stopping.signal,
    );
    return Math.max(orphanAgeMs, sweepIntervalMs);
  });
  return {
    ready: rings.first,
    stop: async () => {
      stopping.abort();
      await Promise.all([rings.stop(), orphans.stop()]);
    },
  };
}

async function ringDue(context: SweeperContext): Promise<number> {
  const rows = await context.store.dueOutbound(context.nature.now(), ROWS_AT_ONCE);
  for (const rowId of rows) await context.queue.ring(rowId);
  if (rows.length > 0)
    context.observer.emit({ event: 'sweeper/rows-rung', level: 'debug', rows: rows.length });
  return rows.length;
}

async function removeOrphans(context: SweeperContext, signal: AbortSignal): Promise<void> {
  const { store, payloads, observer, times } = context;
  const removed = await payloads.sweep(
    times.orphanAgeMs,
    (handles) => store.referencedPayloads(handles),
    signal,
  );
  if (removed > 0) observer.emit({ event: 'sweeper/orphans-removed', level: 'info', payloads: removed });
}

/** The outcome of a pass; undefined after a failure, which is told unless it comes of stopping. */
async function reporting<T>(
  context: SweeperContext,
  step: string,
  pass: () => Promise<T>,
  stopping?: AbortSignal,
): Promise<T | undefined> {
  try {
    return await pass();
  } catch (error) {
    if (stopping?.aborted !== true) {
      const failure = failureFrom(step, error);
      context.observer.emit({ event: 'sweeper/failed', level: 'error', step, failure });
    }
    return undefined;
  }
}

/** Runs a pass now, and again each time as many ms after its end as it says. The timer never keeps the process alive. */
function repeat(pass: () => Promise<number>): {
  readonly first: Promise<void>;
  readonly stop: () => Promise<void>;
} {
  let stopped = false;
  let timer: NodeJS.Timeout | undefined;
  const run = async (): Promise<void> => {
    const pause = await pass();
    if (stopped) return;
    timer = setTimeout(
      () => {
        running = run();
      },
      Math.min(pause, 2 ** 31 - 1),
    );
    timer.unref();
  };
  let running = run();
  return {
    first: running,
    stop: async () => {
      stopped = true;
      clearTimeout(timer);
      await running;
    },
  };
}
