import type { Command } from 'commander';
import { callJson } from '../api-client.ts';
import { examples, notes } from '../manual.ts';
import { plain, styled } from '../terminal.ts';
import { apiAddress, print } from './context.ts';
import type { CommandContext, GlobalOptions } from './context.ts';

/** What a reload did, or would do, as the API tells it. */
export interface Reload {
  readonly outcome: 'changed' | 'unchanged';
  readonly changes: readonly Change[];
  readonly atRestart: readonly string[];
}

interface Change {
  readonly about: 'pmode' | 'key' | 'api-key' | 'webhook';
  readonly words: string;
  readonly weakens: boolean;
}

/** `quoin reload`: has a running access point read its files again. */
export function addReload(program: Command, context: CommandContext): void {
  const command = program
    .command('reload')
    .description('have a running access point read P-Modes, keys, certificates and revocation lists again')
    .option('--dry-run', 'only say what would change')
    .action(async (_options: unknown, self: Command) => {
      const options = self.optsWithGlobals<GlobalOptions & { readonly dryRun?: boolean }>();
      const dryRun = options.dryRun === true;
      const report = await askForReload(context, options, dryRun);
      print(context, options, report, linesOf(context, report, dryRun));
    });
  notes(
    command,
    `All nodes follow. A set that is not valid changes nothing: every problem is named, and the exit code is 1. It also reads
by itself what has changed (timeouts.reload), and on SIGHUP; this tells at once what came of it.`,
  );
  examples(command, ['quoin reload --dry-run', 'quoin reload --config /etc/quoin/quoin.yaml']);
}

/** Asks the running access point to reload, or what a reload would change. */
export async function askForReload(
  context: CommandContext,
  options: GlobalOptions,
  dryRun: boolean,
): Promise<Reload> {
  const path = dryRun ? '/v1/reload?dryRun=true' : '/v1/reload';
  return await callJson<Reload>(await apiAddress(context, options), { method: 'POST', path });
}

/** Changes in words, what weakens in another colour. */
export function changeLines({ terminal }: CommandContext, changes: readonly Change[]): readonly string[] {
  return changes.map(({ words, weakens }) =>
    weakens ? styled(terminal, 'yellow', `  ${words}`) : `  ${plain(words)}`,
  );
}

function linesOf(
  context: CommandContext,
  { outcome, changes, atRestart }: Reload,
  dryRun: boolean,
): readonly string[] {
  const said = outcome === 'unchanged' ? 'unchanged' : dryRun ? 'would' : 'done';
  const waiting = [
    'These settings wait for the next start:',
    ...atRestart.map((words) => `  ${plain(words)}`),
  ];
  return [HEADINGS[said], ...changeLines(context, changes), ...(atRestart.length === 0 ? [] : waiting)];
}

const HEADINGS = {
  unchanged: 'The files say what is in force already.',
  would: 'A reload would change:',
  done: 'In force now:',
} as const;
