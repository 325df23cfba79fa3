import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buildProgram } from '../built-program.ts';
import type { Outcome } from '../outcome.ts';
import type { Load, Measurement } from './measure.ts';
import { measureOurs } from './ours.ts';
import { startStoreServers } from './store-servers.ts';
import { measureTheirs, noPhase4 } from './theirs.ts';

/** Everything one run has found. */
export interface ExchangeReport {
  readonly measurements: readonly Measurement[];
  /** What could not be measured here, and why. */
  readonly skipped: readonly string[];
}

const LOADS: readonly Load[] = [
  { payloadBytes: 5_000, count: 800, rounds: 4, concurrency: 16, warmUp: 5000 },
  { payloadBytes: 100_000, count: 300, rounds: 3, concurrency: 16, warmUp: 60 },
  { payloadBytes: 10_000_000, count: 12, rounds: 3, concurrency: 4, warmUp: 2 },
];

/**
 * Exchanges between two access points of this machine, each from submit to verified receipt, beside the cryptography they
 * cannot avoid and beside phase4 at the same work, all in one run. Held when the small exchange costs less than four times its floor and there are more of them in a second than phase4 makes.
 */
export async function exchangeBenchmark(): Promise<Outcome<ExchangeReport>> {
  const folder = mkdtempSync(join(tmpdir(), 'quoin-bench-'));
  try {
    return await exchanges([process.execPath, ...(await buildProgram(folder))]);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** `program` is the command that runs an access point of ours. */
async function exchanges(program: readonly string[]): Promise<Outcome<ExchangeReport>> {
  const measurements: Measurement[] = [];
  const skipped: string[] = [];
  const add = (some: readonly Measurement[]): void => {
    measurements.push(...some);
    for (const one of some) console.log(lineOf(one));
  };
  for (const keyBits of [2048, 3072]) add(await measureOurs(program, keyBits, LOADS, undefined));
  const servers = await startStoreServers();
  if (typeof servers === 'string') skipped.push(`PostgreSQL and Redis: ${servers}`);
  else {
    for (const keyBits of [2048, 3072]) add(await measureOurs(program, keyBits, LOADS, servers));
    await servers.stop();
  }
  const missing = noPhase4();
  if (missing !== false) skipped.push(`phase4: ${missing}`);
  else add(await measureTheirs(program, LOADS));
  for (const one of skipped) console.log(`skipped: ${one}`);
  return { held: verdict(measurements), found: { measurements, skipped } };
}

function lineOf(one: Measurement): string {
  const size = one.payloadBytes >= 1e6 ? `${one.payloadBytes / 1e6} MB` : `${one.payloadBytes / 1e3} kB`;
  const ratio = (one.cpu / one.floor).toFixed(1);
  return (
    `${one.who.padEnd(17)} ${one.store.padEnd(19)} RSA-${one.keyBits} ${size.padStart(6)} ` +
    `${String(one.perSecond).padStart(6)}/s  p50 ${one.p50} p95 ${one.p95} p99 ${one.p99} ms  CPU ${one.cpu} ms = ${ratio} x floor`
  );
}

function verdict(measurements: readonly Measurement[]): boolean {
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
