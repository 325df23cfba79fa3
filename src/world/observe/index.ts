/** What the access point tells about itself: the log, metrics, listeners to events, and the real clock. */
export { createObserver } from './observer.ts';
export type { EventListener, EventLog, LogLevel, ObserverOptions } from './observer.ts';
export { systemNature } from './nature.ts';
export { createInFlight } from './in-flight.ts';
export type { InFlight } from './in-flight.ts';
export { createMetrics } from './metrics/metrics.ts';
export type { Metrics, MetricsOptions } from './metrics/metrics.ts';
export { cached } from './metrics/collect.ts';
export type { GaugeSource, Sample } from './metrics/collect.ts';
export { createTracing } from './tracing/tracing.ts';
export type { Tracing } from './tracing/tracing.ts';
export type { TracingOptions } from './tracing/options.ts';
export { identityOf } from './tracing/identity.ts';
export type { SpanIdentity } from './tracing/identity.ts';
export { METRICS } from './metrics/table.ts';
export type { GaugeMetric, MetricRow } from './metrics/table.ts';
