// SPDX-License-Identifier: GPL-2.0-only
// The groups that a kernel has made, held against those that the platform expects.
import type { Platform } from '#platform/types';

/** Sentences that are told of each kind of difference; the rest is counted. */
const listedMax = 6;

/**
 * One sentence for each difference; none where the two agree. @kernel: members of each group by
 * its number. Devices that the platform does not have are told together.
 */
export function compareGroups(
  platform: Platform,
  kernel: ReadonlyMap<string, readonly string[]>,
): string[] {
  const expected = new Map(platform.devices.map((d) => [d.name, d.groupKey]));
  const found = new Map<string, string>();
  for (const [group, names] of kernel) for (const name of names) found.set(name, group);
  const joined = [...kernel].flatMap(([group, names]) => {
    const keys = firstOfEach(
      names.filter((n) => expected.get(n)),
      (n) => expected.get(n),
    );
    if (keys.length < 2) return [];
    return [
      `the kernel put ${list(keys)} in one group (${group}), the model expects ${keys.length}`,
    ];
  });
  const leaders = [...new Set(platform.devices.map((d) => d.groupKey))].filter((k) => k !== null);
  const parted = leaders.flatMap((leader) => {
    const own = platform.devices.filter((d) => d.groupKey === leader && found.has(d.name));
    const names = firstOfEach(
      own.map((d) => d.name),
      (n) => found.get(n),
    );
    if (names.length < 2) return [];
    const groups = names.map((n) => found.get(n)).join(', ');
    return [
      `the kernel put ${list(names)} in ${names.length} groups (${groups}), the model expects one`,
    ];
  });
  const names = [...found.keys()];
  const more = names.filter((n) => expected.get(n) === null);
  const less = platform.devices.filter((d) => d.groupKey !== null && !found.has(d.name));
  const strange = names.filter((n) => !expected.has(n));
  return [
    ...joined,
    ...parted,
    ...(more.length > 0 ? [`in a group, but behind no IOMMU in the model: ${list(more)}`] : []),
    ...(less.length > 0
      ? [`in no group, but behind an IOMMU in the model: ${list(less.map((d) => d.name))}`]
      : []),
    ...(strange.length > 0 ? [`in a group, but not in the firmware: ${list(strange)}`] : []),
  ];
}

/** The first of @names for each value of @key. */
function firstOfEach(
  names: readonly string[],
  key: (name: string) => string | null | undefined,
): string[] {
  const seen = new Set<string | null | undefined>();
  return names.filter((name) => !seen.has(key(name)) && seen.add(key(name)));
}

function list(names: readonly string[]): string {
  const more = names.length - listedMax;
  const shown = names.slice(0, listedMax);
  if (more > 0) return `${shown.join(', ')} and ${more} more`;
  return shown.length < 2 ? shown.join('') : `${shown.slice(0, -1).join(', ')} and ${shown.at(-1)}`;
}
