import type { CompletedCommand, CompletedOption, Values } from './model.ts';
import { takers } from './model.ts';

/** The completion of fish: a file quoin.fish in ~/.config/fish/completions, or sourced. */
export function fishCompletion(commands: readonly CompletedCommand[]): string {
  return `# Completion of quoin for fish: quoin completion fish > ~/.config/fish/completions/quoin.fish
function __quoin_at
    set -l words (commandline -opc)
    set -l at ''
    set -l skip 0
    for word in $words[2..-1]
        if test $skip = 1
            set skip 0
            continue
        end
        switch "$at|$word"
            case ${takers(commands).map(fishWord).join(' ')}
                set skip 1
${steps(commands)}
        end
    end
    test "$at" = "$argv[1]"
end
function __quoin_names
    set -l words (commandline -opc)
    set -l config
    for i in (seq (count $words))
        if contains -- $words[$i] -c --config; and test $i -lt (count $words)
            set config --config $words[(math $i + 1)]
        end
    end
    $words[1] $config names $argv[1] 2>/dev/null
end
complete -c quoin -f
${commands.flatMap(lines).join('\n')}`;
}

function steps(commands: readonly CompletedCommand[]): string {
  return commands
    .flatMap(({ path, commands: below }) =>
      below.map(
        ({ name }) =>
          `            case ${fishWord(`${path}|${name}`)}\n                set at ${fishWord(`${path} ${name}`.trim())}`,
      ),
    )
    .join('\n');
}

function lines({ path, commands, options, argument }: CompletedCommand): readonly string[] {
  const when = `complete -c quoin -n ${fishWord(`__quoin_at ${fishWord(path)}`)}`;
  const values = valueArguments(argument);
  return [
    ...commands.map(({ name, says }) => `${when} -a ${fishWord(name)} -d ${fishWord(says)}`),
    ...(values === '' ? [] : [`${when}${values}`]),
    ...options.map((option) => `${when}${flagsOf(option)} -d ${fishWord(option.says)}`),
  ];
}

function flagsOf({ flags, values }: CompletedOption): string {
  const names = flags.map((flag) =>
    flag.startsWith('--') ? ` -l ${flag.slice(2)}` : ` -s ${flag.slice(1)}`,
  );
  if (values === undefined) return names.join('');
  return `${names.join('')}${values.kind === 'file' ? ' -r' : ' -x'}${valueArguments(values)}`;
}

/** -F lets files through again, which \`complete -f\` has kept away. */
function valueArguments({ kind, words }: Values): string {
  if (kind === 'file') return ' -F';
  if (kind === 'folder') return ` -a '(__fish_complete_directories)'`;
  if (kind !== undefined) return ` -a '(__quoin_names ${kind})'`;
  return words.length === 0 ? '' : ` -a ${fishWord(words.join(' '))}`;
}

/** Text as one word of fish, where a backslash escapes inside single quotes too. */
function fishWord(text: string): string {
  return `'${text.replaceAll('\\', '\\\\').replaceAll("'", "\\'")}'`;
}
