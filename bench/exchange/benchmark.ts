import { writeFileSync } from 'node:fs';
import { cpus, release, totalmem } from 'node:os';
import { join } from 'node:path';
import { format, resolveConfig } from 'prettier';
import { cryptoFloor } from './crypto-floor.ts';
import { payloadOf } from './load.ts';
import type { Measurement } from './measure.ts';
import { measureOurs } from './ours.ts';
import type { Load } from './ours.ts';
import { performancePage } from './page.ts';
import { performancePlot } from './plot.ts';
import { startStoreServers } from './store-servers.ts';
import { measureTheirs, noPhase4 } from './theirs.ts';

/** Everything one run has found, as docs/performance.json has it. */
export interface ExchangeReport {
  readonly at: string;
  readonly machine: {
    readonly cpu: string;
    readonly cores: number;
    readonly memoryGB: number;
    readonly node: string;
    readonly kernel: string;
  };
  readonly measurements: readonly Measurement[];
  /** What could not be measured here, and why. */
  readonly skipped: readonly string[];
}

const LOADS: readonly Load[] = [
  { payloadBytes: 5_000, count: 800, concurrency: 16, warmUp: 1200 },
  { payloadBytes: 100_000, count: 300, concurrency: 16, warmUp: 60 },
  { payloadBytes: 10_000_000, count: 12, concurrency: 4, warmUp: 2 },
];

const DOCS = join(import.meta.dirname, '../../docs');

/**
 * Exchanges between two access points of this machine, each from submit to verified receipt, beside the cryptography they
 * cannot avoid and beside phase4 at the same work, all in one run. Rewrites docs/performance.* with `--write`. Held when
 * the small exchange costs less than four times its floor and there are more of them in a second than phase4 makes.
 */
export async function exchangeBenchmark(): Promise<boolean> {
  const measurements: Measurement[] = [];
  const skipped: string[] = [];
  const add = (some: readonly Measurement[]): void => {
    measurements.push(...some);
    for (const one of some) console.log(lineOf(one));
  };
  for (const keyBits of [2048, 3072]) add(await measureOurs(keyBits, withFloor(LOADS, keyBits), undefined));
  const servers = await startStoreServers();
  if (typeof servers === 'string') skipped.push(`PostgreSQL and Redis: ${servers}`);
  else {
    for (const keyBits of [2048, 3072]) add(await measureOurs(keyBits, withFloor(LOADS, keyBits), servers));
    await servers.stop();
  }
  const missing = noPhase4();
  if (missing !== false) skipped.push(`phase4: ${missing}`);
  else add(await measureTheirs(withFloor(LOADS, 2048)));
  const report: ExchangeReport = { at: new Date().toISOString(), machine: machine(), measurements, skipped };
  for (const one of skipped) console.log(`skipped: ${one}`);
  if (process.argv.includes('--write')) await write(report);
  return verdict(report);
}

function withFloor(loads: readonly Load[], keyBits: number): readonly (Load & { readonly floor: number })[] {
  return loads.map((load) => ({ ...load, floor: cryptoFloor(keyBits, payloadOf(load.payloadBytes)) }));
}

function machine(): ExchangeReport['machine'] {
  const [first] = cpus();
  return {
    cpu: first?.model.trim() ?? 'unknown',
    cores: cpus().length,
    memoryGB: Math.round(totalmem() / 2 ** 30),
    node: process.version,
    kernel: release(),
  };
}

function lineOf(one: Measurement): string {
  const size = one.payloadBytes >= 1e6 ? `${one.payloadBytes / 1e6} MB` : `${one.payloadBytes / 1e3} kB`;
  const ratio = (one.cpu / one.floor).toFixed(1);
  return (
    `${one.who.padEnd(17)} ${one.store.padEnd(19)} RSA-${one.keyBits} ${size.padStart(6)} ` +
    `${String(one.perSecond).padStart(6)}/s  p50 ${one.p50} p95 ${one.p95} p99 ${one.p99} ms  CPU ${one.cpu} ms = ${ratio} x floor`
  );
}

async function write(report: ExchangeReport): Promise<void> {
  writeFileSync(join(DOCS, 'performance.json'), `${JSON.stringify(report, null, 2)}\n`);
  writeFileSync(join(DOCS, 'performance.svg'), performancePlot(report.measurements));
  const options = await resolveConfig(join(DOCS, 'performance.md'));
  const page = await format(performancePage(report), { ...options, parser: 'markdown' });
  writeFileSync(join(DOCS, 'performance.md'), page);
}

function verdict({ measurements }: ExchangeReport): boolean {
  const small = (who: string): Measurement | undefined =>
    measurements.find((one) => one.who === who && one.payloadBytes === 5000 && one.keyBits === 2048);
  const [ours, theirs] = [small('Quoin to Quoin')!, small('phase4 to phase4')];
  const cheap = ours.cpu < 4 * ours.floor;
  const quick = theirs === undefined || ours.perSecond > theirs.perSecond;
  console.log(
    `\nThe small exchange costs ${(ours.cpu / ours.floor).toFixed(1)} times its floor (expected below 4): ${cheap ? 'held' : 'NOT held'}`,
  );
  if (theirs !== undefined)
    console.log(
      `${ours.perSecond} of them a second, phase4 ${theirs.perSecond}: ${quick ? 'held' : 'NOT held'}`,
    );
  return cheap && quick;
}
