// SPDX-License-Identifier: GPL-2.0-only
// Chances as texts.

import type { Chance } from '#view/model/data';

/** A chance in three digits, and never 0 or 100 where it is not. */
export function percent(p: number): string {
  const value = p * 100;
  // Longer texts have no room beside the verdicts.
  if (p > 0 && value < 0.1) return '<0.1 %';
  if (p < 1 && value > 99.95) return '>99.9 %';
  return `${Number(value.toPrecision(3))} %`;
}

/**
 * The chance after @steps of a run. That it is certain is not read off the number, which may be
 * rounded, but off the point of no return.
 */
export function chanceAfter({ after, noReturn }: Chance, steps: number): string {
  const p = after[steps]!;
  const certain = noReturn === null ? after[0] === 1 : steps > noReturn;
  return p === 1 && !certain ? '>99.9 %' : percent(p);
}
