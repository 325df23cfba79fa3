import type { Command } from 'commander';
import { callJson } from '../api-client.ts';
import { usageError } from '../faults.ts';
import { exitCodeOf, follow, printStatus } from '../follow.ts';
import { examples } from '../manual.ts';
import { apiAddress } from './context.ts';
import type { CommandContext, GlobalOptions } from './context.ts';

interface PingOptions extends GlobalOptions {
  readonly pmode?: string;
  readonly wait?: boolean;
}

/** `quoin ping PARTY`: a test-service message, acknowledged by the partner and never delivered. */
export function addPing(program: Command, context: CommandContext): void {
  const command = program
    .command('ping')
    .description('send a test message to a partner and tell what came of the first attempt')
    .argument('[party]', 'local name of the partner')
    .option('--pmode <id>', 'P-Mode to ping over, instead of a partner')
    .option('--wait', 'wait for the attempts that follow as well')
    .action(async (party: string | undefined, _options: unknown, command: Command) => {
      await ping(context, party, command.optsWithGlobals<PingOptions>());
    });
  examples(command, ['quoin ping AP_XB_01', 'quoin ping --pmode oots-xa-xb --wait']);
}

async function ping(context: CommandContext, party: string | undefined, options: PingOptions): Promise<void> {
  const { terminal } = context;
  if ((party === undefined) === (options.pmode === undefined))
    throw usageError(
      'Name either a partner or a P-Mode.',
      'quoin ping AP_XB_01, or quoin ping --pmode ID; quoin pmode list shows both.',
    );
  const api = await apiAddress(context, options);
  const { messageId } = await callJson<{ readonly messageId: string }>(api, {
    method: 'POST',
    path: '/v1/ping',
    json: options.pmode === undefined ? { party } : { pmode: options.pmode },
  });
  const status = await follow(terminal, api, messageId, options.wait === true ? 'final' : 'attempted');
  printStatus(terminal, status, options.json === true);
  context.finish(exitCodeOf(status));
}
