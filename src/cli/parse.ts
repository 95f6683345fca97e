// SPDX-License-Identifier: GPL-2.0-only
// From the command table to a parser: help, version, and coded errors for everything else.

import { Command, CommanderError, Help, Option } from 'commander';
import { fail, type UserError } from '#base/errors';
import { ok, type Result } from '#base/result';
import { didYouMean } from '#base/suggest';
import { textColumns, wrap } from '#base/text';
import { type ExitCode, exitCodes } from '#report/exit';
import { commands } from './commands.ts';
import type { Io } from './io.ts';
import type { Pipeline } from './pipeline.ts';
import { type CommandEntry, exitsOf, flagOf, type OptionEntry } from './table.ts';
import { packageVersion } from './version.ts';

const summary = 'Finds race windows in the way Linux probes devices behind IOMMUs.';
const exitText = 'Exit: 0 holds, 1 violated, 2 usage or input, 3 not decided';

const optionText = 'Options: --version; --help, also after a command';

/** Parse @argv (without node and script) and run what it asks for. */
export async function dispatch(
  given: readonly string[],
  io: Io,
  pipeline: () => Promise<Pipeline>,
): Promise<Result<ExitCode, UserError>> {
  const argv = given[0] === 'help' ? helpFor(given.slice(1)) : given;
  let outcome: Result<ExitCode, UserError> = ok(exitCodes.holds);
  const program = buildProgram(io, pipeline, (result) => {
    outcome = result;
  });
  if (argv.length === 0) {
    io.out(program.helpInformation());
    return ok(exitCodes.usage);
  }
  try {
    await program.parseAsync([...argv], { from: 'user' });
    return outcome;
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    return error.exitCode === 0 ? ok(exitCodes.holds) : usageError(error, argv);
  }
}

/** `help source check` is `source check --help`; of a command that is none, its usage error. */
function helpFor(words: readonly string[]): readonly string[] {
  const known = commands.some(({ name }) => words.every((word, i) => name.split(' ')[i] === word));
  return known ? [...words, '--help'] : words;
}

function buildProgram(
  io: Io,
  pipeline: () => Promise<Pipeline>,
  done: (result: Result<ExitCode, UserError>) => void,
): Command {
  const program = new Command('racewindow');
  configure(program, io);
  program
    .description(summary)
    .version(packageVersion(), '--version', 'print the version')
    .helpOption('-h, --help', 'print help; also after a command')
    .helpCommand(false)
    .addHelpText('after', `${exitText}\n${optionText}; start: check BOARD.dtb`);
  for (const entry of commands) {
    const command = commandFor(entry, program, io);
    command.action(async () => {
      const options = command.opts<Record<string, unknown>>();
      done(await entry.run({ args: command.args, options, io, pipeline }));
    });
  }
  return program;
}

/** Make the command of an entry; `source setup` becomes setup under source. */
function commandFor(entry: CommandEntry, program: Command, io: Io): Command {
  const words = entry.name.split(' ');
  let parent = program;
  for (const word of words.slice(0, -1)) {
    const known = parent.commands.find((c) => c.name() === word);
    if (known) parent = known;
    else {
      const below = commands.flatMap((c) => (c.name.startsWith(`${word} `) ? [c.name] : []));
      const group = configure(parent.command(word).helpCommand(false), io);
      parent = group.description(`${below.join(', ')}`);
    }
  }
  const usage = [words.at(-1), entry.args].filter((t) => t !== '').join(' ');
  const command = configure(parent.command(usage), io).description(entry.text);
  command.helpOption('-h, --help', 'print this help');
  for (const option of entry.options) command.addOption(optionFor(option));
  const rare = entry.options.filter((o) => o.rare).map((o) => flagOf(o.flags));
  const more = rare.length === 0 ? [] : wrap(`See man: ${rare.join(' ')}`, { rest: '  ' });
  const exits = exitsOf(entry).map((exit) => exit.join(' '));
  const exit = wrap(`Exit: ${exits.join(', ')}`, { rest: '  ' });
  command.addHelpText('after', [...more, ...exit].join('\n'));
  return command;
}

function optionFor(entry: OptionEntry): Option {
  const flags = entry.flags.replace(/ (\S+)$/, ' <$1>');
  const option = new Option(flags, entry.text).hideHelp(entry.rare === true);
  if (entry.value !== undefined) option.default(entry.value, entry.value);
  if (entry.repeats === true) {
    option.argParser((value: string, before: readonly string[] | undefined) => [
      ...(before ?? []),
      value,
    ]);
  }
  return option;
}

function configure(command: Command, io: Io): Command {
  return command
    .exitOverride()
    .configureHelp({
      ...{ helpWidth: textColumns(), subcommandTerm: termOf, visibleOptions: optionsOf },
      formatHelp: helpOf,
    })
    .configureOutput({
      writeOut: (text) => io.out(text),
      writeErr: () => {},
      getOutHelpWidth: textColumns,
      getOutHasColors: () => false,
    });
}

/** Help without the blank line above the commands: with it, it does not fit a screen. */
function helpOf(command: Command, help: Help): string {
  return new Help().formatHelp(command, help).replace('\n\nCommands:', '\nCommands:');
}

/** The two options of the program have one line below: help fits a screen. */
function optionsOf(command: Command): Option[] {
  return command.parent === null ? [] : new Help().visibleOptions(command);
}

/** How the list of commands names one: that it has options goes without saying. */
function termOf(command: Command): string {
  const args = command.usage().replace(/\[(options|command)\] ?/g, '');
  return `${command.name()} ${args}`.trim();
}

/** A parser error in our words; the parser's own are kept where they say which word is wrong. */
function usageError(error: CommanderError, argv: readonly string[]): Result<never, UserError> {
  const said = error.message.replace(/^error: /, '').replace(/\s*\(Did you mean[^)]*\)\s*/s, '');
  const sentence = said.split('\n')[0]!.trim();
  return fail('RW060', sentence, hintFor(error.code, said, argv));
}

function hintFor(code: string, said: string, argv: readonly string[]): string {
  const named = /'([^']*)'/.exec(said)?.[1] ?? '';
  const entry = commands.find((c) => c.name === argv.slice(0, c.name.split(' ').length).join(' '));
  if (code === 'commander.unknownCommand' || entry === undefined) {
    const names = [...new Set(commands.map((c) => c.name.split(' ')[0]!))];
    return didYouMean(named, names, 'command');
  }
  if (code === 'commander.unknownOption') {
    const flags = entry.options.map((o) => flagOf(o.flags));
    return didYouMean(named, flags, 'option');
  }
  return `racewindow ${entry.name} --help tells what it takes`;
}
