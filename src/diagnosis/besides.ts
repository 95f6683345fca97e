// SPDX-License-Identifier: GPL-2.0-only
// What a log tells beside its verdict: what failed, and whether that is of an IOMMU.

import type { BesideLine } from '#finding/diagnosis';
import type { LogStory } from '#log/index';
import { detailsOf, failureIn, isOfIommu } from './complaints.ts';

/** What failed, but for the lines that are @taken; what is of an IOMMU is not crowded out. */
export function besidesOf(story: LogStory, taken: ReadonlySet<number>): BesideLine[] {
  const told: BesideLine[] = [];
  const { events } = story.log;
  const known = new Set(events.flatMap((e) => (taken.has(e.line) ? [failureIn(e)] : [])));
  const details = detailsOf(story);
  for (const e of events) {
    const what = failureIn(e);
    if (what === null || known.has(what) || details.has(e)) continue;
    known.add(what);
    if (!taken.has(e.line)) told.push({ line: e.line, what, ofIommu: isOfIommu(e) });
  }
  const own = told.filter((t) => t.ofIommu).slice(0, BESIDES_MAX);
  const others = told.filter((t) => !t.ofIommu).slice(0, BESIDES_MAX - own.length);
  return [...own, ...others].sort((a, b) => a.line - b.line);
}

const BESIDES_MAX = 12;
