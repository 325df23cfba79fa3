import { CommanderError } from 'commander';
import type { Command } from 'commander';
import { usageError } from './faults.ts';
import { manualOf } from './manual.ts';
import type { ManualPage } from './manual.ts';

/** Where to find what an argument asks for, by its name. */
const WHERE: Readonly<Record<string, string>> = {
  'message-id': 'quoin messages shows those of the messages sent.',
  id: 'quoin inbox shows those of the messages received.',
  ids: 'quoin inbox shows those of the messages received.',
  party: 'quoin pmode list shows the partners.',
};

/**
 * What the parser of the command line threw, as an error that says what to do next; undefined for help and version, which
 * are no failure. Any other error passes.
 */
export function asUsage(error: unknown, program: Command, argv: readonly string[]): unknown {
  if (!(error instanceof CommanderError)) return error;
  if (error.exitCode === 0) return undefined;
  const pages = manualOf(program);
  const page = pageAt(pages, argv);
  const called = `quoin ${page.path}`.trim();
  if (error.code === 'commander.help')
    return usageError(`${called} needs to be told what to do.`, `One of: ${page.commands.join(', ')}.`);
  const [says = '', suggestion] = error.message.replace(/^error: /, '').split('\n');
  const nearest = /Did you mean (.+)\?\)$/.exec(suggestion ?? '')?.[1];
  const advice = nearest === undefined ? adviceOn(error, page, called) : `Did you mean ${nearest}?`;
  return usageError(`${says[0]?.toUpperCase() ?? ''}${says.slice(1)}`.replace(/(?<!\.)$/, '.'), advice);
}

/** The command that the words name, as far as they name one. */
function pageAt(pages: readonly ManualPage[], argv: readonly string[]): ManualPage {
  let page = pages[0]!;
  for (const word of argv) page = pages.find(({ path }) => path === `${page.path} ${word}`.trim()) ?? page;
  return page;
}

function adviceOn({ code, message }: CommanderError, page: ManualPage, called: string): string {
  if (code === 'commander.unknownCommand') return `${called} --help lists the commands.`;
  const [example] = page.examples;
  const missing = code === 'commander.missingArgument' ? /'([\w-]+)'/.exec(message)?.[1] : undefined;
  const where = missing === undefined ? undefined : WHERE[missing];
  const shown = example?.replace(/ +# .*$/, '');
  return [where, shown && `For example: ${shown}.`, `${called} --help says more.`]
    .filter((part) => part !== undefined)
    .join(' ');
}
