import type { Command } from 'commander';
import { callApi } from '../api-client.ts';
import { EXIT } from '../terminal.ts';
import { apiAddress } from './context.ts';
import type { ApiOptions, CommandContext } from './context.ts';

/** `quoin serve`: runs the access point until SIGTERM or SIGINT; `quoin health`: asks a running one. */
export function addServe(program: Command, context: CommandContext): void {
  program
    .command('serve')
    .description('run the access point until it is told to stop')
    .option('--demo', 'allow the keys of the demonstration; never in production', false)
    .action(async (_options: unknown, command: Command) => {
      const options = command.optsWithGlobals<{ readonly config?: string; readonly demo: boolean }>();
      const gateway = await context.world.serve({ config: options.config, demo: options.demo });
      await untilTold();
      await gateway.stop();
    });
  program
    .command('health')
    .description('ask a running access point whether it is alive')
    .action(async (_options: unknown, command: Command) => {
      await callApi(await apiAddress(context, command.optsWithGlobals<ApiOptions>()), { path: '/health' });
      context.terminal.out('alive');
      context.finish(EXIT.done);
    });
}

function untilTold(): Promise<void> {
  return new Promise((resolve) => {
    for (const signal of ['SIGTERM', 'SIGINT'] as const) process.once(signal, () => resolve());
  });
}
