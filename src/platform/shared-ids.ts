// SPDX-License-Identifier: GPL-2.0-only
// Devices that use one id of one IOMMU: told, since their drivers make little of it.
import { hex } from '#base/bytes';
import { fwspecIds, groupRuleOf } from '#platform/iommu-driver';
import type { Iommu, PlatformDevice } from '#platform/types';

/** One sentence for each id that several devices use, where the IOMMU's driver looks at ids. */
export function sharedIds(devices: readonly PlatformDevice[], iommus: readonly Iommu[]): string[] {
  const users = new Map<string, Map<number, Set<string>>>();
  for (const device of devices) {
    for (const { iommu, ids } of device.iommus) {
      const driver = iommus.find((i) => i.name === iommu)?.driver ?? 'unknown';
      if (groupRuleOf(driver) === 'instance') continue;
      for (const id of fwspecIds(driver, ids)) {
        const known = users.get(iommu) ?? new Map<number, Set<string>>();
        users.set(iommu, known.set(id, (known.get(id) ?? new Set<string>()).add(device.name)));
      }
    }
  }
  return iommus.flatMap(({ name, driver }) =>
    [...(users.get(name) ?? [])]
      .filter(([, names]) => names.size > 1)
      .map(([id, names]) => {
        const what =
          driver === 'arm-smmu-v3' ? 'the one that comes second runs without' : meaning[driver];
        return `${[...names].join(' and ')} share id ${hex(id)} of ${name}: ${what ?? 'apart'}`;
      }),
  );
}

const meaning: Readonly<Partial<Record<Iommu['driver'], string>>> = {
  'arm-smmu': 'one group',
  tegra: 'one group',
  'apple-dart': 'one group',
  unknown: 'taken for one group',
};
