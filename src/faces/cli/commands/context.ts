import type { ApiAddress } from '../api-client.ts';
import type { Terminal } from '../terminal.ts';
import type { CliWorld } from '../world.ts';

/** Options every command that talks to a running access point takes. */
export interface ApiOptions {
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

/** Where the API is: the option, the configuration file, the environment, or the default port on this machine. */
export async function apiAddress(context: CommandContext, options: ApiOptions): Promise<ApiAddress> {
  const token = options.token ?? process.env['QUOIN_TOKEN'];
  if (options.api !== undefined) return { url: options.api, token };
  if (options.config !== undefined) return await context.world.apiOf(options.config);
  return { url: process.env['QUOIN_API'] ?? 'http://127.0.0.1:8080', token };
}
