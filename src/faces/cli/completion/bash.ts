import { quoted, takers } from './model.ts';
import type { CompletedCommand, Values } from './model.ts';

/** The completion of bash (4.1 or newer), to be sourced. */
export function bashCompletion(commands: readonly CompletedCommand[]): string {
  return `# Completion of quoin for bash: source <(quoin completion bash)
_quoin() {
  local cur="\${COMP_WORDS[COMP_CWORD]}" prev='' at='' word i config=()
  local commands='' options='' words='' kind=''
  ((COMP_CWORD > 0)) && prev="\${COMP_WORDS[COMP_CWORD-1]}"
  # --option=value comes as three words.
  if [[ $cur == '=' ]]; then prev="\${COMP_WORDS[COMP_CWORD-1]}"; cur=''; fi
  if [[ $prev == '=' ]] && ((COMP_CWORD > 1)); then prev="\${COMP_WORDS[COMP_CWORD-2]}"; fi
  for ((i = 1; i < COMP_CWORD; i++)); do
    word="\${COMP_WORDS[i]}"
    case "$at|$word" in
      *'|-c' | *'|--config') config=(--config "\${COMP_WORDS[i+1]}"); ((i++)) ;;
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
  COMPREPLY=()
  if [[ -n $options && $cur == -* ]]; then
    mapfile -t COMPREPLY < <(compgen -W "$options" -- "$cur")
    return
  fi
  case "$kind" in
    file) compopt -o filenames 2>/dev/null; mapfile -t COMPREPLY < <(compgen -f -- "$cur") ;;
    folder) compopt -o filenames 2>/dev/null; mapfile -t COMPREPLY < <(compgen -d -- "$cur") ;;
    party | pmode) words="$("\${COMP_WORDS[0]}" "\${config[@]}" names "$kind" 2>/dev/null)" ;;
  esac
  ((\${#COMPREPLY[@]} == 0)) && mapfile -t COMPREPLY < <(compgen -W "$words $commands" -- "$cur")
}
complete -F _quoin quoin`;
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
  const flags = options.flatMap((option) => option.flags).join(' ');
  const names = commands.map(({ name }) => name).join(' ');
  return `    ${quoted(path)}) commands=${quoted(names)}; options=${quoted(flags)}; ${choose(argument)} ;;`;
}

function valueCases({ path, options }: CompletedCommand): readonly string[] {
  return options.flatMap(({ flags, values }) =>
    values === undefined
      ? []
      : [
          `    ${flags.map((flag) => quoted(`${path}|${flag}`)).join(' | ')}) commands=''; options=''; ${choose(values)} ;;`,
        ],
  );
}

function choose({ kind, words }: Values): string {
  return `kind=${quoted(kind ?? '')}; words=${quoted(words.join(' '))}`;
}
