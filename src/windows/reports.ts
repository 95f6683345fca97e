// SPDX-License-Identifier: GPL-2.0-only
// Signatures that need no state: the report itself and the world say which window it was.

import { P5_REPORTS } from '#properties/p5-no-use-after-free';
import type { World } from '#worlds/world';
import type { Devices, Explained, Plain, Reach, WindowSignature } from './signature.ts';

/** A signature that looks at nothing but the report, in the world where it was made. */
export function byReport(
  explains: (report: Explained, world: World) => boolean,
  reach: Reach = {},
): WindowSignature {
  return {
    ...reach,
    make: (ctx) => ({
      events: [],
      reads: [],
      initial: null,
      step: (state) => state,
      explains: (_state, report) => explains(report, ctx.world),
    }),
  };
}

/** True for a report of the machine: something freed, or not there, was touched. */
export function isMemory(report: Explained): boolean {
  return P5_REPORTS.includes(report.property);
}

/** True for the oops of a driver that has followed NULL, as it found no instance that is bound. */
export function isUnbound(report: Explained): boolean {
  return /_probe_device\(.*\): .* has not bound yet$/.test(String(report.facts['error']));
}

/** True where @report names an object of @device, or the device itself; not one called alike. */
export function isAbout(report: Explained, device: string): boolean {
  const text = `${report.subject} ${report.because}`;
  for (let at = text.indexOf(device); at >= 0; at = text.indexOf(device, at + 1)) {
    const [before, after] = [text[at - 1] ?? ' ', text[at + device.length] ?? ' '];
    if (/[\s(]/.test(before) && /[\s.):]/.test(after)) return true;
  }
  return false;
}

/** Threads of @world of one kind, by name. */
export function threadsOf(world: World, kind: World['threads'][number]['kind']): string[] {
  return world.threads.filter((t) => t.kind === kind).map((t) => t.name);
}

/** The device of which a field was NULL that one of its own users needs; null for all else. */
export function lacking(report: Explained): string | null {
  const error = String(report.facts['error'] ?? '');
  return /\((.*)\): dev->iommu(?:_group|->iommu_dev)? is NULL$/.exec(error)?.[1] ?? null;
}

/** The thread that crashes: of an oops the model has it as the subject. */
export function threadOf({ subject, facts }: Explained): string {
  return String(facts['thread'] ?? subject);
}

/** The kernel function that touched what is gone; empty where the report names none. */
export function functionOf(report: Explained): string {
  const error = /^\w+(?=\()/.exec(String(report.facts['error'] ?? ''))?.[0];
  return String(report.facts['function'] ?? error ?? '');
}

/** True where @report names one of @threads as the one that freed, or the one that touched. */
export function involves(report: Explained, threads: readonly string[]): boolean {
  const named = [report.facts['freedBy'], report.facts['thread']].map(String);
  return threads.some((name) => named.includes(name));
}

/**
 * What a probe of a device that was probed already may break: the device in a state that @isSpoilt,
 * or memory that a report names together with it.
 */
export function spoiltWhere<S extends Plain>(
  isSpoilt: (state: S) => boolean,
): (devices: Devices<S>, report: Explained) => boolean {
  return (devices, report) => {
    if (isMemory(report)) {
      return devices.some((state, d) => isSpoilt(state) && isAbout(report, d.data.name));
    }
    const known = ['P3', 'P4', 'P8', 'P10', 'P11'].includes(report.property);
    return known && devices.about.some(isSpoilt);
  };
}
