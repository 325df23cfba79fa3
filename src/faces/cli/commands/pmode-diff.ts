import type { Command } from 'commander';
import { examples, notes } from '../manual.ts';
import { apiAddress, print } from './context.ts';
import type { CommandContext, GlobalOptions } from './context.ts';
import { askForReload, changeLines } from './reload.ts';

/** `quoin pmode diff`: the P-Modes on disk against those that a running access point has in force. */
export function addDiff(pmode: Command, context: CommandContext): void {
  const command = pmode
    .command('diff')
    .description('what is different in the P-Modes on disk from those a running access point has in force')
    .action(async (_options: unknown, self: Command) => {
      await diff(context, self.optsWithGlobals());
    });
  notes(
    command,
    `The running access point reads its own files for it and changes nothing; quoin reload puts them in force. Exit code 1 means
that they could not be put in force, not that there is a difference.`,
  );
  examples(command, ['quoin pmode diff', 'quoin pmode diff --json --api http://127.0.0.1:8080']);
}

async function diff(context: CommandContext, options: GlobalOptions): Promise<void> {
  const { url } = await apiAddress(context, options);
  const { changes } = await askForReload(context, options, true);
  const ofPModes = changes.filter(({ about }) => about === 'pmode');
  const others = changes.length - ofPModes.length;
  const lines = [
    ofPModes.length === 0
      ? `The P-Modes on disk are those in force at ${url}.`
      : `The P-Modes on disk, where they differ from those in force at ${url}:`,
    ...changeLines(context, ofPModes),
    ...(others === 0 ? [] : ['Other files differ too: quoin reload --dry-run tells.']),
  ];
  print(context, options, { changes: ofPModes }, lines);
}
