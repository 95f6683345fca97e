// SPDX-License-Identifier: GPL-2.0-only
// The signs of verdicts: a glyph to see, a word to hear; nothing is told by colour alone.

import type { Alternative } from '#finding/why';
import type { RunOutcome } from './data.ts';

type Verdict = Alternative['verdict'];

/** What stands for each verdict. */
export const glyphs: Readonly<Record<Verdict, string>> = { passes: '✓', fails: '✗', other: '≠' };

/** What each verdict is called in the legend. */
export const verdictWords: Readonly<Record<Verdict, string>> = {
  passes: 'every rule is kept',
  fails: 'the same rule is broken',
  other: 'something else breaks',
};

/** What an alternative comes to, in words. */
export function alternativeWords({ verdict, window }: Pick<Alternative, 'verdict' | 'window'>) {
  const as = window === null ? '' : `, as ${window}`;
  return verdict === 'passes' ? verdictWords.passes : `${verdictWords[verdict]}${as}`;
}

/** What a run came to, in a sentence. */
export function outcomeText({ verdict, window, property, because }: RunOutcome): string {
  if (verdict === 'passes') return 'Every rule is kept.';
  const as = window === null ? '' : ` as ${window}`;
  const why = because === null ? '' : `: ${because}`;
  if (verdict === 'fails') return `The same rule is broken${as}${why}`;
  if (property === null) return 'It does not come to a proper end.';
  return `${property} is broken instead${as}${why}`;
}
