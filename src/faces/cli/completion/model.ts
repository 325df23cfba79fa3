import type { ManualPage, ManualTerm } from '../manual.ts';

/** What a value is completed with: names the shell knows, or names that `quoin names` prints. */
export type ValueKind = 'file' | 'folder' | 'party' | 'pmode';

/** What can follow an option or stand as an argument; nothing when it is free text. */
export interface Values {
  readonly kind?: ValueKind | undefined;
  readonly words: readonly string[];
}

/** An option as a shell completes it. */
export interface CompletedOption {
  readonly flags: readonly string[];
  readonly says: string;
  /** undefined for an option without a value. */
  readonly values?: Values | undefined;
}

/** A command as a shell completes it. */
export interface CompletedCommand {
  /** Words after `quoin`; empty for the program itself. */
  readonly path: string;
  readonly commands: readonly { readonly name: string; readonly says: string }[];
  readonly options: readonly CompletedOption[];
  readonly argument: Values;
}

/** Kinds by the name that stands for the value. */
const KINDS: Readonly<Record<string, ValueKind>> = {
  file: 'file',
  files: 'file',
  path: 'file',
  folder: 'folder',
  party: 'party',
  partner: 'party',
  partners: 'party',
};

/** Options whose value is named otherwise. */
const KINDS_BY_FLAG: Readonly<Record<string, ValueKind>> = { '--pmode': 'pmode' };

/** Every command with what may follow it; options of the program hold everywhere. */
export function completionOf(pages: readonly ManualPage[]): readonly CompletedCommand[] {
  const everywhere = pages[0]?.options ?? [];
  return pages.map((page) => ({
    path: page.path,
    commands: page.commands.map((name) => ({ name, says: saysOf(pages, `${page.path} ${name}`.trim()) })),
    options: [...(page.path === '' ? [] : page.options), ...everywhere, HELP].map(option),
    argument: valuesOf(page.arguments.at(-1)),
  }));
}

const HELP: Pick<ManualTerm, 'flags' | 'says' | 'choices' | 'value'> = {
  flags: ['-h', '--help'],
  says: 'how it is used',
  choices: [],
};

function option(term: typeof HELP): CompletedOption {
  const { flags, says, value } = term;
  return { flags, says, values: value === undefined ? undefined : valuesOf(term) };
}

function valuesOf(term: Pick<ManualTerm, 'flags' | 'choices' | 'value'> | undefined): Values {
  if (term === undefined) return { words: [] };
  const byFlag = term.flags.map((flag) => KINDS_BY_FLAG[flag]).find((kind) => kind !== undefined);
  return { words: term.choices, kind: byFlag ?? KINDS[term.value ?? ''] };
}

function saysOf(pages: readonly ManualPage[], path: string): string {
  return pages.find((page) => page.path === path)?.says ?? '';
}

/** Text as one word of bash or zsh. */
export function quoted(text: string): string {
  return `'${text.replaceAll("'", `'\\''`)}'`;
}

/** `path|flag` of every option with a value, as patterns of a `case`, so that the word behind it is not taken for a command. */
export function takers(commands: readonly CompletedCommand[]): readonly string[] {
  const flags = commands.flatMap(({ path, options }) =>
    options
      .filter(({ values }) => values !== undefined)
      .flatMap((one) => one.flags.map((flag) => `${path}|${flag}`)),
  );
  return [...new Set(flags)];
}
