// SPDX-License-Identifier: GPL-2.0-only
// Completion of command lines: the words that can come next, from the command table.
//
// The shells ask for each key press: `racewindow completion words -- check x.dtb --dev ""` gives
// one candidate a line, or :file where the shell is to offer files.

import { type CommandEntry, type Completion, flagOf } from './table.ts';

/** Shells that a script is made for. */
export const shells = ['bash', 'zsh', 'fish'] as const;

/** Said in place of candidates where files are wanted. */
export const FILES = ':file';

/** Names that are known; each is asked for only where it is wanted. */
export interface Known {
  readonly commit: () => Promise<readonly string[]>;
  /** Of the board in this file; of the generic worlds where it is none. */
  readonly device: (firmware: string | undefined) => Promise<readonly string[]>;
  readonly kernel: () => Promise<readonly string[]>;
  readonly rule: () => Promise<readonly string[]>;
  readonly window: () => Promise<readonly string[]>;
}

/** What can stand in place of the last of @words, which may be begun or empty. */
export async function complete(
  words: readonly string[],
  commands: readonly CommandEntry[],
  known: Known,
): Promise<readonly string[]> {
  const [last = '', before] = [words.at(-1), words.slice(0, -1)];
  const beginning = (list: readonly string[]): string[] => list.filter((w) => w.startsWith(last));
  const help = before[0] === 'help';
  const said = help ? before.slice(1) : before;
  const entry = commands.find((c) => c.name.split(' ').every((word, i) => said[i] === word));
  if (entry === undefined) {
    const names = commands.map((c) => c.name.split(' '));
    const fitting = names.filter((name) => said.every((word, i) => name[i] === word));
    const next = [...new Set(fitting.flatMap((name) => name[said.length] ?? []))];
    return beginning(said.length === 0 && !help ? [...next, 'help', '--help', '--version'] : next);
  }
  if (help) return [];
  const takes = (word: string | undefined) =>
    entry.options.find((o) => flagOf(o.flags) === word && o.flags.includes(' '));
  const option = takes(said.at(-1));
  const rest = said.slice(entry.name.split(' ').length);
  if (option === undefined && last.startsWith('-')) {
    return beginning([...entry.options.map((o) => flagOf(o.flags)), '--help']);
  }
  const how = option === undefined ? entry.complete : (option.complete ?? option.read?.words);
  const args = rest.filter((word, i) => !word.startsWith('-') && !takes(rest[i - 1]));
  if (option === undefined && args.length >= entry.args.split(' ').filter(Boolean).length) {
    return beginning([...entry.options.map((o) => flagOf(o.flags)), '--help']);
  }
  return how === undefined ? [FILES] : beginning(await wordsOf(how, known, args));
}

async function wordsOf(
  how: Completion,
  known: Known,
  args: readonly string[],
): Promise<readonly string[]> {
  if (typeof how !== 'string') return how;
  return how === 'device' ? known.device(args.at(-1)) : known[how]();
}

/** The script that a shell reads to complete the command. */
export function completionScript(shell: (typeof shells)[number]): string {
  return scripts[shell];
}

const scripts: Readonly<Record<(typeof shells)[number], string>> = {
  bash: `# racewindow completion bash: source it, or put it into bash's folder of completions
_racewindow() {
  local cur=\${COMP_WORDS[COMP_CWORD]} IFS=$'\\n' said
  said=$(racewindow completion words -- "\${COMP_WORDS[@]:1:COMP_CWORD}" 2>/dev/null)
  if [ "$said" = ${FILES} ]; then
    compopt -o filenames 2>/dev/null
    COMPREPLY=($(compgen -f -- "$cur"))
  else
    COMPREPLY=($said)
  fi
}
complete -F _racewindow racewindow
`,
  zsh: `#compdef racewindow
# racewindow completion zsh: put it as _racewindow into a folder of $fpath
_racewindow() {
  local said
  said=$(racewindow completion words -- "\${(@)words[2,CURRENT]}" 2>/dev/null)
  if [[ $said == ${FILES} ]]; then
    _files
  else
    compadd -- \${(f)said}
  fi
}
compdef _racewindow racewindow
`,
  fish: `# racewindow completion fish: put it into ~/.config/fish/completions/racewindow.fish
function __racewindow_words
  set -l words (commandline -opc) (commandline -ct)
  set -l said (racewindow completion words -- $words[2..-1] 2>/dev/null)
  if test "$said" = ${FILES}
    __fish_complete_path (commandline -ct)
  else
    printf '%s\\n' $said
  end
end
complete -c racewindow -f -a '(__racewindow_words)'
`,
};
