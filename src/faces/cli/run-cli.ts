import { Command, CommanderError } from 'commander';
import { describeError, isQuoinError } from '../../protocol/errors/index.ts';
import type { QuoinError } from '../../protocol/errors/index.ts';
import { ApiError, ApiUnreachable } from './api-client.ts';
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
import { EXIT, processTerminal, styled } from './terminal.ts';
import type { Terminal } from './terminal.ts';
import type { CliWorld } from './world.ts';

const AFTER_HELP = `
Exit codes: 0 done, 1 it did not succeed, 2 wrong usage, 3 no access point answers, 4 not found.
Environment: QUOIN_API (address of the API), QUOIN_TOKEN (its token), NO_COLOR.
First steps: quoin demo`;

const COMMANDS = [addDemo, addServe, addSend, addStatus, addInbox, addPing, addInspect, addPMode, addCerts];

/** Runs one command line; resolves to its exit code and never rejects. */
export async function runCli(
  argv: readonly string[],
  world: CliWorld,
  terminal: Terminal = processTerminal(),
): Promise<number> {
  let exitCode: number = EXIT.done;
  const program = new Command('quoin')
    .description('eDelivery AS4 access point for the EU Once-Only Technical System')
    .option('-c, --config <file>', 'configuration file (quoin.yaml)')
    .option('--api <url>', 'address of the backend API of a running access point')
    .option('--token <token>', 'token for the API')
    .option('--json', 'machine-readable output')
    .addHelpText('after', AFTER_HELP)
    .exitOverride()
    .configureOutput({
      writeOut: (text) => terminal.out(text.trimEnd()),
      writeErr: (text) => terminal.err(text.trimEnd()),
    });
  const context: CommandContext = { world, terminal, finish: (code) => (exitCode = code) };
  for (const add of COMMANDS) add(program, context);
  program.commands.forEach(overrideExit);
  try {
    await program.parseAsync([...argv], { from: 'user' });
    return exitCode;
  } catch (error) {
    return reportError(terminal, error);
  }
}

/** Sub-commands do not inherit what the program was told about exits and output. */
function overrideExit(command: Command): void {
  command.exitOverride().copyInheritedSettings(command.parent!);
  command.commands.forEach(overrideExit);
}

function reportError(terminal: Terminal, error: unknown): number {
  if (error instanceof CommanderError) return error.exitCode === 0 ? EXIT.done : EXIT.usage;
  terminal.err(styled(terminal, 'red', describeError(error).replace(/^\w*Error: /, '')));
  if (error instanceof ApiUnreachable) return EXIT.unreachable;
  if (error instanceof ApiError) return reportProblem(terminal, error);
  if (isQuoinError(error)) reportFinding(terminal, error);
  return EXIT.failed;
}

function reportProblem(terminal: Terminal, error: ApiError): number {
  const { field, finding } = error.problem as { field?: string; finding?: Record<string, unknown> };
  if (field !== undefined) terminal.err(`  field     ${field}`);
  printPairs(terminal, finding ?? {});
  return error.status === 404 ? EXIT.notFound : EXIT.failed;
}

function reportFinding(terminal: Terminal, error: QuoinError): void {
  printPairs(terminal, { ...error.finding });
}

function printPairs(terminal: Terminal, pairs: Readonly<Record<string, unknown>>): void {
  for (const name of ['field', 'expected', 'found', 'advice']) {
    const text = pairs[name];
    if (typeof text === 'string' && text !== '') terminal.err(`  ${name.padEnd(9)} ${text}`);
  }
}
