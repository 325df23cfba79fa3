import { Command } from 'commander';
import { addCerts } from './commands/certs.ts';
import type { CommandContext } from './commands/context.ts';
import { addDemo } from './commands/demo.ts';
import { addInbox } from './commands/inbox.ts';
import { addInspect } from './commands/inspect.ts';
import { addPing } from './commands/ping.ts';
import { addPMode } from './commands/pmode.ts';
import { addSend } from './commands/send.ts';
import { addServe } from './commands/serve.ts';
import { addStatus } from './commands/status.ts';
import { complain } from './complaint.ts';
import { EXIT, processTerminal } from './terminal.ts';
import type { Terminal } from './terminal.ts';
import type { CliWorld } from './world.ts';

const AFTER_HELP = `
Exit codes: 0 done; 1 it did not succeed; 2 wrong usage, or a file that cannot be used; 3 no access point answers;
4 there is no such message.
Environment: QUOIN_CONFIG (configuration file), QUOIN_API (address of the API), QUOIN_TOKEN (its token), NO_COLOR.
First steps: quoin demo`;

const COMMANDS = [addDemo, addServe, addSend, addStatus, addInbox, addPing, addInspect, addPMode, addCerts];

/** Runs one command line; resolves to its exit code and never rejects. */
export async function runCli(
  argv: readonly string[],
  world: CliWorld,
  terminal: Terminal = processTerminal(),
): Promise<number> {
  let exitCode: number = EXIT.done;
  const program = createProgram(world.version, terminal);
  const context: CommandContext = { world, terminal, finish: (code) => (exitCode = code) };
  for (const add of COMMANDS) add(program, context);
  try {
    await program.parseAsync([...argv], { from: 'user' });
    return exitCode;
  } catch (error) {
    return complain(terminal, error, program.opts<{ readonly json?: boolean }>().json === true);
  }
}

/** The program without its commands, which take over how it exits, writes and helps. */
function createProgram(version: string, terminal: Terminal): Command {
  return new Command('quoin')
    .description('eDelivery AS4 access point for the EU Once-Only Technical System')
    .option('-c, --config <file>', 'configuration file (quoin.yaml)')
    .option('--api <url>', 'address of the backend API of a running access point')
    .option('--token <token>', 'token for the API; QUOIN_TOKEN keeps it out of the list of processes')
    .option('--json', 'machine-readable output, errors too')
    .version(version)
    .addHelpText('after', AFTER_HELP)
    .configureHelp({ showGlobalOptions: true })
    .exitOverride()
    .configureOutput({
      writeOut: (text) => terminal.out(text.trimEnd()),
      writeErr: (text) => terminal.err(text.trimEnd()),
    });
}
