// SPDX-License-Identifier: GPL-2.0-only
// The man page, made from the command table, so that it cannot lag behind it.

import { strategies } from '#checker/index';
import { commands } from './commands.ts';
import { type CommandEntry, exitsOf, type OptionEntry } from './table.ts';
import { packageVersion } from './version.ts';

const description = `.B racewindow
reads the device tree of a board and explores every order in which the threads
of a Linux kernel could register the IOMMUs of that board and probe the devices
behind them.
It says which rules hold, and shows a shortest order for each that does not.
Without a
.I FIRMWARE
file the generic worlds are checked: one of each kind that boards have.
A fix named with
.B \\-\\-with
is run: it is trusted code.`;

const rest = `.SH EXIT STATUS
What 0, 1 and 3 mean is said with each command.
.TP
.B 2
Usage or input, or a replay that ends in another witness; a code with a sentence
and a hint say what.
.TP
.B 3
Not decided: a limit was hit, no run came to what was asked for, or no device is
behind an IOMMU.
.SH ENVIRONMENT
.TP
.B NO_COLOR
No colour on a terminal.
.TP
.B RACEWINDOW_DEBUG
If 1, a fault of the program itself is shown with a stack.
.SH SEE ALSO
.BR dtc (1)
`;

/** What --strategy takes. */
function strategyItems(): string {
  const items = strategies.map(({ usage, covers }) => {
    const [name = '', letter = ''] = usage.split('=');
    const head = letter === '' ? `.B ${roff(name)}` : `.BI ${roff(name)}= ${letter}`;
    return `.TP\n${head}\n${roff(covers)}\n`;
  });
  return `\n.RS\n${items.join('')}.RE`;
}

/** The text of docs/racewindow.1. */
export function manPage(): string {
  return [
    '.\\" SPDX-License-Identifier: GPL-2.0-only',
    `.TH RACEWINDOW 1 "" "racewindow ${packageVersion()}" "User Commands"`,
    '.SH NAME',
    'racewindow \\- find race windows in the way Linux probes devices behind IOMMUs',
    '.SH SYNOPSIS',
    commands.map(synopsis).join('\n.br\n'),
    '.SH DESCRIPTION',
    description,
    '.SH COMMANDS',
    ...commands.map(section),
    rest,
  ].join('\n');
}

function roff(text: string): string {
  return text.replaceAll('\\', '\\e').replaceAll('-', '\\-').replace(/^\./gm, '\\&.');
}

function synopsis(command: CommandEntry): string {
  const words = [`.B racewindow ${roff(command.name)}`];
  if (command.options.length > 0) words.push('.RI [ options ]');
  if (command.args !== '') words.push(`.I ${roff(command.args)}`);
  return words.join('\n');
}

function section(command: CommandEntry): string {
  const title = `.SS "${roff(`${command.name} ${command.args}`.trim())}"`;
  const text = command.text[0]!.toUpperCase() + command.text.slice(1);
  const exits = exitsOf(command).map((exit) => exit.join(' '));
  const exit = ['.PP', `Exit: ${roff(exits.join(', '))}.`];
  return [title, `${roff(text)}.`, ...command.options.map(option), ...exit].join('\n');
}

function option(entry: OptionEntry): string {
  const [flag = '', value = ''] = entry.flags.split(' ');
  const head = value === '' ? `.B ${roff(flag)}` : `.BI ${roff(flag)} " ${roff(value)}"`;
  const notes = [
    ...(entry.value === undefined ? [] : [`${entry.value} unless told`]),
    ...(entry.repeats === true ? ['may be repeated'] : []),
  ];
  const more =
    entry.flags === '--strategy HOW' && entry.value === 'exhaustive' ? strategyItems() : '';
  return ['.TP', head, `${roff([entry.text, ...notes].join('; '))}.${more}`].join('\n');
}
