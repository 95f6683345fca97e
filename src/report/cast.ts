// SPDX-License-Identifier: GPL-2.0-only
// The cast of a table: the device it is about is `dev`, its only IOMMU is `iommu`, as in the C.

import type { Finding } from '#finding/finding';

/** Short names for the long ones of a finding. */
export interface ShortNames {
  /** Pairs of long and short names, longest first. */
  readonly names: readonly (readonly [string, string])[];
}

/** What of a world the cast needs; a finding carries its world as plain data. */
interface WorldNames {
  readonly focus?: readonly string[];
  readonly instances?: readonly { readonly name: string }[];
  readonly devices?: readonly { readonly name: string }[];
}

/** The device that a finding is about: its subject, or the focus of its world. */
export function deviceOf(finding: Pick<Finding, 'witness' | 'world'>): string | null {
  const world = finding.world as WorldNames | null;
  const { subject } = finding.witness;
  if (world?.devices?.some((d) => d.name === subject)) return subject;
  return world?.focus?.[0] ?? null;
}

/** Who is called what in the tables of @finding. */
export function castOf(finding: Finding): ShortNames {
  const world = finding.world as WorldNames | null;
  const device = deviceOf(finding);
  const names: [string, string][] = device === null ? [] : [[device, 'dev']];
  const [only, second] = world?.instances ?? [];
  if (only && !second && only.name !== device) names.push([only.name, 'iommu']);
  names.sort(([a], [b]) => b.length - a.length);
  return { names };
}

/** `dev is 3d00000.gpu, iommu is 3da0000.iommu`; empty where nothing is shortened. */
export function castLine(cast: ShortNames): string {
  const told = cast.names.map(([long, short]) => `${short} is ${long}`);
  return told.sort().join(', ');
}

/** Put the short names into @text. */
export function shorten(text: string, cast: ShortNames): string {
  let out = text;
  for (const [long, short] of cast.names) out = replaceName(out, long, short);
  return out;
}

/** Replace whole names only: `3d00000.gpu` is no part of `13d00000.gpu`. */
function replaceName(text: string, long: string, short: string): string {
  let out = '';
  let at = 0;
  for (;;) {
    const next = text.indexOf(long, at);
    if (next < 0) return out + text.slice(at);
    const before = next === 0 ? '' : text[next - 1]!;
    const after = text.slice(next + long.length, next + long.length + 2);
    const whole = !/[\w.:@]/.test(before) && !/^([\w@]|:\S)/.test(after);
    out += text.slice(at, next) + (whole ? short : long);
    at = next + long.length;
  }
}
