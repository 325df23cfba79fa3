import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { createWriteStream } from 'node:fs';
import { createInterface } from 'node:readline';

/** One line of a gateway's log. */
export interface LogEvent {
  readonly event: string;
  readonly time: string;
  readonly [field: string]: unknown;
}

/** An access point running as a process of its own. */
export interface GatewayProcess {
  readonly name: string;
  readonly pid: number;
  readonly api: string;
  readonly stop: () => Promise<void>;
}

/** How to start one. */
export interface GatewayStart {
  readonly name: string;
  readonly command: readonly string[];
  readonly configFile: string;
  readonly logFile: string;
  readonly onEvent: (name: string, event: LogEvent) => void;
}

/** ms a gateway may take until it listens. */
const START_LIMIT = 20_000;

/** Starts `quoin serve` and resolves once it says that it listens; rejects with its last words otherwise. */
export async function startGatewayProcess(start: GatewayStart): Promise<GatewayProcess> {
  const [executable, ...args] = start.command;
  const child = spawn(executable!, [...args, 'serve', '--demo', '--config', start.configFile], {
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const words: string[] = [];
  createInterface({ input: child.stderr }).on('line', (line) => words.push(line));
  child.stdout.pipe(createWriteStream(start.logFile));
  const api = await untilListening(child, start, words);
  return { name: start.name, pid: child.pid!, api, stop: () => stop(child) };
}

function untilListening(child: ChildProcess, start: GatewayStart, words: readonly string[]): Promise<string> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => fail(`did not listen within ${START_LIMIT / 1000} s`), START_LIMIT);
    const fail = (why: string): void => {
      clearTimeout(timer);
      child.kill('SIGKILL');
      reject(new Error([`${start.name} ${why}.`, ...words, `Its log: ${start.logFile}`].join('\n')));
    };
    child.once('error', (error) => fail(error.message));
    child.once('exit', (code) => fail(`ended with code ${code}`));
    createInterface({ input: child.stdout! }).on('line', (line) => {
      const event = parsed(line);
      if (event === undefined) return;
      start.onEvent(start.name, event);
      if (event.event !== 'gateway/listening') return;
      clearTimeout(timer);
      child.removeAllListeners('exit');
      resolve(String(event['api']));
    });
  });
}

function parsed(line: string): LogEvent | undefined {
  try {
    const value = JSON.parse(line) as LogEvent;
    return typeof value.event === 'string' ? value : undefined;
  } catch {
    // A line that is not an event is in the log file for whoever wants it.
    return undefined;
  }
}

/** SIGTERM, and after ten seconds SIGKILL. */
async function stop(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  child.kill('SIGTERM');
  const timer = setTimeout(() => child.kill('SIGKILL'), 10_000);
  await ended;
  clearTimeout(timer);
}
