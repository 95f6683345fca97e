// SPDX-License-Identifier: GPL-2.0-only
// What an IOMMU, its driver or the core says of itself: no sign of a race, and none of health.

import type { OtherCause } from '#finding/diagnosis';
import {
  type ComplaintCause,
  isIommuDriver,
  isIommuName,
  type LogEvent,
  type LogStory,
} from '#log/index';
import { eventsOf } from '#log/story';

/** Something that an IOMMU complains of, or that keeps it from coming. */
interface Complaint {
  readonly line: number;
  readonly text: string;
  /** What is behind it; unknown where its words do not tell. */
  readonly cause: Extract<OtherCause, ComplaintCause | 'unknown'>;
  /** The IOMMU that does not come because of it. */
  readonly lost: string | null;
}

/** True where an IOMMU, its driver or the core of IOMMUs is what fails in @e. */
export function isOfIommu(e: LogEvent): boolean {
  switch (e.kind) {
    case 'iommu-trouble':
    case 'hardware-error':
    case 'firmware-bug':
    case 'group-failed':
    case 'not-behind':
    case 'fault':
      return true;
    case 'failed':
      return isIommuName(e.device) || (e.driver !== null && isIommuDriver(e.driver));
    case 'pending':
    case 'timed-out':
    case 'trouble':
      return isIommuName(e.device);
    case 'warning':
      return e.file.includes('drivers/iommu/');
    default:
      return false;
  }
}

/** What fails in @e, in words; null where nothing does, or what comes right by itself. */
export function failureIn(e: LogEvent): string | null {
  switch (e.kind) {
    case 'failed':
      return isNoFailure(e.errno)
        ? null
        : `${e.device}: the probe by ${e.driver ?? 'its driver'} fails with ${-e.errno}`;
    case 'group-failed':
      return `${e.device} cannot join group ${e.group}: ${-e.errno}`;
    case 'not-behind':
      return isNoFailure(e.errno) ? null : `${e.device} is not put behind its IOMMU: ${-e.errno}`;
    case 'trouble':
      return `${e.device}: ${e.text}`;
    case 'pending':
      return `${e.device} still waits${e.supplier === null ? '' : ` for ${e.supplier}`}`;
    case 'timed-out':
      return `${e.device} waits no longer`;
    case 'crash':
      return `${e.text.slice(0, 90)}${e.trace.pc === null ? '' : `, in ${e.trace.pc}()`}`;
    case 'warning':
      return `warning in ${e.where}()`;
    case 'fault':
      return `a fault of ${e.device ?? e.iommu ?? 'a device'}`;
    case 'iommu-trouble':
    case 'hardware-error':
    case 'firmware-bug':
      return e.text;
    case 'lock-circle':
      return 'lockdep tells of a circle of locks';
    default:
      return null;
  }
}

/** Nothing stands behind the device, or it is tried again. */
function isNoFailure(errno: number): boolean {
  return errno === 19 || errno === 517;
}

/** Lines around a fault in which its IOMMU tells more of it. */
const DETAIL_LINES = 4;

/** True where @e is what an IOMMU tells around a fault: its status, and what it cannot do then. */
export function isDetail(e: LogEvent, { log }: LogStory): boolean {
  if (e.kind !== 'iommu-trouble') return false;
  return eventsOf(log, 'fault').some(({ line, iommu }) => {
    const isOwn = iommu === null ? /handling fault status/.test(e.text) : e.text.includes(iommu);
    return isOwn && Math.abs(line - e.line) <= DETAIL_LINES;
  });
}

/** All complaints of @story: IOMMUs that do not come before all else, then as they stand. */
export function complaintsOf(story: LogStory): Complaint[] {
  const { events } = story.log;
  const all = events.flatMap((e): Complaint[] => {
    const text = isOfIommu(e) ? failureIn(e) : null;
    if (text === null) return [];
    const { line } = e;
    switch (e.kind) {
      case 'iommu-trouble':
        if (isDetail(e, story)) return [];
        return [{ line, text: e.text, cause: e.cause ?? 'unknown', lost: null }];
      case 'failed':
        return [{ line, text, cause: reasonOf(e, events), lost: e.device }];
      case 'pending':
        return [{ line, text, cause: 'supplier-missing', lost: e.device }];
      case 'fault':
        return e.about === 'other' ? [{ line, text, cause: 'unknown', lost: null }] : [];
      case 'group-failed':
      case 'not-behind':
        return [{ line, text, cause: 'unknown', lost: null }];
      default:
        return [];
    }
  });
  return [...all.filter((c) => c.lost !== null), ...all.filter((c) => c.lost === null)];
}

/** What the driver of the IOMMU that fails in @e said of it before. */
function reasonOf(e: LogEvent<'failed'>, events: readonly LogEvent[]): Complaint['cause'] {
  const told = events.flatMap((o) => {
    const isItsOwn = o.kind === 'iommu-trouble' && o.line < e.line && o.text.includes(e.device);
    return isItsOwn && o.cause !== null ? [o.cause] : [];
  });
  return told[told.length - 1] ?? 'unknown';
}
