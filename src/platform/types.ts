// SPDX-License-Identifier: GPL-2.0-only
// What a board is, for our purpose: devices, IOMMUs, buses, and who is behind whom. Plain data.

/** A bus of the driver model that IOMMU registrations walk, by the name dmesg uses for it. */
export type BusName = 'platform' | 'pci' | 'amba' | 'fsl-mc' | 'host1x-context';

/**
 * Who creates a device. `populate`: of_platform_default_populate() at arch_initcall_sync, before
 * drivers register. `parent-driver`: the driver of the parent, once it has bound. `bus-scan`: the
 * scan of a bus (PCI, fsl-mc) once its host has bound.
 */
export type Creator = 'populate' | 'parent-driver' | 'bus-scan';

/** Family of an IOMMU driver, guessed from `compatible`; on ACPI the table says it. */
export type IommuDriver =
  | 'arm-smmu'
  | 'arm-smmu-v3'
  | 'rockchip'
  | 'mediatek'
  | 'exynos'
  | 'ipmmu-vmsa'
  | 'virtio'
  | 'sun50i'
  | 'tegra'
  | 'omap'
  | 'apple-dart'
  | 'msm-iommu'
  | 'qcom-iommu'
  | 'sprd'
  | 'verisilicon'
  | 'riscv'
  | 'intel'
  | 'amd'
  | 'unknown';

/** One IOMMU instance: a node with `#iommu-cells`, or one that an ACPI table names. */
export interface Iommu {
  /** Name as in dmesg, the same as that of its device: `15000000.iommu`. */
  readonly name: string;
  /** Path of its node; on ACPI the table and the offset or address there. */
  readonly path: string;
  readonly driver: IommuDriver;
  /** All `compatible` strings, most specific first. */
  readonly compatible: readonly string[];
  /** `#iommu-cells`; 0 on ACPI. */
  readonly cells: number;
  /** Own `status`; the kernel asks no more when a client refers to it. */
  readonly available: boolean;
  /** False where a parent is unavailable: such an instance never registers. */
  readonly reachable: boolean;
  /** Its driver comes to iommu_device_register(): it is reachable, and no instance set apart. */
  readonly registers: boolean;
  /** Why it does not register although it is reachable; else null. */
  readonly because: string | null;
  /** Names of the devices behind it, in order of creation. */
  readonly clients: readonly string[];
}

/** One device's use of one IOMMU: one specifier of `iommus`, or the result of `iommu-map`. */
export interface IommuUse {
  /** Name of the Iommu. */
  readonly iommu: string;
  /** The specifier's cells, or the translated id; empty where `#iommu-cells` is 0. */
  readonly ids: readonly number[];
}

/** Why a device that refers to an IOMMU runs without one, or fails to be set up. */
export interface IommuProblem {
  /** What of_iommu_configure() returns for it; EPROBE_DEFER: until deferral times out. */
  readonly errno: 'ENODEV' | 'EINVAL' | 'EFAULT' | 'EPROBE_DEFER';
  /** One sentence. */
  readonly because: string;
}

/** A device, by the kernel's rules. */
export interface PlatformDevice {
  /** As in dmesg: `3d00000.gpu`, `0000:01:00.0`. */
  readonly name: string;
  /** Path of its node; of the host bridge for devices found by a scan. */
  readonly path: string;
  readonly bus: BusName;
  readonly createdBy: Creator;
  /** Name of the device whose driver or scan creates it; null where populated at boot. */
  readonly parent: string | null;
  readonly compatible: readonly string[];
  /** IOMMUs it is behind, one entry per specifier, in the order they are translated in. */
  readonly iommus: readonly IommuUse[];
  /** Set where it refers to IOMMUs and gets none, or not all. */
  readonly problem: IommuProblem | null;
  /** True where it refers to an IOMMU at all, usable or not. */
  readonly refersToIommu: boolean;
  /** Devices with the same key get the same group; null where it is behind no IOMMU. */
  readonly groupKey: string | null;
  /** A non-empty dma-ranges applies to it, so dma_configure sets dev->dma_range_map. */
  readonly dmaRanges: boolean;
  readonly dmaCoherent: boolean;
  /** A reserved-memory region with `iommu-addresses` is meant for it. */
  readonly iommuAddresses: boolean;
  /** Requester id; set only for representatives on PCI, fsl-mc and host1x. */
  readonly requesterId: number | null;
}

/** A host bridge or the like, whose `iommu-map` speaks for devices that are not in the tree. */
export interface MapHost {
  /** Name of its device. */
  readonly name: string;
  readonly path: string;
  readonly bus: BusName;
  readonly hasMap: boolean;
  /** The boot loader is to fill in the map: which devices are behind an IOMMU is not known. */
  readonly unfilled: boolean;
  /** `iommu-map-mask`; 0xffffffff where it is absent. */
  readonly mask: number;
  /** Names of the representative devices made for it. */
  readonly endpoints: readonly string[];
}

/** Nodes that stay out of the picture because they or a parent are unavailable. */
export interface UnavailableCounts {
  readonly iommus: number;
  /** Nodes with `iommus`. */
  readonly clients: number;
  /** Nodes with `iommu-map`. */
  readonly maps: number;
}

/** A board, complete and JSON-able. */
export interface Platform {
  readonly format: 'racewindow/platform@1';
  readonly firmware: 'dt' | 'acpi';
  /** `model` of the root node; empty where it has none. On ACPI who made the tables. */
  readonly model: string;
  readonly compatible: readonly string[];
  /** In order of creation: those of boot in walk order, then those that drivers and scans add. */
  readonly devices: readonly PlatformDevice[];
  readonly iommus: readonly Iommu[];
  readonly hosts: readonly MapHost[];
  readonly unavailable: UnavailableCounts;
  /** Nodes of the tree, or ACPI tables. */
  readonly nodeCount: number;
  /** Oddities that change nothing in the result, one sentence each. */
  readonly notes: readonly string[];
}
