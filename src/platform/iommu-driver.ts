// SPDX-License-Identifier: GPL-2.0-only
// Which family of drivers serves an IOMMU node, and how that family puts devices into groups.
import { unreachable } from '#base/assert';
import type { IommuDriver } from '#platform/types';

/** Match tables of the drivers of v7.2, reduced to patterns; the first that fits counts. */
const families: readonly (readonly [RegExp, IommuDriver])[] = [
  [/^arm,smmu-v3$/, 'arm-smmu-v3'],
  [/^(arm,smmu-v[12]|arm,mmu-(400|401|500)|cavium,smmu-v2|nvidia,smmu-500)$/, 'arm-smmu'],
  [/^qcom,(adreno-smmu|.*smmu-v2|.*smmu-500)$/, 'arm-smmu'],
  [/^rockchip,(iommu|rk[0-9]+-iommu)$/, 'rockchip'],
  [/^mediatek,.*(m4u|iommu)/, 'mediatek'],
  [/^samsung,.*sysmmu/, 'exynos'],
  [/^renesas,.*ipmmu/, 'ipmmu-vmsa'],
  [/^(virtio,pci-iommu|pci1af4,1057|virtio,mmio)$/, 'virtio'],
  [/^allwinner,sun.*-iommu$/, 'sun50i'],
  [/^nvidia,tegra(.*-mc|30-smmu|30-ahb|20-mc-gart)$/, 'tegra'],
  [/^ti,.*iommu$/, 'omap'],
  [/^apple,.*dart$/, 'apple-dart'],
  [/^qcom,msm-iommu-v[12]/, 'qcom-iommu'],
  [/^qcom,apq8064-iommu$/, 'msm-iommu'],
  [/^sprd,iommu/, 'sprd'],
  [/^verisilicon,iommu/, 'verisilicon'],
  [/^(riscv,iommu|riscv,pci-iommu|pci1efd,edf1)$/, 'riscv'],
];

/** The family of the driver that would bind, by the first `compatible` which any pattern fits. */
export function iommuDriverOf(compatible: readonly string[]): IommuDriver {
  for (const name of compatible) {
    for (const [pattern, driver] of families) if (pattern.test(name)) return driver;
  }
  return 'unknown';
}

/**
 * How a family's device_group() decides. `instance`: one group per IOMMU. `stream-match`: devices
 * whose stream entries fall together. `id`: devices that use the same first id. `device`: each
 * device its own group.
 */
export type GroupRule = 'instance' | 'stream-match' | 'id' | 'device';

/** The rule of each family, as of v7.2; an unknown family groups by id. */
export function groupRuleOf(driver: IommuDriver): GroupRule {
  switch (driver) {
    case 'arm-smmu':
      return 'stream-match';
    case 'rockchip':
    case 'sun50i':
    case 'omap':
    case 'ipmmu-vmsa':
    case 'sprd':
    case 'verisilicon':
    // ABSTRACTED: a group per region of addresses; which one needs tables of each SoC.
    case 'mediatek':
      return 'instance';
    case 'tegra':
    case 'apple-dart':
    // Of devices of the namespace: acpihid_device_group().
    case 'amd':
    case 'unknown':
      return 'id';
    case 'arm-smmu-v3':
    case 'exynos':
    case 'msm-iommu':
    case 'qcom-iommu':
    case 'virtio':
    case 'riscv':
    case 'intel':
      return 'device';
    default:
      return unreachable(driver);
  }
}

/**
 * What of_xlate() of v7.2 adds to the fwspec for one specifier: one id, in which arm-smmu puts the
 * mask above the stream id, or none where the driver keeps its own book of who is behind it.
 */
export function fwspecIds(driver: IommuDriver, cells: readonly number[]): number[] {
  if (addsNoIds.has(driver)) return [];
  const [id = 0, mask = 0] = cells;
  return [driver === 'arm-smmu' ? (id | (mask << 16)) >>> 0 : id];
}

const addsNoIds: ReadonlySet<IommuDriver> = new Set([
  'amd',
  'apple-dart',
  'exynos',
  'intel',
  'msm-iommu',
  'omap',
  'rockchip',
  'sprd',
]);

/**
 * True where one initcall registers all instances of a machine, one after the other, as those of
 * Intel and AMD: no two of them walk at the same time.
 */
export function registersInTurn(driver: IommuDriver | undefined): boolean {
  return driver === 'intel' || driver === 'amd';
}
