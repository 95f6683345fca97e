// SPDX-License-Identifier: GPL-2.0-only
// Reads who is to act in the worlds of a board beside those of an ordinary boot.

import type { UserError } from '#base/errors';
import { ok, type Result } from '#base/result';
import { didYouMean } from '#base/suggest';
import { namedActors } from '#worlds/actors';
import { wrongValue } from './wrong-value.ts';

/** Ids of the actors that a list such as `unbind,fail` names, or of all for `all`. */
export function readActors(text: string, flag: string): Result<readonly string[], UserError> {
  const known = namedActors.map((actor) => actor.flag);
  const names = text === 'all' ? known : text.split(',');
  const other = names.find((name) => !known.includes(name));
  if (other !== undefined) {
    const hint = didYouMean(other, ['all', ...known], 'actor');
    return wrongValue(flag, text, `there is no actor '${other}'`, hint);
  }
  return ok(namedActors.flatMap(({ flag: name, id }) => (names.includes(name) ? [id] : [])));
}
