import type { Command } from 'commander';
import { examples } from '../manual.ts';
import { EXIT, styled, table } from '../terminal.ts';
import type { ToldProblem } from '../world.ts';
import type { CommandContext, GlobalOptions } from './context.ts';
import { addDiff } from './pmode-diff.ts';
import { addExplain } from './pmode-explain.ts';

/** `quoin pmode list|check|explain|diff`: the P-Modes as loaded, why one governs a message, what is not in force yet. */
export function addPMode(program: Command, context: CommandContext): void {
  const pmode = program.command('pmode').description('processing modes: list, check, explain, diff');
  const listing = pmode
    .command('list')
    .description('every P-Mode: its partner, and what is sent and received under it')
    .action(async (_options: unknown, command: Command) => {
      await list(context, command.optsWithGlobals());
    });
  examples(listing, ['quoin pmode list', 'quoin pmode list --json --config /etc/quoin/quoin.yaml']);
  const checking = pmode
    .command('check')
    .description('load all P-Modes and report every problem with file, line and path')
    .argument('[path]', 'a P-Mode file or a folder of them; the configured folder when left out')
    .option('--self <party>', 'name of the party this access point is, when checking without a configuration')
    .action(async (path: string | undefined, _options: unknown, command: Command) => {
      await check(context, path, command.optsWithGlobals());
    });
  examples(checking, ['quoin pmode check', 'quoin pmode check pmodes/oots-xa-xb.yaml --self AP_XA_01']);
  addExplain(pmode, context);
  addDiff(pmode, context);
}

async function list(context: CommandContext, options: GlobalOptions): Promise<void> {
  const { terminal } = context;
  const listed = await context.world.pmodes.list({ config: options.config });
  if (options.json === true) terminal.out(JSON.stringify(listed));
  else {
    table(
      terminal,
      ['P-Mode', 'partner', 'leg', '', 'action', 'service'],
      listed.pmodes.flatMap(({ id, partner, legs }) =>
        legs.map(({ name, sends, receives, action, service }) => [
          id,
          partner,
          name,
          [...(sends ? ['send'] : []), ...(receives ? ['receive'] : [])].join(', '),
          action,
          service,
        ]),
      ),
    );
    tellProblems(context, listed.problems);
  }
  if (listed.problems.some(({ severity }) => severity === 'error')) context.finish(EXIT.failed);
}

async function check(
  context: CommandContext,
  path: string | undefined,
  options: GlobalOptions & { readonly self?: string },
): Promise<void> {
  const { terminal } = context;
  const result = await context.world.pmodes.check({ config: options.config, path, self: options.self });
  if (options.json === true) terminal.out(JSON.stringify(result));
  else {
    table(
      terminal,
      ['P-Mode', 'legs', 'file'],
      result.pmodes.map((loaded) => [loaded.id, String(loaded.legs), loaded.file]),
    );
    for (const loaded of result.pmodes)
      for (const mode of loaded.weakModes)
        terminal.out(styled(terminal, 'yellow', `${loaded.id}: weaker mode: ${mode}`));
    tellProblems(context, result.problems);
  }
  if (result.problems.some(({ severity }) => severity === 'error')) context.finish(EXIT.failed);
}

/** One line a problem, coloured by its severity. */
export function tellProblems({ terminal }: CommandContext, problems: readonly ToldProblem[]): void {
  for (const { severity, text } of problems)
    terminal.out(styled(terminal, severity === 'error' ? 'red' : 'yellow', `${severity}: ${text}`));
}
