import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { run } from 'node:test';
import { spec } from 'node:test/reporters';
import { fileURLToPath } from 'node:url';
import { findFiles } from '../support/find-files.ts';
import { PEER_JAR } from './phase4-peer.ts';

/**
 * `npm run interop`: the tests against a foreign access point. Builds the phase4 peer when its jar is missing or older
 * than its sources, runs the tests and prints every case with its result. Arguments name files, `sending` for example.
 */

const here = fileURLToPath(new URL('.', import.meta.url));
const peer = join(here, 'phase4');

/** One case of the table. */
interface Case {
  readonly where: string;
  readonly name: string;
  readonly result: 'ok' | 'FAILED' | 'skipped';
  readonly tookMs: number;
}

process.exitCode = await main(process.argv.slice(2));

async function main(wanted: readonly string[]): Promise<number> {
  const java = javaVersion();
  if (java === undefined || java < 17)
    return skip(java === undefined ? 'no Java here' : `Java ${java}, 17 is needed`);
  if (!isCurrent()) {
    if (!works('mvn', ['--version'])) return skip('no Maven here, and the phase4 peer is not built');
    console.log('Building the phase4 peer ...');
    const built = spawnSync('mvn', ['-q', '-B', '-f', join(peer, 'pom.xml'), 'package'], {
      stdio: 'inherit',
    });
    if (built.status !== 0) {
      console.error('The phase4 peer could not be built: see what Maven says above.');
      return 1;
    }
  }
  const files = findFiles(new URL('.', import.meta.url), /^[^/]+\.test\.ts$/)
    .filter((file) => wanted.length === 0 || wanted.some((part) => file.includes(part)))
    .map((file) => join(here, file));
  const cases = await runAll(files);
  console.log(tableOf(cases));
  return cases.length > 0 && cases.every(({ result }) => result !== 'FAILED') ? 0 : 1;
}

function skip(reason: string): number {
  console.log(`Interop tests skipped: ${reason}.`);
  return 0;
}

function works(command: string, args: readonly string[]): boolean {
  return spawnSync(command, args, { stdio: 'ignore', shell: process.platform === 'win32' }).status === 0;
}

/** The feature version of the Java that would run the peer. */
function javaVersion(): number | undefined {
  const { status, stderr } = spawnSync('java', ['-version'], { encoding: 'utf8' });
  const version = /version "(\d+)/.exec(stderr ?? '')?.[1];
  return status === 0 && version !== undefined ? Number(version) : undefined;
}

/** Whether the jar is there and no older than anything it is made of. */
function isCurrent(): boolean {
  if (!existsSync(PEER_JAR)) return false;
  const sources = readdirSync(join(peer, 'src'), { recursive: true, encoding: 'utf8' });
  const files = [join(peer, 'pom.xml'), ...sources.map((file) => join(peer, 'src', file))];
  const built = statSync(PEER_JAR).mtimeMs;
  return files.every((file) => statSync(file).mtimeMs <= built);
}

/** Runs the files, each in a process of its own, two at a time; shows them as they go and resolves to their cases. */
function runAll(files: readonly string[]): Promise<readonly Case[]> {
  const cases: Case[] = [];
  const path: string[] = [];
  const stream = run({ files: [...files], concurrency: 2 });
  stream.on('test:start', ({ name, nesting }) => {
    path.length = nesting;
    path[nesting] = name;
  });
  const add = (
    result: Case['result'],
    data: { name: string; nesting: number; details: { duration_ms: number; type?: string | undefined } },
  ): void => {
    if (data.details.type === 'suite') return;
    cases.push({
      where: path.slice(0, data.nesting).join(' > '),
      name: data.name,
      result,
      tookMs: data.details.duration_ms,
    });
  };
  stream.on('test:pass', (data) => add(data.skip === undefined ? 'ok' : 'skipped', data));
  stream.on('test:fail', (data) => add('FAILED', data));
  const shown = new spec();
  return new Promise((resolve, reject) => {
    shown.on('error', reject);
    shown.on('end', () => resolve(cases));
    stream.pipe(shown).pipe(process.stdout);
  });
}

function tableOf(cases: readonly Case[]): string {
  const groups = [...new Set(cases.map(({ where }) => where))];
  const lines = groups.flatMap((where) => [
    `\n${where || 'files'}`,
    ...cases
      .filter((one) => one.where === where)
      .map(
        ({ name, result, tookMs }) =>
          `  ${result.padEnd(7)} ${`${Math.round(tookMs)} ms`.padStart(9)}  ${name}`,
      ),
  ]);
  const count = (result: Case['result']): number => cases.filter((one) => one.result === result).length;
  return [
    ...lines,
    `\n${cases.length} cases: ${count('ok')} ok, ${count('FAILED')} failed, ${count('skipped')} skipped`,
  ].join('\n');
}
