// SPDX-License-Identifier: GPL-2.0-only
// What each commit of each stack changes, or why nothing can tell.

import { shownData } from './commit-effects-data.ts';
import type { CommitEffect } from './commit-effects-types.ts';

/** Commits that no rule can tell from their absence, with the reason. */
const reasons: Readonly<Record<string, string>> = {
  '6.12.y 04d3e5461c1f':
    'before v6.15 what is modelled reads dev->driver under the device lock alone; dev_uevent(), ' +
    'for which it was taken back, is not modelled',
  '6.12.y 280e5a301005':
    'before v6.15 a client has its group from its own bind; a bind that is under way when the ' +
    'group goes oopses with the commit, too (C21), and none comes later',
};

/** What the absence of @sha does under @kernel; undefined where nothing is known to show it. */
export function shownIn(kernel: string, sha: string): CommitEffect | undefined {
  return shownData[sha]?.find((entry) => entry.kernels.split(' ').includes(kernel));
}

/** Why nothing shows the absence of @sha under @kernel; null where something does. */
export function unseen(kernel: string, sha: string): string | null {
  return reasons[`${kernel} ${sha}`] ?? null;
}
