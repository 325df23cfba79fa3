import type * as Prometheus from 'prom-client';
import type { MshEvent } from '../../../msh/ports/index.ts';
import type { EventLog } from '../observer.ts';
import { collectGauges } from './collect.ts';
import type { GaugeSource } from './collect.ts';
import { countEvent } from './count-events.ts';
import type { Recorder } from './count-events.ts';
import { METRICS } from './table.ts';
import type { MetricRow } from './table.ts';

/** What the metrics are made from. */
export interface MetricsOptions {
  readonly log: Pick<EventLog, 'count'>;
  /** Names of the partners in the P-Modes; any other becomes `unknown`, so that nobody outside can make labels. */
  readonly partners: () => ReadonlySet<string>;
  readonly sources: readonly GaugeSource[];
}

/** The metrics of one process. */
export interface Metrics {
  /** Loads what writes the metrics; until then events wait. Asking for the text does it too. */
  begin(): Promise<void>;
  /** Everything in the text format of Prometheus. */
  text(): Promise<{ readonly contentType: string; readonly text: string }>;
  /** Stops counting. */
  close(): void;
}

/** Events that may wait for the library that counts them; more are lost to the metrics, not to the log. */
const MOST_WAITING = 10_000;

/**
 * Counts events from now on. The library is loaded when the doors are open: nothing waits for it at the start, and no
 * event of the first moments is lost.
 */
export function createMetrics(options: MetricsOptions): Metrics {
  const waiting: MshEvent[] = [];
  let take = (event: MshEvent): void => {
    if (waiting.length < MOST_WAITING) waiting.push(event);
  };
  const stop = options.log.count((event) => take(event));
  let loading: Promise<Book> | undefined;
  const load = async (): Promise<Book> => {
    const book = openBook(await import('prom-client'), options.partners);
    for (const event of waiting.splice(0)) countEvent(event, book.recorder);
    take = (event) => countEvent(event, book.recorder);
    return book;
  };
  const loaded = (): Promise<Book> => (loading ??= load());
  return {
    begin: async () => {
      await loaded();
    },
    text: async () => {
      const { registry, gauges, failures } = await loaded();
      await collectGauges(options.sources, gauges, (source) => failures.inc({ source }));
      return { contentType: registry.contentType, text: await registry.metrics() };
    },
    close: stop,
  };
}

/** Every metric of the table, registered. */
interface Book {
  readonly registry: Prometheus.Registry;
  readonly recorder: Recorder;
  readonly gauges: ReadonlyMap<string, Prometheus.Gauge>;
  readonly failures: Prometheus.Counter;
}

/** The library begins a gauge without labels at 0; until it is looked up it has no value. */
function withoutValue(gauge: Prometheus.Gauge, { labels }: MetricRow): Prometheus.Gauge {
  if (labels.length === 0) gauge.remove();
  return gauge;
}

function openBook(library: typeof Prometheus, partners: MetricsOptions['partners']): Book {
  const registry = new library.Registry();
  library.collectDefaultMetrics({ register: registry });
  const counters = new Map<string, Prometheus.Counter>();
  const gauges = new Map<string, Prometheus.Gauge>();
  const histograms = new Map<string, Prometheus.Histogram>();
  for (const [name, metric] of Object.entries(METRICS)) {
    const configuration = configurationOf(name, metric, registry);
    if (metric.kind === 'counter') counters.set(name, new library.Counter(configuration));
    else if (metric.kind === 'gauge')
      gauges.set(name, withoutValue(new library.Gauge(configuration), metric));
    else histograms.set(name, new library.Histogram({ ...configuration, buckets: [...metric.buckets!] }));
  }
  return {
    registry,
    gauges,
    failures: counters.get('quoin_collect_failures_total')!,
    recorder: {
      count: (metric, labels = {}, by = 1) => counters.get(metric)!.inc({ ...labels }, by),
      time: (metric, seconds, labels = {}) => histograms.get(metric)!.observe({ ...labels }, seconds),
      partner: (name) => (typeof name === 'string' && partners().has(name) ? name : 'unknown'),
    },
  };
}

function configurationOf(
  name: string,
  { help, labels }: MetricRow,
  registry: Prometheus.Registry,
): { name: string; help: string; labelNames: string[]; registers: Prometheus.Registry[] } {
  return { name, help: `${help}.`, labelNames: [...labels], registers: [registry] };
}
