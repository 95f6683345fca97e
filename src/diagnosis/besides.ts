// SPDX-License-Identifier: GPL-2.0-only
// What a log tells beside its verdict: what failed, and whether that is of an IOMMU.

import type { BesideLine } from '#finding/diagnosis';
import { isIommuDriver, isIommuName, type LogEvent, type LogStory } from '#log/index';
import { eventsOf } from '#log/story';

/** What failed, but for the lines that are @taken. */
export function besidesOf(story: LogStory, taken: ReadonlySet<number>): BesideLine[] {
  const told: BesideLine[] = [];
  for (const e of story.log.events) {
    if (taken.has(e.line)) continue;
    const what = failureIn(e);
    const isNew = what !== null && !told.some((t) => t.what === what);
    if (isNew) told.push({ line: e.line, what, ofIommu: isOfIommu(e) });
  }
  return told.slice(0, BESIDES_MAX);
}

const BESIDES_MAX = 12;

function failureIn(e: LogEvent): string | null {
  switch (e.kind) {
    case 'failed':
      return e.errno === 19 || e.errno === 517
        ? null
        : `${e.device}: the probe by ${e.driver ?? 'its driver'} fails with ${-e.errno}`;
    case 'trouble':
      return `${e.device}: ${e.text}`;
    case 'pending':
      return `${e.device} still waits${e.supplier === null ? '' : ` for ${e.supplier}`}`;
    case 'crash':
      return `${e.text.slice(0, 90)}${e.trace.pc === null ? '' : `, in ${e.trace.pc}()`}`;
    case 'warning':
      return `warning in ${e.where}()`;
    case 'iommu-trouble':
      return e.text;
    case 'lock-circle':
      return 'lockdep tells of a circle of locks';
    default:
      return null;
  }
}

/** True where an IOMMU, its driver or the core of IOMMUs is what fails in @e. */
function isOfIommu(e: LogEvent): boolean {
  switch (e.kind) {
    case 'iommu-trouble':
      return true;
    case 'failed':
      return isIommuName(e.device) || (e.driver !== null && isIommuDriver(e.driver));
    case 'pending':
    case 'trouble':
      return isIommuName(e.device);
    case 'warning':
      return e.file.includes('drivers/iommu/');
    default:
      return false;
  }
}

interface Complaint {
  readonly line: number;
  readonly because: string;
  readonly todo: string;
}

/** What an IOMMU says of itself which nothing else accounts for: that it fails before all else. */
export function complaintOf({ log }: LogStory): Complaint | null {
  const failed = eventsOf(log, 'failed').find((e) => isOfIommu(e) && failureIn(e) !== null);
  const todo = 'read what its driver says before and after that';
  if (failed !== undefined) {
    const { device, errno, line } = failed;
    return {
      line,
      because: `the IOMMU ${device} does not come: its probe fails with ${-errno}`,
      todo: `${todo}; devices behind it go without it`,
    };
  }
  const [first] = eventsOf(log, 'iommu-trouble');
  return first === undefined
    ? null
    : { line: first.line, because: `an IOMMU complains: ${first.text}`, todo };
}
