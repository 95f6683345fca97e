// SPDX-License-Identifier: GPL-2.0-only
// C28: a device is released without the probe lock while a walk is busy with it.

import { byReport, involves, isMemory, threadsOf } from './stateless.ts';

/** Told by the thread that removes a device, as the one that freed or the one that touched. */
export const c28 = byReport('C28', (report, world) => {
  const removers = threadsOf(world, 'device-del');
  if (removers.length === 0) return false;
  return isMemory(report) ? true : involves(report, removers);
});

/** What else a removal during a walk leaves behind, where nothing tells it better. */
export const c28Rest = byReport(
  'C28',
  (report, world) =>
    threadsOf(world, 'device-del').length > 0 &&
    ['P3', 'P4', 'P8', 'P10', 'P11'].includes(report.property),
);
