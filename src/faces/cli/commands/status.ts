import type { Command } from 'commander';
import { exitCodeOf, follow, printStatus } from '../follow.ts';
import { examples } from '../manual.ts';
import { EXIT } from '../terminal.ts';
import { apiAddress } from './context.ts';
import type { CommandContext, GlobalOptions } from './context.ts';

/** `quoin status MESSAGE-ID`. */
export function addStatus(program: Command, context: CommandContext): void {
  const command = program
    .command('status')
    .description('state, attempts and receipt of a sent message')
    .argument('<message-id>', 'MessageId of a message sent from here')
    .option('--wait', 'wait until the state is final')
    .action(async (messageId: string, _options: unknown, command: Command) => {
      const options = command.optsWithGlobals<GlobalOptions & { readonly wait?: boolean }>();
      const { terminal } = context;
      const api = await apiAddress(context, options);
      const status = await follow(terminal, api, messageId, options.wait === true ? 'final' : 'now');
      printStatus(terminal, status, options.json === true);
      // Asking succeeds whatever the answer; whoever waits wants to know how it ended.
      context.finish(options.wait === true ? exitCodeOf(status) : EXIT.done);
    });
  examples(command, ['quoin status MESSAGE-ID', 'quoin status MESSAGE-ID --wait --json']);
}
