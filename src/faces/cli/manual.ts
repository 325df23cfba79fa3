import type { Argument, Command, Option } from 'commander';

/** Lines that show a command at work, by the command. */
const EXAMPLES = new WeakMap<Command, readonly string[]>();

/** Gives a command lines that show it at work: they stand in its help, in docs/cli.md and in the advice for wrong usage. */
export function examples(command: Command, lines: readonly string[]): Command {
  EXAMPLES.set(command, lines);
  const heading = lines.length === 1 ? 'Example' : 'Examples';
  return command.addHelpText('after', `\n${heading}:\n${lines.map((line) => `  ${line}`).join('\n')}`);
}

/** What more there is to say about a command, by the command. */
const NOTES = new WeakMap<Command, string>();

/** Gives a command a paragraph that stands in its help and in docs/cli.md. */
export function notes(command: Command, text: string): Command {
  NOTES.set(command, text);
  return command.addHelpText('after', `\n${text}`);
}

/** An option or argument of a command, as data. */
export interface ManualTerm {
  /** As it is written: `-c, --config <file>`, or `<ids...>`. */
  readonly term: string;
  readonly says: string;
  /** Flags of an option; empty for an argument. */
  readonly flags: readonly string[];
  /** Name of the value as help shows it, `party` for example; undefined for an option without one. */
  readonly value?: string | undefined;
  /** May be given more than once. */
  readonly variadic: boolean;
  /** The values it takes, when they are few. */
  readonly choices: readonly string[];
  readonly standard?: string | undefined;
}

/** A command, as data: for the manual and for shell completion. */
export interface ManualPage {
  /** Words after `quoin`: `pmode explain`; empty for the program itself. */
  readonly path: string;
  readonly says: string;
  readonly usage: string;
  readonly arguments: readonly ManualTerm[];
  readonly options: readonly ManualTerm[];
  /** Words of the commands below it. */
  readonly commands: readonly string[];
  readonly notes?: string | undefined;
  readonly examples: readonly string[];
}

/** The program and every command that help shows, each before those below it. */
export function manualOf(program: Command): readonly ManualPage[] {
  return pagesOf(program, '');
}

function pagesOf(command: Command, path: string): readonly ManualPage[] {
  const help = command.createHelp();
  const below = help.visibleCommands(command).filter((one) => one.name() !== 'help');
  const page: ManualPage = {
    path,
    says: command.description(),
    usage: help.commandUsage(command),
    arguments: command.registeredArguments.map(argumentTerm),
    options: help.visibleOptions(command).filter(isOwn).map(optionTerm),
    commands: below.map((one) => one.name()),
    notes: NOTES.get(command),
    examples: EXAMPLES.get(command) ?? [],
  };
  return [page, ...below.flatMap((one) => pagesOf(one, `${path} ${one.name()}`.trim()))];
}

function isOwn({ long }: Option): boolean {
  return long !== '--help';
}

function argumentTerm(argument: Argument): ManualTerm {
  const name = argument.variadic ? `${argument.name()}...` : argument.name();
  return {
    term: argument.required ? `<${name}>` : `[${name}]`,
    says: argument.description,
    flags: [],
    value: argument.name(),
    variadic: argument.variadic,
    choices: argument.argChoices ?? [],
  };
}

function optionTerm(option: Option): ManualTerm {
  const { flags, description, short, long, variadic, argChoices } = option;
  const defaultValue: unknown = option.defaultValue;
  return {
    term: flags,
    says: description,
    flags: [short, long].filter((flag) => flag !== undefined),
    value: /[<[]([\w-]+)/.exec(flags)?.[1],
    variadic: variadic || Array.isArray(defaultValue),
    choices: argChoices ?? [],
    standard: isWorthTelling(defaultValue) ? String(defaultValue) : undefined,
  };
}

function isWorthTelling(value: unknown): value is string | number {
  return typeof value === 'string' || typeof value === 'number';
}
