import { up } from '../faces/operations/index.ts';
import type { Store, StoreCounts } from '../msh/index.ts';
import { cached, systemNature } from '../world/observe/index.ts';
import type { Sample } from '../world/observe/index.ts';
import { partnerName } from './agreement-signals.ts';
import type { Making } from './making.ts';
import type { Signals } from './signals.ts';

/** ms for which counts are good: whoever scrapes, the store is asked no more often. */
const FRESH_MS = 10_000;

/** What the store says of itself, and how much is open in it. */
export function addStoreSignals({ watch, gauges }: Signals, store: Store, loaded: Making['loaded']): void {
  watch.add('store', async () => {
    await store.check();
    return up('The store can write.');
  });
  const source = {
    name: 'store',
    metrics: [
      'quoin_outbound_messages',
      'quoin_outbound_due',
      'quoin_outbound_oldest_due_seconds',
      'quoin_inbox_messages',
      'quoin_inbox_oldest_seconds',
      'quoin_journal_entries',
    ] as const,
    collect: async () => {
      const now = systemNature.now();
      return samplesOf(await store.counts(now), now, partnersByPMode(loaded()));
    },
  };
  gauges.push(cached(source, FRESH_MS));
}

function partnersByPMode({ agreements }: ReturnType<Making['loaded']>): (pmodeId: string) => string {
  const names = new Map(agreements.pmodes.map((pmode) => [pmode.id, partnerName(pmode)]));
  return (pmodeId) => names.get(pmodeId) ?? 'unknown';
}

function samplesOf(
  { outbound, due, inbox, journalEntries }: StoreCounts,
  now: number,
  partnerOf: (pmodeId: string) => string,
): readonly Sample[] {
  const ages = due.map(({ pmodeId, oldestAt }) => [pmodeId, (now - oldestAt) / 1000] as const);
  return [
    ...summed(
      'quoin_outbound_messages',
      outbound.map(({ pmodeId, state, messages }) => [{ partner: partnerOf(pmodeId), state }, messages]),
      (a, b) => a + b,
    ),
    ...summed(
      'quoin_outbound_due',
      due.map(({ pmodeId, messages }) => [{ partner: partnerOf(pmodeId) }, messages]),
      (a, b) => a + b,
    ),
    ...summed(
      'quoin_outbound_oldest_due_seconds',
      ages.map(([pmodeId, age]) => [{ partner: partnerOf(pmodeId) }, age]),
      Math.max,
    ),
    { metric: 'quoin_inbox_messages', value: inbox.messages },
    {
      metric: 'quoin_inbox_oldest_seconds',
      value: inbox.oldestAt === undefined ? 0 : (now - inbox.oldestAt) / 1000,
    },
    { metric: 'quoin_journal_entries', value: journalEntries },
  ];
}

/** Several P-Modes may be of one partner: one value for all of them. */
function summed(
  metric: Sample['metric'],
  values: readonly (readonly [labels: Readonly<Record<string, string>>, value: number])[],
  together: (a: number, b: number) => number,
): readonly Sample[] {
  const byLabels = new Map<string, Sample>();
  for (const [labels, value] of values) {
    const key = JSON.stringify(labels);
    const before = byLabels.get(key)?.value;
    byLabels.set(key, { metric, labels, value: before === undefined ? value : together(before, value) });
  }
  return [...byLabels.values()];
}
