// SPDX-License-Identifier: GPL-2.0-only
// What the command table is made of: entries whose options say which values a command gets.
//
// `{ flags: '--states-max N', read: amount }` gives the command `statesMax?: number`; without a
// reader a string, with `repeats` a list, with a `value` it is never missing, and without a word
// behind the flag it is a boolean. So a command that asks for an option that its entry does not
// have, or takes a list for a text, does not compile; and a value that cannot be is told before.

import type { UserError } from '#base/errors';
import { ok, type Result } from '#base/result';
import type { ExitCode } from '#report/exit';
import type { Io } from './io.ts';
import type { Pipeline } from './pipeline.ts';
import type { Reader } from './readers.ts';

/** What the shell can complete a value to; files unless told. */
export type Completion = 'commit' | 'device' | 'kernel' | 'rule' | 'window' | readonly string[];

/** An option: `--kernel NAME`, and one line about it. */
export interface OptionEntry {
  readonly flags: string;
  readonly text: string;
  readonly value?: string;
  /** What the value is read by; a text unless told. */
  readonly read?: Reader<unknown>;
  /** May be given several times. */
  readonly repeats?: boolean;
  /** Few need it: --help only names it, the man page tells. */
  readonly rare?: boolean;
  readonly complete?: Completion;
}

type Camel<S extends string> = S extends `${infer A}-${infer B}`
  ? `${A}${Capitalize<Camel<B>>}`
  : S;

/** `states-max` of `--states-max N`. */
type Name<F extends string> = F extends `--${infer N} ${string}`
  ? N
  : F extends `--${infer N}`
    ? N
    : never;

type Read<E extends OptionEntry> = E extends { read: Reader<infer T> } ? T : string;

type Value<E extends OptionEntry> = E['flags'] extends `${string} ${string}`
  ? E extends { repeats: true }
    ? readonly Read<E>[]
    : Read<E>
  : boolean;

type Given<E extends OptionEntry> = E extends { value: string } ? E : never;

/** The options of a command by camel-cased name. */
type Values<O extends readonly OptionEntry[]> = {
  readonly [E in Given<O[number]> as Camel<Name<E['flags']>>]: Value<E>;
} & {
  readonly [E in Exclude<O[number], { value: string }> as Camel<Name<E['flags']>>]?: Value<E>;
};

/** What a command gets: its arguments in order, and its options. */
interface Invocation<V = Readonly<Record<string, unknown>>> {
  readonly args: readonly (string | undefined)[];
  readonly options: V;
  readonly io: Io;
  readonly pipeline: () => Promise<Pipeline>;
}

/** A few words for each code that a command may end with. */
interface Exits {
  readonly 0: string;
  readonly 1?: string;
  readonly 3?: string;
  readonly 130?: string;
}

/** All exit codes of a command with their meaning, in order. */
export function exitsOf({ exits }: Pick<CommandEntry, 'exits'>): [code: string, text: string][] {
  return Object.entries({ 2: 'usage or input', ...exits });
}

type Run<V> = (call: Invocation<V>) => Promise<Result<ExitCode, UserError>>;

/** A command: `check`, or `source setup`. */
export interface CommandEntry {
  readonly name: string;
  /** `[FIRMWARE]`, `<FILE>`; empty where it takes none. */
  readonly args: string;
  readonly text: string;
  readonly options: readonly OptionEntry[];
  /** What each exit code means but 2, which is usage or input everywhere. */
  readonly exits: Exits;
  /** What arguments can be completed to; files unless told. */
  readonly complete?: Completion;
  readonly run: Run<Readonly<Record<string, unknown>>>;
}

/** An entry of the table whose run() gets the values that its options say. */
export function command<const O extends readonly OptionEntry[]>(
  entry: Omit<CommandEntry, 'options' | 'run'> & {
    readonly options: O;
    readonly run: Run<Values<O>>;
  },
): CommandEntry {
  return {
    ...entry,
    run: async (call) => {
      const options = await readAll(entry.options, call.options);
      if (!options.ok) return options;
      // The parser is made of the same options, so what it hands over has this shape.
      return entry.run({ ...call, options: options.value as Values<O> });
    },
  };
}

/** The options as their readers read them; the first that cannot be read is told. */
async function readAll(
  entries: readonly OptionEntry[],
  given: Readonly<Record<string, unknown>>,
): Promise<Result<Readonly<Record<string, unknown>>, UserError>> {
  const options = { ...given };
  for (const { flags, read } of entries) {
    const flag = flagOf(flags);
    const name = flag.slice(2).replace(/-(\w)/g, (_, letter: string) => letter.toUpperCase());
    if (read === undefined || given[name] === undefined) continue;
    const texts = [given[name]].flat() as string[];
    const values: unknown[] = [];
    for (const text of texts) {
      const value = await read.read(text, flag);
      if (!value.ok) return value;
      values.push(value.value);
    }
    options[name] = Array.isArray(given[name]) ? values : values[0];
  }
  return ok(options);
}

/** `--kernel` of `--kernel NAME`. */
export function flagOf(flags: string): string {
  return flags.split(' ')[0]!;
}
