import { setTimeout as delay } from 'node:timers/promises';
import { Redis } from 'ioredis';
import { findRedis } from './find-servers.ts';
import { startGuarded } from './guarded-process.ts';
import type { GuardedProcess } from './guarded-process.ts';
import { scratchFolder } from './scratch.ts';

/** A real Redis (or Valkey) of the test's own. */
export interface RedisServer {
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
  /** Ends the server with this test; it never outlives the process. */
  readonly test?: { after(cleanUp: () => Promise<void>): void };
  readonly password?: string;
}

/**
 * `false` when a server can be started, else the reason to skip: fits the `skip` option of a test. Continuous integration
 * never skips: there the tests fail.
 */
export function noRedis(): false | string {
  if (process.env['CI']) return false;
  const found = findRedis();
  return 'missing' in found ? found.missing : false;
}

/** Starts a server on a free port. */
export async function startRedis(options: RedisServerOptions = {}): Promise<RedisServer> {
  const found = findRedis();
  if ('missing' in found) throw new Error(found.missing);
  const folder = scratchFolder();
  for (let tries = 0; ; tries += 1) {
    const server = new Server(found.path, folder, freePort(), options);
    try {
      await server.start();
      options.test?.after(() => server.stop('kill'));
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

class Server implements RedisServer {
  readonly url: string;
  readonly #port: number;
  readonly #folder: string;
  readonly #program: string;
  readonly #args: readonly string[];
  readonly #password: string | undefined;
  #running: GuardedProcess | undefined;

  constructor(program: string, folder: string, port: number, { args = [], password }: RedisServerOptions) {
    this.#port = port;
    this.#folder = folder;
    this.#program = program;
    this.#password = password;
    this.url = `redis://${password === undefined ? '' : `:${encodeURIComponent(password)}@`}127.0.0.1:${port}`;
    const secret = password === undefined ? [] : ['--requirepass', password];
    const quiet = ['--save', '', '--appendonly', 'no'];
    const place = ['--port', String(port), '--bind', '127.0.0.1', '--dir', folder];
    this.#args = [...place, ...quiet, ...secret, ...args];
  }

  async start(): Promise<void> {
    const running = await startGuarded({
      folder: this.#folder,
      program: this.#program,
      args: this.#args,
      lastSignal: 'SIGKILL',
    });
    this.#running = running;
    while (!(await this.#answers(running.pid))) {
      if (running.hasEnded()) throw new Error(`Redis on port ${this.#port} has ended.`);
      await delay(20);
    }
  }

  async #answers(pid: number): Promise<boolean> {
    try {
      // Somebody else's server on this port has another process id.
      return String(await this.command('info', 'server')).includes(`process_id:${pid}\r`);
    } catch {
      return false;
    }
  }

  async stop(how?: 'kill'): Promise<void> {
    await this.#running?.end(how === 'kill' ? 'SIGKILL' : 'SIGTERM');
  }

  freeze(): void {
    this.#signal('SIGSTOP');
  }

  thaw(): void {
    this.#signal('SIGCONT');
  }

  #signal(signal: NodeJS.Signals): void {
    if (this.#running?.hasEnded() === false) process.kill(this.#running.pid, signal);
  }

  async command(...words: readonly string[]): Promise<unknown> {
    const [name = '', ...args] = words;
    const client = new Redis({
      port: this.#port,
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
