import { Argument } from 'commander';
import type { Command } from 'commander';
import { bashCompletion } from '../completion/bash.ts';
import { fishCompletion } from '../completion/fish.ts';
import { completionOf } from '../completion/model.ts';
import type { CompletedCommand } from '../completion/model.ts';
import { zshCompletion } from '../completion/zsh.ts';
import { examples, manualOf } from '../manual.ts';
import { print } from './context.ts';
import type { CommandContext, GlobalOptions } from './context.ts';

const SHELLS: Readonly<Record<string, (commands: readonly CompletedCommand[]) => string>> = {
  bash: bashCompletion,
  zsh: zshCompletion,
  fish: fishCompletion,
};

type PModeList = Awaited<ReturnType<CommandContext['world']['pmodes']['list']>>['pmodes'];

/** Names that shells ask for while somebody types. */
const NAMES: Readonly<Record<string, (pmodes: PModeList) => readonly string[]>> = {
  party: (pmodes) => pmodes.map(({ partner }) => partner),
  pmode: (pmodes) => pmodes.map(({ id }) => id),
};

/** `quoin completion SHELL` and `quoin names KIND`, which the completion asks. */
export function addCompletion(program: Command, context: CommandContext): void {
  const completion = program
    .command('completion')
    .description('print the completion of commands, options and names for a shell')
    .addArgument(new Argument('<shell>', 'the shell it is for').choices(Object.keys(SHELLS)))
    .action((shell: string, _options: unknown, command: Command) => {
      const script = SHELLS[shell]!(completionOf(manualOf(program)));
      print(context, command.optsWithGlobals<GlobalOptions>(), { shell, script }, [script]);
    });
  examples(completion, [
    'source <(quoin completion bash)                                 # for this shell; in ~/.bashrc for all',
    'quoin completion zsh > "${fpath[1]}/_quoin"',
    'quoin completion fish > ~/.config/fish/completions/quoin.fish',
  ]);
  program
    .command('names', { hidden: true })
    .addArgument(new Argument('<kind>').choices(Object.keys(NAMES)))
    .action(async (kind: string, _options: unknown, command: Command) => {
      const options = command.optsWithGlobals<GlobalOptions>();
      // Whoever types must not be disturbed: without a configuration there is nothing to offer.
      const { pmodes } = await context.world.pmodes
        .list({ config: options.config })
        .catch(() => ({ pmodes: [] }));
      const names = [...new Set(NAMES[kind]!(pmodes))].sort();
      print(context, options, names, names);
    });
}
