import type { MshContext, Retention } from '../context.ts';
import { discardPayloads } from '../discard-payloads.ts';
import { failureFrom } from '../messages.ts';
import { repeat } from '../repeat.ts';

/** Messages looked for at a time. */
const AT_ONCE = 200;

/**
 * Removes payloads that are no longer needed: the message stays, in DELETED, with receipt and attempts. The row says so
 * first; what a process that died left of the files is swept as any file that no row names.
 */
export async function purgePayloads(context: MshContext, retention: Retention): Promise<void> {
  const { store, observer, nature } = context;
  const { takenMs, sentMs, recordedService } = retention;
  const now = nature.now();
  const before = (ms: number | undefined) => (ms === undefined ? undefined : now - ms);
  const bounds = { takenBefore: before(takenMs), sentBefore: before(sentMs), recordedService };
  let messages = 0;
  for (;;) {
    const rows = await store.purgeable(bounds, AT_ONCE);
    for (const { direction, rowId } of rows) {
      const handles = await store.purge(direction, rowId);
      if (handles === undefined) continue;
      messages += 1;
      await discardPayloads(context, handles);
    }
    if (rows.length < AT_ONCE) break;
  }
  if (messages > 0) observer.emit({ event: 'deliver/purged', level: 'info', messages });
}

/** Does so again and again; a failure is told and tried again. Nothing where nothing is to go. */
export function startRetention(context: MshContext): { readonly stop: () => Promise<void> } {
  const { retention } = context;
  if (retention?.takenMs === undefined && retention?.sentMs === undefined)
    return { stop: () => Promise.resolve() };
  return repeat(async () => {
    try {
      await purgePayloads(context, retention);
    } catch (error) {
      const step = 'deliver/purge';
      const failure = failureFrom(step, error);
      context.observer.emit({ event: 'sweeper/failed', level: 'error', step, failure });
    }
    return context.times.sweepIntervalMs;
  });
}
