import type { CommandContext } from './commands/context.ts';
import { complain } from './complaint.ts';
import { createProgram } from './program.ts';
import { EXIT, processTerminal } from './terminal.ts';
import type { Terminal } from './terminal.ts';
import { asUsage } from './usage.ts';
import type { CliWorld } from './world.ts';

/** Runs one command line; resolves to its exit code and never rejects. */
export async function runCli(
  argv: readonly string[],
  world: CliWorld,
  terminal: Terminal = processTerminal(),
): Promise<number> {
  let exitCode: number = EXIT.done;
  const json = asksForJson(argv);
  const context: CommandContext = { world, terminal, finish: (code) => (exitCode = code) };
  const program = createProgram(context, json);
  try {
    await program.parseAsync([...argv], { from: 'user' });
    return exitCode;
  } catch (error) {
    const told = asUsage(error, program, argv);
    return told === undefined ? EXIT.done : complain(terminal, told, json);
  }
}

/** Known before the command line is understood: what is wrong with it is told in the form that was asked for. */
function asksForJson(argv: readonly string[]): boolean {
  const end = argv.indexOf('--');
  return argv.slice(0, end < 0 ? argv.length : end).includes('--json');
}
