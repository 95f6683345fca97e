// SPDX-License-Identifier: GPL-2.0-only
// What the command table is made of: entries whose options say which values a command gets.
//
// `{ flags: '--states-max N' }` gives the command `statesMax?: string`; with `repeats` a list, with
// a `value` always a string, and without a word behind the flag a boolean. So a command that asks
// for an option that its entry does not have, or takes a list for a text, does not compile.

import type { UserError } from '#base/errors';
import type { Result } from '#base/result';
import type { ExitCode } from '#report/exit';
import type { Io } from './io.ts';
import type { Pipeline } from './pipeline.ts';

/** What the shell can complete a value to; files unless told. */
export type Completion = 'commit' | 'device' | 'kernel' | 'rule' | 'window' | readonly string[];

/** An option: `--kernel NAME`, and one line about it. */
export interface OptionEntry {
  readonly flags: string;
  readonly text: string;
  readonly value?: string;
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

type Value<E extends OptionEntry> = E['flags'] extends `${string} ${string}`
  ? E extends { repeats: true }
    ? readonly string[]
    : string
  : boolean;

type Given<E extends OptionEntry> = E extends { value: string } ? E : never;

/** The options of a command by camel-cased name. */
export type Values<O extends readonly OptionEntry[]> = {
  readonly [E in Given<O[number]> as Camel<Name<E['flags']>>]: string;
} & {
  readonly [E in Exclude<O[number], { value: string }> as Camel<Name<E['flags']>>]?: Value<E>;
};

/** What a command gets: its arguments in order, and its options. */
export interface Invocation<V = Readonly<Record<string, unknown>>> {
  readonly args: readonly (string | undefined)[];
  readonly options: V;
  readonly io: Io;
  readonly pipeline: () => Promise<Pipeline>;
}

type Run<V> = (call: Invocation<V>) => Promise<Result<ExitCode, UserError>>;

/** A command: `check`, or `source setup`. */
export interface CommandEntry {
  readonly name: string;
  /** `[FIRMWARE]`, `<FILE>`; empty where it takes none. */
  readonly args: string;
  readonly text: string;
  readonly options: readonly OptionEntry[];
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
  // The parser is made of the same options, so what it hands over has this shape.
  return { ...entry, run: (call) => entry.run(call as Invocation<Values<O>>) };
}
