// SPDX-License-Identifier: GPL-2.0-only
// Ids of the catalogue as the user gave them: of rules, of windows.

import { fail, type UserError } from '#base/errors';
import { ok, type Result } from '#base/result';
import { didYouMean } from '#base/suggest';

/** Ids as the catalogue writes them, whatever the case they were given in; null for none. */
export function idsOption(
  given: readonly string[] | undefined,
  known: readonly string[],
  code: 'RW062' | 'RW063',
  kind: string,
): Result<readonly string[] | null, UserError> {
  const ids: string[] = [];
  for (const id of given ?? []) {
    const found = known.find((k) => k.toUpperCase() === id.toUpperCase());
    if (!found) return fail(code, `${id}: no such ${kind}`, didYouMean(id, known, kind));
    ids.push(found);
  }
  return ok(given === undefined ? null : ids);
}
