import type { Command } from 'commander';
import { examples } from '../manual.ts';
import type { CommandContext } from './context.ts';

/** `quoin demo`: a real evidence exchange between two access points on this machine. */
export function addDemo(program: Command, context: CommandContext): void {
  const demo = program
    .command('demo')
    .description('run a real evidence exchange between two access points on this machine')
    .option('--keep', 'leave both access points running afterwards')
    .option('--trace', 'print the messages on the wire')
    .option(
      '--folder <folder>',
      'where keys, P-Modes, stores and evidence are written (default: .quoin/demo)',
    )
    .action(
      async (options: { readonly keep?: boolean; readonly trace?: boolean; readonly folder?: string }) => {
        const { keep = false, trace = false, folder } = options;
        context.finish(await context.world.demo({ keep, trace, folder }));
      },
    );
  examples(demo, [
    'quoin demo',
    'quoin demo --keep      # leaves both running, to try the other commands',
    'quoin demo --trace     # shows and records what travels',
  ]);
}
