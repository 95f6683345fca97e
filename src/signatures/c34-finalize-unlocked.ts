// SPDX-License-Identifier: GPL-2.0-only
// C34: the last step of a walk goes over the members of a group without its mutex.

import { byReport, isMemory } from './stateless.ts';

/** The member tells: all other loops over group->devices hold group->mutex. */
export const c34 = byReport(
  'C34',
  (report) => isMemory(report) && /\.group_device#/.test(report.subject),
);
