// SPDX-License-Identifier: GPL-2.0-only
// C03: a probe that fails frees dev->iommu while a bind is building its fwspec.

import { byReport, functionOf, isMemory } from './stateless.ts';

/** Functions that build a fwspec, or look for one to build on. */
const BUILDING = /^(fwspec_|iommu_fwspec_|of_iommu_|acpi_iommu_|iort_|dev_iommu_fwspec_get)/;

/** The object that is gone and the function that wanted it tell the window. */
export const c03 = byReport(
  'C03',
  (report) =>
    isMemory(report) &&
    (/\.(iommu|fwspec)#/.test(report.subject) || /dev->iommu is NULL/.test(report.because)) &&
    (BUILDING.test(functionOf(report)) || /iommu_fwspec_/.test(report.because)),
);
