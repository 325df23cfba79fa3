import { formatDuration } from '../protocol/pmode/index.ts';
import type { PMode } from '../protocol/pmode/index.ts';
import type { Config } from './types.ts';

/**
 * P-Modes whose retry window is over before another node may take the messages of one that was killed: such a message is
 * not tried again. One line each, with the cure. The embedded store has one node, which takes its own back at its start.
 */
export function shortWindows(
  { database, times: { leaseMs } }: Pick<Config, 'database' | 'times'>,
  pmodes: readonly PMode[],
): readonly string[] {
  if (database === undefined) return [];
  return pmodes.flatMap(({ id, selfIs, legs }) => {
    const windows = legs
      .filter(({ sender }) => sender === 'either' || sender === selfIs)
      .map(({ receptionAwareness }) => receptionAwareness.window)
      .filter((window) => window <= leaseMs);
    if (windows.length === 0) return [];
    const [window, lease] = [Math.min(...windows), leaseMs].map((ms) => formatDuration(ms));
    return [
      `P-Mode ${id}: its retry window of ${window} is not longer than timeouts.lease (${lease}); a message that a killed node was sending is lost. Agree on a longer window, or make timeouts.lease shorter.`,
    ];
  });
}
