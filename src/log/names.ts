// SPDX-License-Identifier: GPL-2.0-only
// Names of devices and of buses as dev_printk() writes them.

/** What dev_driver_string() says of a device without a driver: its bus, or its class. */
const BUSES: ReadonlySet<string> = new Set([
  'platform',
  'pci',
  'amba',
  'fsl-mc',
  'cdx',
  'host1x-context',
  'host1x',
  'usb',
  'i2c',
  'spi',
  'virtio',
  'acpi',
  'auxiliary',
  'vmbus',
  'scsi',
  'mdio_bus',
  'tegra-context-isolation',
]);

/** True where @prefix is what stands before a device that has no driver. */
export function isBusName(prefix: string): boolean {
  return BUSES.has(prefix);
}

const PCI = /^[0-9a-f]{4,5}:[0-9a-f]{2}:[0-9a-f]{2}\.[0-7]$/;
const ADDRESS = /^[0-9a-f]{2,16}\.[A-Za-z][^\s]*$/;
const AUTO = /^[\w-]+\.\d+\.auto$/;
const ACPI = /^[A-Z][A-Z0-9]{2,3}[0-9A-F]{4}:[0-9a-f]{2}$/;
const UNDER = /^[\w-]+(?::[\w@.-]+)+$/;

/** True where @name can be that of a PCI function. */
export function isPciName(name: string): boolean {
  return PCI.test(name);
}

/** True where @name looks like that of a device on a bus that IOMMUs walk. */
export function looksLikeDevice(name: string): boolean {
  return PCI.test(name) || ADDRESS.test(name) || AUTO.test(name) || ACPI.test(name);
}

/** As looksLikeDevice(), or the name of a node that has no address. */
export function mayBeDevice(name: string): boolean {
  return looksLikeDevice(name) || UNDER.test(name);
}

/** Where a PCI function stands: segment, bus, device, function as one number; null for others. */
export function pciPlace(name: string): number | null {
  if (!PCI.test(name)) return null;
  const [segment = '', bus = '', slot = ''] = name.split(':');
  const [device = '', fn = ''] = slot.split('.');
  const hex = (text: string): number => Number.parseInt(text, 16);
  return ((hex(segment) * 256 + hex(bus)) * 32 + hex(device)) * 8 + hex(fn);
}

const IOMMU_DRIVERS: ReadonlySet<string> = new Set([
  ...['arm-smmu', 'arm-smmu-v3', 'tegra241-cmdqv', 'qcom-iommu', 'qcom-iommu-ctx', 'msm_iommu'],
  ...['rk_iommu', 'mtk-iommu', 'mtk-iommu-v1', 'ipmmu-vmsa', 'apple-dart', 'exynos-sysmmu'],
  ...['omap-iommu', 'virtio_iommu', 'sun50i-iommu', 'sprd-iommu', 'tegra-smmu', 'riscv-iommu'],
  ...['riscv,iommu', 'riscv-iommu-pci', 'riscv-iommu-platform', 'riscv_iommu_pci', 'fsl-of-pamu'],
  ...['vsi_iommu', 'vsi-iommu', 'qcom_tbu', 'tegra-mc'],
]);

/** True where @driver, as dev_driver_string() has it, is one of IOMMUs. */
export function isIommuDriver(driver: string): boolean {
  return IOMMU_DRIVERS.has(driver);
}

/** True where @name, of a device or a node, is one that IOMMUs have; their counters are none. */
export function isIommuName(name: string): boolean {
  return !/pmcg|pmu\b/i.test(name) && /iommu|smmu|dart\b|ipmmu|\bmmu\b/i.test(name);
}
