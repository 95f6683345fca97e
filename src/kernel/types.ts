// SPDX-License-Identifier: GPL-2.0-only
// The structures of the model: which fields of the kernel's structures it keeps.
import type { Errno } from '#env/errno';
import type { By } from '#env/events';
import { Klist } from '#env/klist';
import { NotifierHead } from '#env/notifier';
import { defineStruct, Handle, type Kfn } from '#env/op';
import type { Kernel } from './kernel.ts';

/** Which of the three callers of the per-device probe acts; an annotation for events. */
export type ProbeBy = By;

export type BusTypeName = 'platform' | 'pci' | 'amba' | 'cdx';
type Firmware = 'dt' | 'acpi';

/** IOMMU_DOMAIN_*: names in place of bit masks. 0 asks for the global default. */
export type DomainType = 0 | 'DMA' | 'DMA_FQ' | 'IDENTITY' | 'BLOCKED';

// --- drivers/base -----------------------------------------------------------------------------

/** struct device_driver: constants, and what its probe body does. */
export class Driver extends Handle {
  readonly managed_dma: boolean;
  readonly async: boolean;
  /** Bits of the DMA mask that its probe sets; null: it sets none. */
  readonly dma_mask: number | null;
  /** The instance its probe registers; null for the driver of a client. */
  readonly registers: string | null;
  /** Names of the devices it matches. */
  readonly matches: readonly string[];
  constructor(
    name: string,
    matches: readonly string[],
    options: {
      managed_dma: boolean;
      async: boolean;
      dma_mask: number | null;
      registers: string | null;
    },
  ) {
    super('device_driver', name);
    this.matches = matches;
    this.managed_dma = options.managed_dma;
    this.async = options.async;
    this.dma_mask = options.dma_mask;
    this.registers = options.registers;
  }
}

interface BusFields {
  /** bus->iommu_ops, up to v6.7 */
  iommu_ops: IommuOps | null;
  /** The IOMMU notifier is on the chain; only read where it is not there from boot. */
  iommu_notifier: boolean;
}

/** struct bus_type with its subsys_private. */
export class Bus extends Handle<BusFields> {
  readonly bus: BusTypeName;
  readonly klist_devices: Klist<Device>;
  readonly klist_drivers: Klist<Driver>;
  readonly bus_notifier: NotifierHead;
  constructor(bus: BusTypeName) {
    super('bus_type', bus);
    this.bus = bus;
    this.klist_devices = new Klist(`${bus}.klist_devices`);
    this.klist_drivers = new Klist(`${bus}.klist_drivers`);
    this.bus_notifier = new NotifierHead(`${bus}.bus_notifier`);
  }
}

/** The words that hold a DMA mask; of *dev->dma_mask that of its bus. */
export type MaskWord = 'dma_mask' | 'coherent_dma_mask';

export interface DeviceFields {
  driver: Driver | null;
  /** dev->p->async_driver */
  async_driver: Driver | null;
  /** dev->p->dead */
  dead: boolean;
  /** dev->p->deferred_probe is linked into a list. */
  deferred_probe: boolean;
  /** Deferred probing has been triggered since the probe of the device began. */
  triggered: boolean;
  ready_to_probe: boolean;
  can_match: boolean;
  /** knode_driver is attached: device_is_bound(). */
  bound: boolean;
  iommu: DevIommu | null;
  iommu_group: IommuGroup | null;
  dma_iommu: boolean;
  /** can_match and dma_iommu as bits of one word, where a scene has them so. */
  flags: number;
  dma_range_map: DmaRangeMap | null;
  /** Bits of *dev->dma_mask where that is a word of its own, and of dev->coherent_dma_mask. */
  dma_mask: number;
  coherent_dma_mask: number;
  /** The ACS control register of a PCI function. */
  acs_enabled: boolean;
  /** dev->links.status */
  links_status: 'no_driver' | 'probing' | 'bound' | 'unbinding';
  /** Managed links to suppliers and to consumers. */
  suppliers: readonly DeviceLink[];
  consumers: readonly DeviceLink[];
}

/** What firmware says about a device's IOMMUs: one entry of `iommus` or of `iommu-map`. */
export interface Specifier {
  /** Names the fwnode of an instance. */
  readonly fwnode: string;
  readonly ids: readonly number[];
}

/** The constants of a struct device. */
interface DeviceConstants {
  readonly bus: Bus;
  readonly firmware: Firmware;
  readonly role: 'iommu' | 'client' | 'bystander';
  readonly specifiers: readonly Specifier[];
  readonly groupKey: string | null;
  readonly dmaRanges: boolean;
  /** Bits of the highest address that firmware lets its DMA use; null: it does not say. */
  readonly dmaLimit: number | null;
  /** Its driver sets a DMA mask, so that its masks are modelled: of/device.ts. */
  readonly hasMasks: boolean;
  /** def_domain_type() of its IOMMU driver; 0: no wish. */
  readonly domainType: DomainType;
  /** Its IOMMU driver refuses it with -EINVAL, as for a stream id out of range. */
  readonly probeError: boolean;
  /** A PCI function with the ACS capability. */
  readonly acs: boolean;
  /** The bridge whose requester id its DMA carries; null: its own. */
  readonly alias: string | null;
  /** device_add() fails. */
  readonly addFails: boolean;
}

/** struct device: constants are readable, everything else goes through load() and store(). */
export class Device extends Handle<DeviceFields> {
  readonly bus: Bus;
  readonly firmware: Firmware;
  readonly role: 'iommu' | 'client' | 'bystander';
  readonly specifiers: readonly Specifier[];
  readonly groupKey: string | null;
  readonly dmaRanges: boolean;
  readonly dmaLimit: number | null;
  readonly hasMasks: boolean;
  readonly domainType: DomainType;
  readonly probeError: boolean;
  readonly acs: boolean;
  readonly alias: string | null;
  readonly addFails: boolean;
  constructor(name: string, constants: DeviceConstants) {
    super('device', name);
    this.bus = constants.bus;
    this.firmware = constants.firmware;
    this.role = constants.role;
    this.specifiers = constants.specifiers;
    this.groupKey = constants.groupKey;
    this.dmaRanges = constants.dmaRanges;
    this.dmaLimit = constants.dmaLimit;
    this.hasMasks = constants.hasMasks;
    this.domainType = constants.domainType;
    this.probeError = constants.probeError;
    this.acs = constants.acs;
    this.alias = constants.alias;
    this.addFails = constants.addFails;
  }
  /** What dev->dma_mask points to: a word of pci_dev or platform_device; on AMBA the other one. */
  get dmaMaskWord(): MaskWord {
    return this.bus.bus === 'amba' ? 'coherent_dma_mask' : 'dma_mask';
  }
}

/** enum device_link_state */
export type LinkStatus = 'dormant' | 'available' | 'consumer_probe' | 'active' | 'supplier_unbind';

interface DeviceLinkFields {
  consumer: Device;
  supplier: Device;
  status: LinkStatus;
  /** DL_FLAG_INFERRED: made by fw_devlink. */
  inferred: boolean;
}
export type DeviceLink = Handle<DeviceLinkFields>;
export const device_link = defineStruct<DeviceLinkFields>('device_link', {
  status: 'dormant',
  inferred: false,
});

interface DmaRangeMapFields {
  offset: number;
}
export type DmaRangeMap = Handle<DmaRangeMapFields>;
export const bus_dma_region = defineStruct<DmaRangeMapFields>('bus_dma_region', { offset: 0 });

// --- drivers/iommu ----------------------------------------------------------------------------

/** struct iommu_ops of one driver family. */
export class IommuOps extends Handle {
  readonly of_xlate: (k: Kernel, dev: Device, spec: Specifier) => Kfn<Errno>;
  /** The instance the device is behind, or a negated error number. */
  readonly probe_device: (k: Kernel, dev: Device) => Kfn<IommuDevice | Errno>;
  readonly device_group: (k: Kernel, dev: Device) => Kfn<IommuGroup | Errno>;
  readonly probe_finalize: ((k: Kernel, dev: Device) => Kfn<void>) | null;
  constructor(
    family: string,
    ops: {
      of_xlate: IommuOps['of_xlate'];
      probe_device: IommuOps['probe_device'];
      device_group: IommuOps['device_group'];
      probe_finalize?: IommuOps['probe_finalize'];
    },
  ) {
    super('iommu_ops', `${family}_ops`);
    this.of_xlate = ops.of_xlate;
    this.probe_device = ops.probe_device;
    this.device_group = ops.device_group;
    this.probe_finalize = ops.probe_finalize ?? null;
  }
}

interface IommuDeviceFields {
  ops: IommuOps | null;
  fwnode: string | null;
  ready: boolean;
  /** The driver has set up its own tables for this instance. */
  driver_state: boolean;
  singleton_group: IommuGroup | null;
  /** m4u_group of mtk_iommu.c, which has no reference. */
  m4u_group: IommuGroup | null;
}

/** struct iommu_device: one instance. `node` is what firmware calls it. */
export class IommuDevice extends Handle<IommuDeviceFields> {
  readonly node: string;
  readonly hwdev: Device;
  readonly family: string;
  /** The driver's probe fails after it has registered the instance. */
  readonly probe_fails: boolean;
  constructor(name: string, hwdev: Device, family: string, probe_fails: boolean) {
    super('iommu_device', `${name}.iommu_device`);
    this.node = name;
    this.hwdev = hwdev;
    this.family = family;
    this.probe_fails = probe_fails;
  }
}

interface DevIommuFields {
  fwspec: IommuFwspec | null;
  iommu_dev: IommuDevice | null;
}
export type DevIommu = Handle<DevIommuFields>;
export const dev_iommu = defineStruct<DevIommuFields>('dev_iommu');

interface IommuFwspecFields {
  iommu_fwnode: string | null;
  /** Up to v6.10: the ops, null while the instance is waited for. */
  ops: IommuOps | null;
  ids: readonly number[];
}
export type IommuFwspec = Handle<IommuFwspecFields>;
export const iommu_fwspec = defineStruct<IommuFwspecFields>('iommu_fwspec', { ids: [] });

interface IommuGroupFields {
  id: number;
  devices: readonly GroupDevice[];
  default_domain: IommuDomain | null;
  domain: IommuDomain | null;
  blocking_domain: IommuDomain | null;
  /** The list that group->entry is linked into; null when it is empty. */
  entry: GroupList | null;
  owner: string | null;
  owner_cnt: number;
  /** References to devices_kobj. */
  refs: number;
}
/** struct iommu_group; the Handle itself stands for group->mutex when locked. */
export type IommuGroup = Handle<IommuGroupFields>;
export const iommu_group = defineStruct<IommuGroupFields>('iommu_group', {
  devices: [],
  owner_cnt: 0,
  refs: 1,
});

interface GroupDeviceFields {
  dev: Device;
}
export type GroupDevice = Handle<GroupDeviceFields>;
export const group_device = defineStruct<GroupDeviceFields>('group_device');

/** The list head on the stack of bus_iommu_probe(): it dies when that function returns. */
interface GroupListFields {
  groups: readonly IommuGroup[];
}
export type GroupList = Handle<GroupListFields>;
export const group_list = defineStruct<GroupListFields>('list_head', { groups: [] });

interface IommuDomainFields {
  type: DomainType;
  /** iovad->start_pfn is set: the IOVA allocator has been initialised. */
  iova_ready: boolean;
}
export type IommuDomain = Handle<IommuDomainFields>;
export const iommu_domain = defineStruct<IommuDomainFields>('iommu_domain', {
  type: 0,
  iova_ready: false,
});
