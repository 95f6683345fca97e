// SPDX-License-Identifier: GPL-2.0-only
// A world: the plain data of one closed scene, complete enough that a finding replays from it.

/** Which IOMMU stands before a device, and the ids (stream ids) it uses there. */
export interface WorldSpecifier {
  readonly instance: string;
  readonly ids: readonly number[];
}

interface WorldDriver {
  readonly name: string;
  /** VFIO-like: the driver manages DMA ownership itself. */
  readonly managedDma: boolean;
  /** PROBE_PREFER_ASYNCHRONOUS, or async because the world probes asynchronously. */
  readonly async: boolean;
  /**
   * The DMA mask that its probe sets, in bits: DMA_BIT_MASK(64) is 64. Absent: it sets none, or
   * which one is of no account here.
   */
  readonly dmaMask?: number;
}

/** A device, in bus-list order within its bus. */
export interface WorldDevice {
  /** As in dmesg. */
  readonly name: string;
  readonly bus: 'platform' | 'pci' | 'amba' | 'cdx';
  readonly role: 'iommu' | 'client' | 'bystander';
  /** Empty: not behind an IOMMU. */
  readonly iommus: readonly WorldSpecifier[];
  /** On the bus list before anything runs; otherwise a thread adds it. */
  readonly present: boolean;
  /** Its driver has tried to bind before anything runs, and waits on the deferred list. */
  readonly deferred?: boolean;
  /**
   * An earlier bind has found its first IOMMU, and waited for the next one: on ACPI, and up to
   * v6.10 on a device tree, it has left the fwspec of the first.
   */
  readonly parsed?: boolean;
  readonly driver: WorldDriver | null;
  /** Devices with the same key are put in one group by device_group(). */
  readonly groupKey: string | null;
  readonly dmaRanges: boolean;
  /**
   * Bits of the highest address that its DMA may use: dma-ranges, _DMA or IORT's address limit say
   * it. Absent: firmware sets no limit (with dmaRanges, none that is lower than 64 bits).
   */
  readonly dmaLimit?: number;
  /** Bits of both DMA masks that it is made with; absent: what its bus gives it. */
  readonly madeMask?: number;
  /** What def_domain_type() of its IOMMU driver asks for; absent: nothing. */
  readonly domainType?: 'DMA' | 'IDENTITY';
  /** Its IOMMU driver refuses it (a stream id out of range), which ends a registration. */
  readonly probeError?: boolean;
  /** A PCI function that has ACS: functions of one slot, by groupKey, are apart where it is on. */
  readonly acs?: boolean;
  /** The bridge whose requester id its DMA carries. */
  readonly alias?: string;
  /** device_add() fails: for want of memory, or of a name. */
  readonly addFails?: boolean;
}

export interface WorldInstance {
  readonly name: string;
  /** The device whose driver registers it. */
  readonly device: string;
  /** Driver family: arm-smmu, arm-smmu-v3, exynos, rockchip, mediatek, virtio, ... */
  readonly driver: string;
  /** Already registered and ready before anything runs. */
  readonly registered: boolean;
  /** Its driver's probe fails after iommu_device_register(): it unregisters and is freed. */
  readonly probeFails?: boolean;
  /** Its driver's probe registers the driver of this device first, as arm-smmu-qcom did. */
  readonly registersDriverOf?: string;
}

/** Who runs what. `name` is what ps would show. */
export type WorldThread =
  /** Binds the IOMMU device to its driver, whose probe registers the instance and walks. */
  | { readonly kind: 'iommu-probe'; readonly name: string; readonly instance: string }
  /** Registers the driver of a device: __driver_attach() over the bus. */
  | { readonly kind: 'driver-attach'; readonly name: string; readonly device: string }
  /** Creates a device: device_add() with notifier, then its own attach. */
  | { readonly kind: 'device-add'; readonly name: string; readonly device: string }
  /** Scans a PCI slot: adds its functions, one after the other. */
  | { readonly kind: 'bus-scan'; readonly name: string; readonly devices: readonly string[] }
  /** A test of iommufd asks for a mock device. */
  | { readonly kind: 'mock-add'; readonly name: string; readonly device: string }
  /** late_initcall: enables deferral, triggers, flushes. */
  | { readonly kind: 'late-initcall'; readonly name: string }
  /** Removes a device: device_del(). */
  | { readonly kind: 'device-del'; readonly name: string; readonly device: string }
  /** Unbinds the driver of an IOMMU, whose remove unregisters the instance. */
  | { readonly kind: 'iommu-unbind'; readonly name: string; readonly instance: string }
  /** Brings a CPU online. */
  | { readonly kind: 'cpu-online'; readonly name: string }
  /** The deferral timeout's delayed work. */
  | { readonly kind: 'deferral-timeout'; readonly name: string };
// The deferred-probe worker (a daemon) is part of every world.

export interface WorldSwitches {
  /** driver_async_probe=*: drivers probe on async threads. */
  readonly asyncProbe: boolean;
  /** fw_devlink.strict=1 */
  readonly strictDevlink: boolean;
  /** Deferred probing is enabled from the start (late_initcall is over). */
  readonly deferralEnabled: boolean;
  /** The deferral timeout may expire. */
  readonly deferralTimeout: boolean;
  /** iommu.strict=0: default domains are DMA_FQ, and these IOMMUs have no flush queue. */
  readonly lazyDma?: boolean;
  /** Where the flags of struct device are a C bit-field, they share one word. */
  readonly flagsWord?: boolean;
  /** Stores that publish an instance or a group go through store buffers of this model. */
  readonly storeBuffers?: 'tso' | 'pso';
}

export interface World {
  /** Short and stable: `walk+bind+retry/1 client/bystanders 1+1`. */
  readonly name: string;
  /** Key of the class of client that it stands for; `hand:NAME` when written by hand. */
  readonly classKey: string;
  readonly firmware: 'dt' | 'acpi';
  /** In bus-list order. */
  readonly devices: readonly WorldDevice[];
  readonly instances: readonly WorldInstance[];
  readonly threads: readonly WorldThread[];
  readonly switches: WorldSwitches;
  /** Devices whose verdict this world gives; bystanders are there to be in the way. */
  readonly focus: readonly string[];
}
