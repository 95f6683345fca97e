// SPDX-License-Identifier: GPL-2.0-only
// A board as a kernel sees it that does not read what names some of its IOMMUs.

import type { IommuDriver, Platform } from '#platform/types';

/** @platform where no IOMMU of @driver ever registers, and nobody is behind one: @because. */
export function withoutDriver(platform: Platform, driver: IommuDriver, because: string): Platform {
  const lost = new Set(platform.iommus.filter((i) => i.driver === driver).map(({ name }) => name));
  if (lost.size === 0) return platform;
  return {
    ...platform,
    iommus: platform.iommus.map((iommu) =>
      lost.has(iommu.name) ? { ...iommu, registers: false, because, clients: [] } : iommu,
    ),
    devices: platform.devices.map((device) => {
      const iommus = device.iommus.filter((use) => !lost.has(use.iommu));
      if (iommus.length === device.iommus.length) return device;
      const problem = { errno: 'ENODEV', because } as const;
      const groupKey = iommus.length === 0 ? null : device.groupKey;
      return { ...device, iommus, groupKey, problem: device.problem ?? problem };
    }),
  };
}
