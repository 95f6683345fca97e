// SPDX-License-Identifier: GPL-2.0-only
// "Did you mean": the known names nearest to one that is not known.

import { printable } from './text.ts';

const listedMax = 8;

/**
 * Number of edits that turn @a into @b: insert, delete, replace, or swap of two neighbours.
 * Only small distances matter here, so the plain table is good enough.
 */
export function editDistance(a: string, b: string): number {
  let before: number[] = [];
  let previous = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 1; i <= a.length; i++) {
    const row = [i];
    for (let j = 1; j <= b.length; j++) {
      const replace = previous[j - 1]! + (a[i - 1] === b[j - 1] ? 0 : 1);
      let best = Math.min(replace, previous[j]! + 1, row[j - 1]! + 1);
      const swapped = i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1];
      if (swapped) best = Math.min(best, before[j - 2]! + 1);
      row.push(best);
    }
    before = previous;
    previous = row;
  }
  return previous[b.length]!;
}

/** The known names most like @name, nearest first; none where nothing is near. */
export function nearest(name: string, known: readonly string[], countMax = 3): string[] {
  const wanted = name.toLowerCase();
  const reach = Math.max(1, Math.floor(wanted.length / 3));
  const scored = known.map((k) => {
    const at = k.toLowerCase();
    const inside = wanted.length >= 3 && (at.includes(wanted) || wanted.includes(at));
    return { name: k, distance: inside ? 0.5 : editDistance(wanted, at) };
  });
  const best = Math.min(reach, ...scored.map((s) => s.distance));
  return scored
    .filter((s) => s.distance <= Math.min(reach, best + 1))
    .sort((a, b) => a.distance - b.distance || (a.name < b.name ? -1 : 1))
    .slice(0, countMax)
    .map((s) => s.name);
}

/** A hint for an unknown name: what was probably meant, or what there is. */
export function didYouMean(name: string, known: readonly string[], kind: string): string {
  const near = nearest(name, known);
  if (near.length > 0) return `did you mean ${near.map(printable).join(' or ')}?`;
  if (known.length === 0) return `there is no ${kind} to choose from`;
  const listed = known.slice(0, listedMax).map(printable).join(', ');
  return `${kind}s there are: ${listed}${known.length > listedMax ? ', ...' : ''}`;
}
