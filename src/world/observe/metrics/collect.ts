import type { Gauge } from 'prom-client';
import { GAUGE_METRICS } from './table.ts';
import type { GaugeMetric } from './table.ts';

/** One value of a gauge. */
export interface Sample {
  readonly metric: GaugeMetric;
  readonly value: number;
  readonly labels?: Readonly<Record<string, string>> | undefined;
}

/** Looks gauges up; `metrics` names all it may yield, so that values that are no longer there go. */
export interface GaugeSource {
  readonly name: string;
  readonly metrics: readonly GaugeMetric[];
  readonly collect: () => Promise<readonly Sample[]> | readonly Sample[];
}

/** ms a source may take; a scrape waits no longer for it. */
const PATIENCE_MS = 4_000;

/**
 * Sets every gauge from its source, all sources side by side. A source that fails, or takes too long, leaves its gauges
 * out: no value is better than an old one.
 */
export async function collectGauges(
  sources: readonly GaugeSource[],
  gauges: ReadonlyMap<string, Gauge>,
  failed: (source: string) => void,
): Promise<void> {
  await Promise.all(
    sources.map(async (source) => {
      const samples = await samplesOf(source);
      if (samples === undefined) failed(source.name);
      for (const metric of source.metrics)
        clear(gauges.get(metric)!, GAUGE_METRICS[metric].labels.length > 0);
      for (const { metric, value, labels } of samples ?? []) gauges.get(metric)!.set({ ...labels }, value);
    }),
  );
}

/** Resetting a gauge leaves one without labels at 0, which would be a value. */
function clear(gauge: Gauge, labelled: boolean): void {
  if (labelled) gauge.reset();
  else gauge.remove();
}

async function samplesOf(source: GaugeSource): Promise<readonly Sample[] | undefined> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<undefined>((resolve) => {
    timer = setTimeout(() => resolve(undefined), PATIENCE_MS);
  });
  try {
    return await Promise.race([source.collect(), late]);
  } catch {
    return undefined;
  } finally {
    clearTimeout(timer);
  }
}

/** The same source, asked anew only after `ms`, and never while it is being asked. */
export function cached(source: GaugeSource, ms: number): GaugeSource {
  let running: Promise<readonly Sample[]> | undefined;
  let freshUntil = 0;
  let last: readonly Sample[] = [];
  const look = async (): Promise<readonly Sample[]> => {
    try {
      last = await source.collect();
      freshUntil = performance.now() + ms;
      return last;
    } finally {
      running = undefined;
    }
  };
  return {
    ...source,
    collect: () => (performance.now() < freshUntil ? last : (running ??= look())),
  };
}
