import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { text } from 'node:stream/consumers';
import { join } from 'node:path';

/** How a process of the command line ended, and what it wrote. */
export interface EndedProcess {
  readonly code: number | null;
  readonly out: string;
  readonly err: string;
}

/** How the command line is run. */
export interface ProcessOptions {
  readonly cwd: string;
  /** Settings by the environment; nothing else that is Quoin's reaches the process. */
  readonly env?: Readonly<Record<string, string>> | undefined;
  /** User and group to run as. */
  readonly user?: { readonly uid: number; readonly gid: number } | undefined;
  /** The program that is installed, instead of its source. */
  readonly installed?: boolean | undefined;
}

const ROOT = join(import.meta.dirname, '../..');

/** Bounds what hangs; nothing is measured by it. */
const PATIENCE_MS = 240_000;

/** Runs one command line as a process of its own until it ends by itself; one that does not is killed: `code` is null. */
export async function runProcess(args: readonly string[], options: ProcessOptions): Promise<EndedProcess> {
  const { cwd, env = {}, user, installed = false } = options;
  const program = installed
    ? [join(ROOT, 'bin/quoin.js')]
    : ['--import', import.meta.resolve('tsx'), join(ROOT, 'src/main.ts')];
  const { PATH = '', TMPDIR } = process.env;
  const child = spawn(process.execPath, [...program, ...args], {
    cwd,
    env: { PATH, ...(TMPDIR === undefined ? {} : { TMPDIR }), ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
    timeout: PATIENCE_MS,
    killSignal: 'SIGKILL',
    ...user,
  });
  const [out, err, [code]] = await Promise.all([
    text(child.stdout),
    text(child.stderr),
    once(child, 'close') as Promise<[number | null]>,
  ]);
  return { code, out, err };
}
