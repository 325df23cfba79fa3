import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { createInterface } from 'node:readline';
import { makeDevelopmentPki } from '../src/development-pki.ts';
import { buildProgram } from './built-program.ts';
import type { Outcome } from './outcome.ts';

const ROOT = join(import.meta.dirname, '..');
const RUNS = 3;

/** What is promised: ms from the start of the process to its doors being open, built, on a store that is there. */
const PROMISED_MS = 2000;

/** One start; ms from the start of the process until it says that it listens. */
interface Start {
  readonly wall: number;
  /** Processor time until then, user and system. */
  readonly cpu: number;
}

/** The starts of one kind. */
interface Kind {
  readonly program: 'built' | 'unbuilt';
  readonly store: 'cold' | 'warm';
  readonly starts: readonly Start[];
}

/** One line of the result; ms. */
interface Row extends Omit<Kind, 'starts'> {
  readonly median: number;
  readonly fastest: number;
  readonly slowest: number;
  /** Processor time, median. */
  readonly cpu: number;
}

/** What starts take. */
export interface StartReport {
  readonly rows: readonly Row[];
}

/**
 * Starts `quoin serve` again and again: built (`node dist/main.js`) and unbuilt (TypeScript as it is), cold (no store yet)
 * and warm (the store of an earlier run). Machines under load take longer, so the processor time is told too.
 */
export async function startBenchmark(): Promise<Outcome<StartReport>> {
  const folder = mkdtempSync(join(tmpdir(), 'quoin-bench-'));
  try {
    const config = await writeConfiguration(folder);
    const kinds: Kind[] = [];
    for (const [program, command] of Object.entries({
      built: await buildProgram(folder),
      unbuilt: [join(ROOT, 'bin/quoin.js')],
    })) {
      // The first run fills what the system and Node cache of files.
      await startOnce(command, config, folder);
      for (const store of ['cold', 'warm'] as const) {
        const starts: Start[] = [];
        for (let run = 0; run < RUNS; run += 1) {
          if (store === 'cold') rmSync(join(folder, 'data'), { recursive: true, force: true });
          starts.push(await startOnce(command, config, folder));
        }
        kinds.push({ program: program as Kind['program'], store, starts });
      }
    }
    const rows = kinds.map(rowOf);
    return { held: report(rows), found: { rows } };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

async function writeConfiguration(folder: string): Promise<string> {
  const parties = ['AP_XA_01', 'AP_XB_01'];
  const certificates = join(folder, 'certs');
  const made = await makeDevelopmentPki({
    folder: certificates,
    parties,
    demonstration: false,
    bits: 2048,
    days: 30,
  });
  const named = (party: string): string => basename(made.parties.get(party)!.certificate);
  const pmode = readFileSync(join(ROOT, 'pmodes/examples/oots-xa-xb.yaml'), 'utf8')
    .replaceAll('ap_xa_01.pem', named('AP_XA_01'))
    .replaceAll('ap_xb_01.pem', named('AP_XB_01'));
  mkdirSync(join(folder, 'pmodes'));
  writeFileSync(join(folder, 'pmodes/oots.yaml'), pmode);
  const { key, certificate } = made.parties.get('AP_XA_01')!;
  const file = join(folder, 'quoin.yaml');
  const door = '{ host: 127.0.0.1, port: 0 }';
  writeFileSync(
    file,
    `accessPoint: { party: AP_XA_01 }
listeners: { as4: ${door}, api: ${door}, operations: ${door} }
data: data
keys: [{ path: ${key}, certificate: ${certificate} }]
`,
  );
  return file;
}

async function startOnce(command: readonly string[], config: string, folder: string): Promise<Start> {
  const begun = performance.now();
  const child = spawn(process.execPath, [...command, 'serve', '--config', config], {
    cwd: folder,
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  try {
    for await (const line of createInterface({ input: child.stdout }))
      if (line.includes('"event":"gateway/listening"'))
        return { wall: performance.now() - begun, cpu: cpuOf(child.pid!) };
    throw new Error('the gateway ended before it listened');
  } finally {
    const ended = once(child, 'exit');
    child.kill('SIGTERM');
    await ended;
  }
}

/** ms of processor time a process has used. Linux only; the kernel counts in hundredths of a second. */
function cpuOf(pid: number): number {
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1]!.split(' ');
  return (Number(fields[11]) + Number(fields[12])) * 10;
}

function report(rows: readonly Row[]): boolean {
  console.log(`\nms from the start of the process until its doors are open, ${RUNS} starts each\n`);
  console.log('| program | store | median | fastest | slowest | processor, median |');
  console.log('| ------- | ----- | -----: | ------: | ------: | ----------------: |');
  for (const { program, store, ...ms } of rows)
    console.log(`| ${[program, store, ms.median, ms.fastest, ms.slowest, ms.cpu].join(' | ')} |`);
  const took = rows.find(({ program, store }) => program === 'built' && store === 'warm')!.median;
  const held = took < PROMISED_MS;
  console.log(
    `\nBuilt, on a warm store: ${took} ms (promised ${PROMISED_MS} ms): ${held ? 'held' : 'NOT held'}`,
  );
  return held;
}

function rowOf({ program, store, starts }: Kind): Row {
  const walls = starts.map(({ wall }) => Math.round(wall));
  return {
    program,
    store,
    median: median(walls),
    fastest: Math.min(...walls),
    slowest: Math.max(...walls),
    cpu: median(starts.map(({ cpu }) => cpu)),
  };
}

function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)]!;
}
