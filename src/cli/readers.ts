// SPDX-License-Identifier: GPL-2.0-only
// What the values of options are read by: each kind of value once, with one wording of its error.
//
// An entry of the command table names its reader; the value is read before the command runs, and
// the type of what it reads is that of the option (table.ts).

import type { UserError } from '#base/errors';
import { ok, type Result } from '#base/result';
import { didYouMean } from '#base/suggest';
import { listed } from '#base/text';
import type { Memory } from '#finding/finding';
import type { Strategy } from '#finding/report';
import type { Address } from '#queue/address';
import { formNames } from '#report/form-names';
import { wrongValue } from './wrong-value.ts';

/** Reads the text behind @flag. */
export interface Reader<T> {
  readonly read: (
    text: string,
    flag: string,
  ) => Result<T, UserError> | Promise<Result<T, UserError>>;
  /** All values there are, where they are words. */
  readonly words?: readonly string[];
}

/** A whole number within bounds, in digits. */
export function count(min: number, max: number): Reader<number> {
  return {
    read: (text, flag) => {
      const value = /^\d{1,15}$/.test(text) ? Number(text) : Number.NaN;
      if (value >= min && value <= max) return ok(value);
      const hint = `write it in digits, as in ${flag} ${Math.max(min, 2)}`;
      return wrongValue(flag, text, `not a whole number from ${min} to ${max}`, hint);
    },
  };
}

/** So many states, runs or the like. */
export const amount = count(1, 1e9);

/** Seconds of a limit, read as milliseconds. */
export const seconds: Reader<number> = {
  read: async (text, flag) => {
    const read = await count(1, 1e6).read(text, flag);
    return read.ok ? ok(read.value * 1000) : read;
  },
};

/** Worker threads. */
export const threads = count(1, 256);

/** One of these words. */
export function oneOf<const W extends string>(words: readonly W[], kind: string): Reader<W> {
  return {
    words,
    read: (text, flag) => {
      const found = words.find((word) => word === text);
      if (found !== undefined) return ok(found);
      return wrongValue(flag, text, `unknown ${kind}`, didYouMean(text, words, kind));
    },
  };
}

const formats = ['text', 'json', 'html', ...formNames] as const;

/** What a finding is written as. */
export const format = oneOf(formats, 'format');

/** These in a sentence. */
export const formatText = listed(formats);

/** One of these. */
export type Format = (typeof formats)[number];

/** Which findings are told in full: the number of one, or all. */
export const show: Reader<number | 'all'> = {
  read: async (text, flag) => (text === 'all' ? ok('all') : await count(1, 1e6).read(text, flag)),
};

/** How the model is searched; the checker is loaded once it is asked. */
export const strategy: Reader<Strategy> = {
  read: async (text, flag) => (await import('./strategy.ts')).readStrategy(text, flag),
};

/** How the kernel's own C is searched. */
export const sourceStrategy: Reader<Strategy> = {
  read: async (text, flag) => (await import('./strategy.ts')).readSourceStrategy(text, flag),
};

/** What stores go through; null for sequential consistency. */
export const memory: Reader<Memory | null> = {
  read: async (text, flag) => (await import('./strategy.ts')).readMemory(text, flag),
};

/** The URL of a job queue. */
export const queueUrl: Reader<Address> = {
  read: async (text) => (await import('#queue/address')).readAddress(text),
};

/** Ids of actors, from a list of their short names, or `all`. */
export const actors: Reader<readonly string[]> = {
  read: async (text, flag) => (await import('./actors.ts')).readActors(text, flag),
};
