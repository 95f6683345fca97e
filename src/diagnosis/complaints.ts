// SPDX-License-Identifier: GPL-2.0-only
// What an IOMMU, its driver or the core says of itself: no sign of a race, and none of health.

import type { OtherCause } from '#finding/diagnosis';
import {
  type ComplaintCause,
  isIommuDriver,
  isIommuName,
  isSpokenByIommu,
  type LogEvent,
  type LogStory,
} from '#log/index';
import { eventsOf } from '#log/story';

/** Something that an IOMMU complains of, or that keeps it from coming. */
interface Complaint {
  readonly line: number;
  /** A sentence of what it is. */
  readonly says: string;
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
      if (e.about === 'interrupt')
        return `the IOMMU blocks an interrupt of ${e.device ?? 'a device'}`;
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

/** What IOMMUs tell around their faults: the status, and what they cannot do then. */
export function detailsOf({ log }: LogStory): ReadonlySet<LogEvent> {
  const faults = new Map(eventsOf(log, 'fault').map((e) => [e.line, e]));
  const around = Array.from({ length: 2 * DETAIL_LINES + 1 }, (_, i) => i - DETAIL_LINES);
  const isDetail = ({ line, text }: LogEvent<'iommu-trouble'>): boolean =>
    around.some((far) => {
      const fault = faults.get(line + far);
      if (fault === undefined) return false;
      const { iommu } = fault;
      return iommu === null ? /handling fault status/.test(text) : text.includes(iommu);
    });
  return new Set(eventsOf(log, 'iommu-trouble').filter(isDetail));
}

/** All complaints of @story: IOMMUs that do not come before all else, then as they stand. */
export function complaintsOf(story: LogStory): Complaint[] {
  const details = detailsOf(story);
  // What the driver of an IOMMU last said of it, by the words of that.
  const causes = new Map<string, Complaint['cause']>();
  const all = story.log.events.flatMap((e): Complaint[] => {
    const text = isOfIommu(e) ? failureIn(e) : null;
    if (text === null) return [];
    const { line } = e;
    const lacks = `an IOMMU does not come: ${text}`;
    switch (e.kind) {
      case 'iommu-trouble':
        if (e.cause !== null) for (const word of wordsOf(e.text)) causes.set(word, e.cause);
        if (details.has(e)) return [];
        return [{ line, says: complaint(e.text), cause: e.cause ?? 'unknown', lost: null }];
      case 'failed':
        return [{ line, says: lacks, cause: causes.get(e.device) ?? 'unknown', lost: e.device }];
      case 'pending':
        return [{ line, says: lacks, cause: 'supplier-missing', lost: e.device }];
      case 'fault':
        if (e.about === 'translation' || e.about === 'stream') return [];
        return [{ line, says: text, cause: 'unknown', lost: null }];
      case 'group-failed':
      case 'not-behind':
        return [{ line, says: text, cause: 'unknown', lost: null }];
      default:
        return [];
    }
  });
  return [...all.filter((c) => c.lost !== null), ...all.filter((c) => c.lost === null)];
}

/** Who complains in @text: an IOMMU, or the core or a client's driver of one. */
function complaint(text: string): string {
  const who = isSpokenByIommu(text) ? 'an IOMMU complains' : 'the kernel complains of an IOMMU';
  return `${who}: ${text}`;
}

/** The words of @text, of which one may name a device. */
function wordsOf(text: string): string[] {
  return text.split(/[\s,()]+/).map((word) => word.replace(/:$/, ''));
}
