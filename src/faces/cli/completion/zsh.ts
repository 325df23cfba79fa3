import { quoted, takers } from './model.ts';
import type { CompletedCommand, Values } from './model.ts';

/** The completion of zsh: a file `_quoin` in a folder of $fpath, or sourced after compinit. */
export function zshCompletion(commands: readonly CompletedCommand[]): string {
  return `#compdef quoin
# Completion of quoin for zsh: quoin completion zsh > "\${fpath[1]}/_quoin", or source <(quoin completion zsh)
_quoin() {
  local at='' word kind='' free='' i
  local -a config commands options values
  local prev="\${words[CURRENT-1]}"
  for ((i = 2; i < CURRENT; i++)); do
    word="\${words[i]}"
    case "$at|$word" in
      *'|-c' | *'|--config') config=(--config "\${words[i+1]}"); ((i++)) ;;
      ${takers(commands).map(quoted).join(' | ')}) ((i++)) ;;
${steps(commands)}
    esac
  done
  case "$at" in
${commands.map(levels).join('\n')}
  esac
  case "$at|$prev" in
${commands.flatMap(valueCases).join('\n')}
  esac
  if [[ -z $free && $PREFIX == -* ]]; then _describe -t options option options; return; fi
  case "$kind" in
    file) _files; return ;;
    folder) _files -/; return ;;
    party | pmode) values=("\${(@f)$("\${words[1]}" "\${config[@]}" names "$kind" 2>/dev/null)}") ;;
  esac
  ((\${#values})) && compadd -- $values
  ((\${#commands})) && _describe -t commands command commands
  return 0
}
if [[ $funcstack[1] == _quoin ]]; then _quoin "$@"; else compdef _quoin quoin; fi`;
}

function steps(commands: readonly CompletedCommand[]): string {
  return commands
    .flatMap(({ path, commands: below }) =>
      below.map(
        ({ name }) => `      ${quoted(`${path}|${name}`)}) at=${quoted(`${path} ${name}`.trim())} ;;`,
      ),
    )
    .join('\n');
}

function levels({ path, commands, options, argument }: CompletedCommand): string {
  const names = commands.map(({ name, says }) => described(name, says)).join(' ');
  const flags = options
    .flatMap((option) => option.flags.map((flag) => described(flag, option.says)))
    .join(' ');
  return `    ${quoted(path)}) commands=(${names}); options=(${flags}); ${choose(argument)} ;;`;
}

function valueCases({ path, options }: CompletedCommand): readonly string[] {
  return options.flatMap(({ flags, values }) =>
    values === undefined
      ? []
      : [
          `    ${flags.map((flag) => quoted(`${path}|${flag}`)).join(' | ')}) commands=(); options=(); free=1; ${choose(values)} ;;`,
        ],
  );
}

function choose({ kind, words }: Values): string {
  return `kind=${quoted(kind ?? '')}; values=(${words.map(quoted).join(' ')})`;
}

/** `_describe` separates word and description by a colon. */
function described(word: string, says: string): string {
  return quoted(`${word.replaceAll(':', '\\:')}:${says}`);
}
