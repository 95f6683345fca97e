// SPDX-License-Identifier: GPL-2.0-only
// The events that the kernel's own C does not tell here, and why: what goes by them is not judged.

import type { EventName } from '#env/events';

/** Why an event is not told, and whether a kernel of a version may come to it unseen. */
interface Untold {
  readonly because: string;
  readonly isMissed: (version: string) => boolean;
}

/** Nothing in a scene comes to it. */
const never = (because: string): Untold => ({ because, isMissed: () => false });
const missed = (because: string): Untold => ({ because, isMissed: () => true });
/** The model tells it of kernels before @release only. */
const before = (release: string, because: string): Untold => ({
  because: `${because}, as before ${release}, is not told here`,
  isMissed: (version) => isBefore(version, release),
});

const IN_ORDER = never('stores are seen here in the order in which they are made');
const UNGUARDED = before('6.7', 'that no lock is held in a probe or a parse of firmware');

/** By the name of the event; all others of the table are told. */
export const UNTOLD = {
  'ready-seen': IN_ORDER,
  'instance-unfinished': IN_ORDER,
  'init-unguarded': UNGUARDED,
  'fwspec-unguarded': UNGUARDED,
  'init-untested': before('6.6', 'that a probe does not test for a group'),
  'fwspec-mismatch': before('6.11', 'that a second instance is not waited for'),
  'dma-ops': before('6.10', 'which DMA ops the architecture chooses'),
  'flag-lost': missed('updates of flags in one word are not told here'),
  'dma-owner': never('no driver of a scene claims the DMA of its group'),
  'dma-map': never('no driver of a scene maps a buffer: dma-iommu.c is not linked'),
  'deferral-timeout': missed('that the deferral timeout has expired is not told here'),
  'device-released': never('each device of a scene can be added'),
} as const satisfies Partial<Readonly<Record<EventName, Untold>>>;

/** The events that are told. */
export type SourceEventName = Exclude<EventName, keyof typeof UNTOLD>;

const untold: ReadonlyMap<string, Untold> = new Map(Object.entries(UNTOLD));

/** Why none of @events is told; null where one is, or where there are none. */
export function whyUntold(events: readonly string[]): string | null {
  if (events.length === 0) return null;
  const reasons = new Set<string>();
  for (const name of events) {
    const entry = untold.get(name);
    if (entry === undefined) return null;
    reasons.add(entry.because);
  }
  return [...reasons].join('; ');
}

/** Why a kernel of @version may come to one of @events unseen; null where it comes to none. */
export function whyMissed(events: readonly string[], version: string): string | null {
  const reasons = events.flatMap((name) => {
    const entry = untold.get(name);
    return entry?.isMissed(version) ? entry.because : [];
  });
  return reasons.length === 0 ? null : [...new Set(reasons)].join('; ');
}

/** True where the release of @version is an earlier one than @release. */
function isBefore(version: string, release: string): boolean {
  const [[a = 0, b = 0], [c = 0, d = 0]] = [version, release].map((v) =>
    v.split('.').map(Number),
  ) as [number[], number[]];
  return a < c || (a === c && b < d);
}
