// SPDX-License-Identifier: GPL-2.0-only
// Faults that are no sign of a window: what the boot loader has begun, streams that nothing is
// behind, and drivers that map wrongly.

import type { LogEvent, LogStory } from '#log/index';
import { eventsOf } from '#log/story';
import { type Clue, type LookAlike, registrationAt } from './clues.ts';

/** Streams that no device has, or none yet. */
export function streams(story: LogStory): LookAlike[] {
  const faults = eventsOf(story.log, 'fault').filter((e) => e.about === 'stream');
  const [first] = faults;
  if (first === undefined) return [];
  const early = isEarly(story, first);
  const lines = faults.map((e) => e.line);
  return [
    {
      ...{ fits: 'fits' as const, lines, explains: lines },
      cause: early === true ? 'boot-loader-dma' : 'stream-id-map',
      because:
        early === true
          ? 'something does DMA that no driver has begun yet, while the IOMMU comes up'
          : 'a stream comes that no device of the firmware has',
      todo:
        early === true
          ? 'have the boot loader stop it, or reserve its memory (iommu-addresses, RMR)'
          : 'compare iommus, iommu-map and its mask with the ids that the hardware has',
    },
  ];
}

/** Faults of a device that has its group and its driver in the right order. */
export function translations(story: LogStory, clues: readonly Clue[]): LookAlike[] {
  const faults = eventsOf(story.log, 'fault').filter((e) => e.about === 'translation');
  const [first] = faults;
  if (first === undefined || clues.some((c) => c.kind === 'late')) return [];
  const lines = faults.map((e) => e.line);
  const early = isEarly(story, first);
  if (early === true) {
    return [
      {
        ...{ cause: 'boot-loader-dma', fits: 'fits', lines, explains: lines },
        because: 'a fault comes before any driver has begun DMA, while the IOMMU comes up',
        todo: 'have the boot loader stop it, or reserve its memory (iommu-addresses, RMR)',
      },
    ];
  }
  const own = first.device === null ? undefined : story.devices.get(first.device);
  const grouped = own?.groupings.find((g) => g.line < first.line);
  if (own === undefined || grouped === undefined) {
    const hasUp = registrationAt(story, first.line) !== null;
    return early === false && hasUp ? [late(lines)] : [];
  }
  // Whether its driver or the boot loader began it, the log does not tell.
  if (early === null && registrationAt(story, first.line) !== null) return [];
  return [
    {
      ...{ cause: 'driver-bug', fits: 'fits', explains: lines },
      because:
        `${own.name} was in group ${grouped.group} before (line ${grouped.line}), and then does ` +
        'DMA to what is not mapped',
      lines: [grouped.line, ...lines],
      todo: `look at how the driver of ${own.name} maps and unmaps; CONFIG_DMA_API_DEBUG tells`,
    },
  ];
}

/** Faults of a device that is not named, long after its IOMMU has come up. */
function late(lines: readonly number[]): LookAlike {
  return {
    ...{ cause: 'driver-bug', fits: 'fits', lines, explains: lines },
    because: 'a fault comes long after the IOMMU has set its devices up, and nothing warned then',
    todo: 'find the device by the stream id (SID) of the fault, and look at how its driver maps',
  };
}

/** Seconds after a device has its IOMMU in which what faults was begun by the boot loader. */
const EARLY_S = 1;
/** Seconds after which drivers are at work, told or not: deferral has ended, modules are loaded. */
const SETTLED_S = 60;
/** What a driver does with a device that may do DMA then. */
const AT_WORK: readonly LogEvent['kind'][] = ['spoke', 'bound', 'probing'];

/**
 * True where the fault comes of what no driver has begun: its IOMMU is just coming up, or the
 * driver of its device comes later; null where the log does not tell.
 */
function isEarly(story: LogStory, fault: LogEvent<'fault'>): boolean | null {
  const own = fault.device === null ? undefined : story.devices.get(fault.device);
  const work = own?.events.filter((e) => AT_WORK.includes(e.kind)) ?? [];
  if (fault.driver !== null || work.some((e) => e.line < fault.line)) return false;
  const r = registrationAt(story, fault.line);
  if (r === null) return null;
  // What the boot loader has begun shows as soon as the device is behind its IOMMU.
  const behind = own?.groupings.find((g) => g.line < fault.line)?.line ?? r.line;
  const begun = story.log.events.find((e) => e.line === behind)?.seconds ?? null;
  const since = fault.seconds === null || begun === null ? null : fault.seconds - begun;
  if (since !== null && since >= EARLY_S) {
    if (work.length > 0) return true;
    return own === undefined || since >= SETTLED_S ? false : null;
  }
  // The units of x86 say that they are there before, or after, they have walked.
  const from = r.driver === 'intel' || r.driver === 'amd' ? 0 : r.line;
  const grouped = story.groupings.some((g) => g.line > from && g.line < fault.line);
  if (!grouped || own !== undefined) return true;
  return since === null ? null : true;
}
