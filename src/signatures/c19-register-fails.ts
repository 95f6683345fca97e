// SPDX-License-Identifier: GPL-2.0-only
// C19: a registration fails after clients have been probed, and releases them under their binds.

import type { World } from '#worlds/world';
import { byReport, isMemory } from './stateless.ts';

/** True where a registration fails. */
function fails(world: World): boolean {
  return world.instances.some((i) => i.probeFails) || world.devices.some((d) => d.probeError);
}

/** Told by the group, or its domain, that is gone while a bind or a driver uses it. */
export const c19 = byReport(
  'C19',
  (report, world) => fails(world) && isMemory(report) && !/\.iommu_device$/.test(report.subject),
);

/** What a failed registration leaves to its clients, where nothing else explains it. */
export const c19Rest = byReport(
  'C19',
  (report, world) =>
    fails(world) && ['P1', 'P3', 'P4', 'P6', 'P10', 'P11'].includes(report.property),
);
