// SPDX-License-Identifier: GPL-2.0-only
// Limits of the platform reader, each with a name, and the check of what a name costs. What boards
// have was counted on the 2,728 that come with Debian's kernels for arm64 and armhf.
import { fail, type UserError } from '#base/errors';
import { ok, type Result } from '#base/result';
import type { DeviceTree } from '#firmware/dtb/tree';

/** Upper bounds; an error names the one that was reached. */
export const platformLimits = {
  /** Devices of a board; the biggest has about 500. */
  devicesMax: 20_000,
  /** Specifiers of all `iommus` together; the biggest board has about 150. */
  usesMax: 8_192,
  /** Entries of `ranges` between all nodes and the root, the cost of names: 38,558 at most. */
  rangeStepsMax: 2_000_000,
} as const;

/** The error for a limit that was reached. */
export function limitReached(
  name: keyof typeof platformLimits,
  what: string,
): Result<never, UserError> {
  return fail(
    'RW033',
    `the board has more than ${platformLimits[name]} ${what}; limit ${name} is reached`,
    'no board is that big: the blob is damaged or made up',
  );
}

/** Refuse a tree whose `ranges` are so long that to name its devices would take minutes. */
export function checkRangeSteps(tree: DeviceTree): Result<null, UserError> {
  const steps = new Array<number>(tree.nodes.length).fill(0);
  let sum = 0;
  for (const node of tree.nodes) {
    const above = node.parent ? (steps[node.parent.index] ?? 0) : 0;
    const own = (node.properties.get('ranges')?.length ?? 0) / 12;
    steps[node.index] = above + own;
    sum += above;
  }
  if (sum <= platformLimits.rangeStepsMax) return ok(null);
  return limitReached('rangeStepsMax', 'entries of ranges above its nodes');
}
