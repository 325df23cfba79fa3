import { Option } from 'commander';
import type { Command } from 'commander';
import type { DemoOptions } from '../world.ts';
import { examples } from '../manual.ts';
import type { CommandContext } from './context.ts';

/** `quoin demo`: the user journey of the Once-Only Technical System between two access points on this machine. */
export function addDemo(program: Command, context: CommandContext): void {
  const demo = program
    .command('demo')
    .description('go through the user journey with two access points on this machine, for real')
    .option(
      '--browser',
      'be the citizen yourself: a portal and a preview space for your browser, until Ctrl-C',
    )
    .addOption(
      new Option('--edm <version>', 'only with providers that speak this version of the Exchange Data Model')
        .choices(['1.2', '2.0'])
        .conflicts('browser'),
    )
    .addOption(
      new Option('--outcome <outcome>', 'only with providers that answer so')
        .choices(['straight', 'preview'])
        .conflicts('browser'),
    )
    .option(
      '--keep',
      'leave everything running afterwards; documents that break a rule are then warned about, not refused',
    )
    .option('--trace', 'print the messages on the wire')
    .option(
      '--folder <folder>',
      'where keys, P-Modes, stores and evidence are written (default: .quoin/demo)',
    )
    .action(async (options: Partial<DemoOptions>) => {
      const { keep = false, trace = false, browser = false, edm, outcome, folder } = options;
      context.finish(await context.world.demo({ keep, trace, browser, edm, outcome, folder }));
    });
  examples(demo, [
    'quoin demo             # a straight answer in EDM 2.0, then a preview in EDM 1.2',
    'quoin demo --browser',
    'quoin demo --edm 2.0 --outcome preview',
    'quoin demo --keep      # leaves everything running, to try the other commands',
    'quoin demo --trace     # shows and records what travels',
  ]);
}
