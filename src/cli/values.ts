// SPDX-License-Identifier: GPL-2.0-only
// Values of options that several commands have.

import { fail, type UserError } from '#base/errors';
import { ok, type Result } from '#base/result';
import { didYouMean } from './suggest.ts';

/** What a report is written as. */
export type Format = 'text' | 'mail' | 'json';

const formats: readonly Format[] = ['text', 'mail', 'json'];

/** The value of --format; text unless told. */
export function formatOption(text = 'text'): Result<Format, UserError> {
  const found = formats.find((f) => f === text);
  if (found) return ok(found);
  return fail('RW064', `--format ${text}: unknown format`, didYouMean(text, formats, 'format'));
}

/** A whole number within bounds; null where the option was not given. */
export function countOption(
  flag: string,
  text: string | undefined,
  min: number,
  max: number,
): Result<number | null, UserError> {
  if (text === undefined) return ok(null);
  const value = /^\d{1,15}$/.test(text) ? Number(text) : Number.NaN;
  if (value >= min && value <= max) return ok(value);
  return fail('RW064', `${flag} ${text}: not a number that it takes`, `${min} to ${max}`);
}
