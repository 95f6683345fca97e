// SPDX-License-Identifier: GPL-2.0-only
// C29: a driver that manages DMA itself is let in before the walk has finished its group.

import { byReport } from './stateless.ts';

/**
 * Told by the driver: nothing makes it wait for a default domain, as others do. It may be let in
 * when there is a group already, and its domain is replaced when it has claimed that.
 */
export const c29 = byReport(
  'C29',
  (report, world) => {
    const managed = world.devices.filter((d) => d.driver?.managedDma).map((d) => d.name);
    if (report.property === 'P6') return managed.length > 0;
    return managed.includes(report.subject) && report.facts['group'] !== null;
  },
  { rules: ['P3', 'P6'] },
);
