import { cryptoFloor } from './crypto-floor.ts';
import { payloadOf } from './load.ts';
import type { LoadResult } from './load.ts';

/** A load of one payload size. */
export interface Load {
  readonly payloadBytes: number;
  readonly count: number;
  /** Parts of the count, each with its floor measured beside it: a machine that others share is not equally fast all the time. */
  readonly rounds: number;
  readonly concurrency: number;
  /** Exchanges before the measured ones, for the compiler of the language to have seen the code. */
  readonly warmUp: number;
}

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
  /** The cryptography an exchange cannot avoid, measured between the rounds of this load. */
  readonly floor: number;
}

/** What is known of a measurement before it runs. */
export type Subject = Pick<Measurement, 'who' | 'keyBits' | 'store'>;

/** What takes part: makes so many exchanges, and tells the processor time used since its start, ms. */
export interface Driven {
  readonly exchange: (count: number) => Promise<LoadResult>;
  readonly cpu: () => number;
}

/** A load after its warm-up, round by round, each with its floor. */
export async function measure(subject: Subject, load: Load, driven: Driven): Promise<Measurement> {
  await driven.exchange(load.warmUp);
  const payload = payloadOf(load.payloadBytes);
  const floors: number[] = [];
  const results: LoadResult[] = [];
  let cpu = 0;
  for (let done = 0; done < load.rounds; done += 1) {
    floors.push(cryptoFloor(subject.keyBits, payload));
    const before = driven.cpu();
    results.push(await driven.exchange(Math.ceil(load.count / load.rounds)));
    cpu += driven.cpu() - before;
  }
  const { payloadBytes, concurrency } = load;
  const floor = sum(floors) / floors.length;
  return { ...subject, payloadBytes, concurrency, ...figuresOf(results, cpu), floor: round(floor) };
}

function figuresOf(
  results: readonly LoadResult[],
  cpu: number,
): Pick<Measurement, 'count' | 'perSecond' | 'p50' | 'p95' | 'p99' | 'cpu'> {
  const count = sum(results.map((result) => result.count));
  const elapsedMs = sum(results.map((result) => result.elapsedMs));
  const sorted = results.flatMap(({ latenciesMs }) => latenciesMs).sort((a, b) => a - b);
  const percentile = (share: number): number =>
    round(sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))]!);
  return {
    count,
    perSecond: round((count / elapsedMs) * 1000),
    p50: percentile(0.5),
    p95: percentile(0.95),
    p99: percentile(0.99),
    cpu: round(cpu / count),
  };
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}

function round(value: number): number {
  return Number(value.toPrecision(3));
}
