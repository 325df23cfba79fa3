import type { Command } from 'commander';
import { callJson } from '../api-client.ts';
import { EXIT } from '../terminal.ts';
import { apiAddress } from './context.ts';
import type { ApiOptions, CommandContext } from './context.ts';
import { fetchStatus, printStatus } from './status.ts';

/** `quoin ping PARTY`: a test-service message, acknowledged by the partner and never delivered. */
export function addPing(program: Command, context: CommandContext): void {
  program
    .command('ping')
    .description('send a test message to a partner and wait for its receipt')
    .argument('[party]', 'local name of the partner')
    .option('--pmode <id>', 'P-Mode to ping over')
    .action(async (party: string | undefined, _options: unknown, command: Command) => {
      const options = command.optsWithGlobals<ApiOptions & { readonly pmode?: string }>();
      const api = await apiAddress(context, options);
      const target = options.pmode === undefined ? { party } : { pmode: options.pmode };
      const { messageId } = await callJson<{ readonly messageId: string }>(api, {
        method: 'POST',
        path: '/v1/ping',
        json: target,
      });
      const status = await fetchStatus(api, messageId, { untilFinal: true });
      printStatus(context.terminal, status, options.json === true);
      context.finish(status.state === 'ACKNOWLEDGED' ? EXIT.done : EXIT.failed);
    });
}
