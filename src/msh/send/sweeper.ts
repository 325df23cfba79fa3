import type { MshContext } from '../context.ts';
import { failureFrom } from '../messages.ts';
import type { Lane } from '../ports/index.ts';
import { repeat } from '../repeat.ts';

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

/** Rows rung for in one pass; when there are more, the sweeper soon comes back. */
const ROWS_AT_ONCE = 1000;

/** Rows of one way that are rung for in any case, however many ways there are. */
const LEAST_SHARE = 10;

/** ms until it comes back for the rest. */
const SOON = 1000;

/**
 * Makes good what bells lose: rings for every row whose time has passed, at the start (a crash, a lost queue) and
 * every `sweepIntervalMs`; what `takes` declines is left alone. Also removes payloads that no row names, at the start and as often as one can grow that old.
 * A pass that fails is reported and tried again at its next time.
 */
export function startSweeper(context: SweeperContext, takes: (lane: Lane) => boolean = () => true): Sweeper {
  const { sweepIntervalMs, orphanAgeMs } = context.times;
  const rings = repeat(async () => {
    const more = await reporting(context, 'sweeper/ring', () => ringDue(context, takes));
    return more === true ? Math.min(SOON, sweepIntervalMs) : sweepIntervalMs;
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

/** Rings for what is due, each way its share: a crowd on one way hides nobody on another. True when there is more. */
async function ringDue(context: SweeperContext, takes: (lane: Lane) => boolean): Promise<boolean> {
  const { store, queue, observer } = context;
  const now = context.nature.now();
  const lanes = (await store.waitingLanes()).filter((lane) => lane.dueAt <= now && takes(lane));
  const share = Math.max(LEAST_SHARE, Math.floor(ROWS_AT_ONCE / Math.max(1, lanes.length)));
  let rung = 0;
  let more = false;
  for (const lane of lanes) {
    const rows = await store.dueOnLane(lane, now, share);
    for (const rowId of rows) await queue.ring(rowId);
    rung += rows.length;
    more ||= rows.length === share;
  }
  if (rung > 0) observer.emit({ event: 'sweeper/rows-rung', level: 'debug', rows: rung });
  return more;
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
