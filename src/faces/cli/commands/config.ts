import type { Command } from 'commander';
import { examples, notes } from '../manual.ts';
import { EXIT, table } from '../terminal.ts';
import type { CommandContext, GlobalOptions } from './context.ts';
import { examine } from './doctor.ts';
import { tellProblems } from './pmode.ts';

interface ShowOptions extends GlobalOptions {
  readonly given?: boolean;
  readonly demo?: boolean;
}

interface CheckOptions extends GlobalOptions {
  readonly strict?: boolean;
  readonly demo?: boolean;
}

/** `quoin config show|check`: the settings in force with who gave them, and whether serve could start with them. */
export function addConfig(program: Command, context: CommandContext): void {
  const config = program.command('config').description('the configuration: show, check');
  const showing = config
    .command('show')
    .description('every setting in force, and whether a line, a variable or the default gave it')
    .option('--given', 'leave out what is at its default')
    .option('--demo', 'as quoin serve --demo sees it')
    .action(async (_options: unknown, command: Command) => show(context, command.optsWithGlobals()));
  notes(
    showing,
    'Secrets are shown as (secret). It reads the files as they are now, not what a running gateway has.',
  );
  examples(showing, ['quoin config show', 'quoin config show --given --config /etc/quoin/quoin.yaml']);
  const checking = config
    .command('check')
    .description('what serve would look at, without starting: files, keys, ports, database, queue, disk')
    .option('--demo', 'allow the keys of the demonstration, as quoin serve --demo does')
    .option('--strict', 'a warning counts as a failure')
    .action(async (_options: unknown, command: Command) => {
      const options = command.optsWithGlobals<CheckOptions>();
      await examine(context, { ...options, partners: 'none', ping: false });
    });
  notes(
    checking,
    `These are the checks of quoin doctor that ask no partner anything. Beside an access point that runs, its own ports and its own
database are no fault. Nothing is made, changed or migrated.`,
  );
  examples(checking, ['quoin config check && systemctl restart quoin', 'quoin config check --json --strict']);
}

async function show(context: CommandContext, options: ShowOptions): Promise<void> {
  const { terminal, world } = context;
  const shown = await world.settings({ config: options.config, demo: options.demo === true });
  const settings = shown.settings.filter(({ origin }) => options.given !== true || origin !== 'default');
  if (options.json === true) terminal.out(JSON.stringify({ ...shown, settings }));
  else {
    table(
      terminal,
      ['setting', 'value', 'from'],
      settings.map(({ path, value, origin }) => [
        path,
        typeof value === 'string' ? value : JSON.stringify(value),
        origin,
      ]),
    );
    tellProblems(context, shown.problems);
  }
  if (shown.problems.some(({ severity }) => severity === 'error')) context.finish(EXIT.failed);
}
