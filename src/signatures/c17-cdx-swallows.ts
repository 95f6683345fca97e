// SPDX-License-Identifier: GPL-2.0-only
// C17: cdx_dma_configure() returns 0 whatever happened, so that a driver binds without its IOMMU.

import { byReport } from './stateless.ts';

/** Needs no race: told by the bus of the device whose driver runs unready. */
export const c17 = byReport('C17', (report, world) => {
  const device = world.devices.find((d) => d.name === report.subject);
  return device?.bus === 'cdx' && ['P3', 'P8', 'P10', 'P11'].includes(report.property);
});
