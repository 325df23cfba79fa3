import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { createWriteStream } from 'node:fs';
import { createInterface } from 'node:readline';
import { QuoinError } from '../../../protocol/errors/index.ts';

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
  /** Rejects, telling its last words, when the process ends although nobody has stopped it. */
  readonly failed: Promise<never>;
  /** Ends it gracefully, and by force after fifteen seconds. */
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
const START_LIMIT = 180_000;

/** ms a gateway may take to stop. */
const STOP_LIMIT = 15_000;

/** Lines of standard error that are remembered to be told. */
const LAST_WORDS = 50;

/** Why a gateway could not start, or ended. */
export class GatewayEnded extends QuoinError {
  /** What it said on standard error. */
  readonly words: string;

  constructor(start: GatewayStart, how: string, words: readonly string[]) {
    super('demo/gateway-ended', [`${start.name} ${how}.`, ...words].join('\n  '), {
      finding: { check: 'gateway-runs', field: start.name, advice: `Its log is ${start.logFile}` },
    });
    this.name = 'GatewayEnded';
    this.words = words.join('\n');
  }
}

/**
 * Starts `quoin serve` and resolves once it says that it listens; rejects with GatewayEnded otherwise. The process hears
 * when ours ends, however that happens, and stops too.
 */
export async function startGatewayProcess(start: GatewayStart): Promise<GatewayProcess> {
  const [executable, ...args] = start.command;
  const child = spawn(executable!, [...args, 'serve', '--demo', '--config', start.configFile], {
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
  });
  const words: string[] = [];
  createInterface({ input: child.stderr! }).on('line', (line) => {
    if (words.push(line) > LAST_WORDS) words.shift();
  });
  child.stdout!.pipe(createWriteStream(start.logFile));
  const failed = untilEnded(child, start, words);
  // Whoever is interested awaits it; for all others an end is no news.
  failed.catch(() => undefined);
  const late = setTimeout(() => {
    words.push(`It did not listen within ${START_LIMIT / 1000} s.`);
    child.kill('SIGKILL');
  }, START_LIMIT);
  try {
    const api = await Promise.race([untilListening(child, start), failed]);
    return { name: start.name, pid: child.pid!, api, failed, stop: () => stop(child) };
  } finally {
    clearTimeout(late);
  }
}

/** `close` comes when its last words have been read too; `error` when it could not even be started. */
async function untilEnded(
  child: ChildProcess,
  start: GatewayStart,
  words: readonly string[],
): Promise<never> {
  const how = await once(child, 'close').then(
    ([code, signal]: (number | string | null)[]) =>
      code === null ? `was ended by ${signal}` : `ended with code ${code}`,
    (error: Error) => `could not be started: ${error.message}`,
  );
  throw new GatewayEnded(start, how, words);
}

function untilListening(child: ChildProcess, start: GatewayStart): Promise<string> {
  return new Promise((resolve) => {
    createInterface({ input: child.stdout! }).on('line', (line) => {
      const event = parsed(line);
      if (event === undefined) return;
      start.onEvent(start.name, event);
      if (event.event === 'gateway/listening') resolve(String(event['api']));
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

async function stop(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const ended = once(child, 'exit');
  child.kill('SIGTERM');
  const timer = setTimeout(() => child.kill('SIGKILL'), STOP_LIMIT);
  await ended;
  clearTimeout(timer);
}
