import type { LoadResult } from './load.ts';

/** One measured exchange: how many a second, how long each took, what they cost. Times in ms. */
export interface Measurement {
  /** What sent to what. */
  readonly who: string;
  readonly payloadBytes: number;
  readonly keyBits: number;
  /** What holds the messages. */
  readonly store: string;
  readonly concurrency: number;
  readonly count: number;
  readonly perSecond: number;
  readonly p50: number;
  readonly p95: number;
  readonly p99: number;
  /** Processor time of an exchange, all processes of both sides, servers of the store left out. */
  readonly cpu: number;
  /** The cryptography an exchange cannot avoid, measured in this run. */
  readonly floor: number;
}

/** What is known of a measurement before it runs. */
export type Subject = Pick<
  Measurement,
  'who' | 'payloadBytes' | 'keyBits' | 'store' | 'concurrency' | 'floor'
>;

/** The measurement of a load; `cpu` is the processor time it took altogether. */
export function measurementOf(
  subject: Subject,
  { count, elapsedMs, latenciesMs }: LoadResult,
  cpu: number,
): Measurement {
  const sorted = [...latenciesMs].sort((a, b) => a - b);
  const percentile = (share: number): number =>
    round(sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))]!);
  return {
    ...subject,
    count,
    perSecond: round((count / elapsedMs) * 1000),
    p50: percentile(0.5),
    p95: percentile(0.95),
    p99: percentile(0.99),
    cpu: round(cpu / count),
    floor: round(subject.floor),
  };
}

function round(value: number): number {
  return Number(value.toPrecision(3));
}
