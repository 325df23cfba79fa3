import { execFileSync, spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { setTimeout as delay } from 'node:timers/promises';
import { Redis } from 'ioredis';
import { scratchFolder } from './scratch.ts';

/** A real Redis (or Valkey) of the test's own. */
export interface RedisServer {
  readonly port: number;
  readonly url: string;
  /** Ends the server as an operator would, or at once (`kill`). What it has not written to disk is gone. */
  stop(how?: 'kill'): Promise<void>;
  /** Starts it again on the same port and folder; resolves when it answers. */
  start(): Promise<void>;
  /** Stops the process without ending it: connections stay, nothing is answered. */
  freeze(): void;
  thaw(): void;
  /** Runs one command on a connection of its own. */
  command(...words: readonly string[]): Promise<unknown>;
}

/** What the server is started with. */
export interface RedisServerOptions {
  /** Further arguments, `['--appendonly', 'yes']`. Nothing is written to disk unless they say so. */
  readonly args?: readonly string[];
  /** Ends the server; a test context or the module with `after` of node:test. */
  readonly test: { after(cleanUp: () => Promise<void>): void };
  readonly password?: string;
}

const BINARIES = ['redis-server', 'valkey-server'] as const;

/** The server program on PATH; undefined when there is none. */
export function redisBinary(): string | undefined {
  return BINARIES.find((name) => {
    try {
      execFileSync(name, ['--version'], { stdio: 'ignore' });
      return true;
    } catch {
      return false;
    }
  });
}

/** For `skip` of a test: why it cannot run, or false. */
export function withoutRedis(): string | false {
  return redisBinary() === undefined && `neither ${BINARIES.join(' nor ')} is on PATH`;
}

/** Starts a server on a free port. */
export async function startRedis(options: RedisServerOptions): Promise<RedisServer> {
  const binary = redisBinary();
  if (binary === undefined) throw new Error(String(withoutRedis()));
  const folder = scratchFolder();
  for (let tries = 0; ; tries += 1) {
    const server = new Server(binary, folder, freePort(), options);
    try {
      await server.start();
      options.test.after(() => server.stop('kill'));
      return server;
    } catch (error) {
      if (tries === 9) throw error;
    }
  }
}

/** Below the ports that the system gives to connections, so that it is still free for a second start. */
function freePort(): number {
  return 20_000 + Math.floor(Math.random() * 12_000);
}

/**
 * The server as child of a shell that ends it when its standard input is closed: whatever ends the test process, the
 * server does not outlive it.
 */
const GUARDED = `exec 3<&0
"$@" </dev/null >/dev/null 2>&1 &
server=$!
echo $server
(cat <&3 >/dev/null; kill -KILL $server 2>/dev/null) &
wait $server`;

const PATIENCE_MS = 60_000;

class Server implements RedisServer {
  readonly port: number;
  readonly url: string;
  readonly #command: readonly string[];
  readonly #password: string | undefined;
  #shell: ChildProcess | undefined;
  #pid = 0;

  constructor(binary: string, folder: string, port: number, { args = [], password }: RedisServerOptions) {
    this.port = port;
    this.#password = password;
    this.url = `redis://${password === undefined ? '' : `:${encodeURIComponent(password)}@`}127.0.0.1:${port}`;
    const secret = password === undefined ? [] : ['--requirepass', password];
    const quiet = ['--save', '', '--appendonly', 'no'];
    const place = ['--port', String(port), '--bind', '127.0.0.1', '--dir', folder];
    this.#command = [binary, ...place, ...quiet, ...secret, ...args];
  }

  async start(): Promise<void> {
    const shell = spawn('sh', ['-c', GUARDED, 'sh', ...this.#command], { stdio: ['pipe', 'pipe', 'ignore'] });
    this.#shell = shell;
    shell.stdin.on('error', () => undefined);
    this.#pid = Number(String((await once(createInterface(shell.stdout), 'line'))[0]));
    const hangs = Date.now() + PATIENCE_MS;
    while (!(await this.#answers())) {
      if (shell.exitCode !== null) throw new Error(`redis on port ${this.port} ended (${shell.exitCode})`);
      if (Date.now() > hangs) throw new Error(`redis on port ${this.port} does not answer`);
      await delay(20);
    }
  }

  async #answers(): Promise<boolean> {
    try {
      // Somebody else's server on this port has another process id.
      return new RegExp(`process_id:${this.#pid}\\r`).test(String(await this.command('info', 'server')));
    } catch {
      return false;
    }
  }

  async stop(how?: 'kill'): Promise<void> {
    const shell = this.#shell;
    if (shell === undefined) return;
    this.#shell = undefined;
    const ended = shell.exitCode === null ? once(shell, 'exit') : Promise.resolve();
    this.#signal(how === 'kill' ? 'SIGKILL' : 'SIGTERM');
    await ended;
    shell.stdin?.end();
  }

  freeze(): void {
    this.#signal('SIGSTOP');
  }

  thaw(): void {
    this.#signal('SIGCONT');
  }

  #signal(signal: NodeJS.Signals): void {
    try {
      process.kill(this.#pid, signal);
    } catch {
      // It has ended already.
    }
  }

  async command(...words: readonly string[]): Promise<unknown> {
    const [name = '', ...args] = words;
    const client = new Redis({
      port: this.port,
      lazyConnect: true,
      retryStrategy: () => null,
      ...(this.#password === undefined ? {} : { password: this.#password }),
    });
    client.on('error', () => undefined);
    try {
      await client.connect();
      return await client.call(name, ...args);
    } finally {
      client.disconnect();
    }
  }
}
