import type { ApiAddress } from '../api-client.ts';
import type { Terminal } from '../terminal.ts';
import type { CliWorld } from '../world.ts';

/** Options every command takes. */
export interface GlobalOptions {
  readonly api?: string | undefined;
  readonly token?: string | undefined;
  readonly config?: string | undefined;
  readonly json?: boolean | undefined;
}

/** What a command gets: the world, the terminal, and a way to say how it ended. */
export interface CommandContext {
  readonly world: CliWorld;
  readonly terminal: Terminal;
  readonly finish: (exitCode: number) => void;
}

const DEFAULT_API = 'http://127.0.0.1:8080';

/**
 * Where the API is: the option `--api`, the configuration named by `--config`, QUOIN_API, the configuration `serve` would
 * find here, or the default port on this machine. A token that is given counts more than one that is configured.
 */
export async function apiAddress(context: CommandContext, options: GlobalOptions): Promise<ApiAddress> {
  const { world } = context;
  const token = options.token ?? (process.env['QUOIN_TOKEN'] || undefined);
  const url =
    options.api ?? (options.config === undefined ? process.env['QUOIN_API'] || undefined : undefined);
  if (url !== undefined) return { url, token };
  const configured = await world.apiOf(options.config);
  return { url: configured?.url ?? DEFAULT_API, token: token ?? configured?.token };
}

/** Prints a result for a program, or lines for a person. */
export function print(
  context: CommandContext,
  options: GlobalOptions,
  result: unknown,
  lines: readonly string[],
): void {
  if (options.json === true) context.terminal.out(JSON.stringify(result));
  else for (const line of lines) context.terminal.out(line);
}
