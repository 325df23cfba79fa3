import { cliWorld } from '../src/cli-world.ts';
import { CHECK_TABLES } from '../src/doctor/index.ts';
import { EXIT, EXIT_MEANINGS, commandManual, environmentManual } from '../src/faces/cli/index.ts';
import type { ManualPage, ManualTerm } from '../src/faces/cli/index.ts';
import { table } from './tables.ts';

/** docs/cli.md, written from the commands themselves. */
export function cliReference(): string {
  const [program, ...commands] = commandManual(cliWorld());
  const all = commands.filter((page) => page.commands.length === 0);
  return `# The command line

Written by \`npm run schemas\` from the commands; change those, not this file. \`quoin COMMAND --help\` says the same.

In a checkout the program is \`npx quoin\`, in an image \`quoin\`. Commands that talk to a running access point find its
API by \`--api\`, else by the configuration named with \`--config\`, else by \`QUOIN_API\`, else by the configuration
\`quoin serve\` would find here, else at http://127.0.0.1:8080.

What was asked for goes to standard output, progress and complaints to standard error. With \`--json\` a command prints
one JSON document, and a failure is one on standard error: \`{"error": {"code", "message", "finding"}}\`, with the codes of
[errors.md](errors.md). Progress is shown on a terminal only.

## Exit codes

${table(
  ['Code', 'Says'],
  Object.entries(EXIT_MEANINGS).map(([name, says]) => [String(EXIT[name as keyof typeof EXIT]), says]),
)}

A second signal to \`quoin serve\` ends it at once with 128 and the number of the signal.

## Options of every command

${terms(program!.options)}

## Environment

${table(
  ['Variable', 'Says'],
  Object.entries(environmentManual).map(([name, says]) => [`\`${name}\``, says]),
)}

## Commands

${table(
  ['Command', 'Does'],
  all.map(({ path, says }) => [`[${path}](#quoin-${path.replaceAll(' ', '-')})`, says]),
)}

${all.map(section).join('\n\n')}

## What quoin doctor looks at

Checks run side by side, each for a bounded time. One that needs another is skipped when that one failed.

${table(
  ['Of', 'Check', 'Asks', 'Needs'],
  CHECK_TABLES.flatMap(({ of, checks }) =>
    checks.map(({ name, asks, needs = [] }) => [of, `\`${name}\``, asks, needs.join(', ')]),
  ),
)}
`;
}

function section({ path, says, usage, arguments: positional, options, notes, examples }: ManualPage): string {
  return [
    `### quoin ${path}`,
    `${says[0]!.toUpperCase()}${says.slice(1)}.`,
    `\`${usage}\``,
    ...[positional, options].filter((some) => some.length > 0).map(terms),
    ...(notes === undefined ? [] : [notes]),
    ...(examples.length === 0 ? [] : [`\`\`\`sh\n${examples.join('\n')}\n\`\`\``]),
  ].join('\n\n');
}

function terms(some: readonly ManualTerm[]): string {
  return table(
    ['', 'Means'],
    some.map(({ term, says, choices, standard }) => [`\`${term}\``, said(says, choices, standard)]),
  );
}

function said(says: string, choices: readonly string[], standard: string | undefined): string {
  const among = choices.length === 0 ? '' : ` One of ${choices.map((one) => `\`${one}\``).join(', ')}.`;
  const otherwise = standard === undefined ? '' : ` Default: \`${standard}\`.`;
  return `${says}${among === '' && otherwise === '' ? '' : '.'}${among}${otherwise}`;
}
