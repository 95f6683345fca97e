// SPDX-License-Identifier: GPL-2.0-only
// C19: a registration fails after clients have been probed, and releases them under their binds.

import { byReport, isMemory } from './stateless.ts';

/** Told by the group, or its domain, that is gone while a bind or a driver uses it. */
export const c19 = byReport('C19', (report, world) => {
  const fails =
    world.instances.some((i) => i.probeFails) || world.devices.some((d) => d.probeError);
  if (!fails) return false;
  if (isMemory(report)) return !/\.iommu_device$/.test(report.subject);
  return ['P1', 'P3', 'P4', 'P6', 'P10'].includes(report.property);
});
