// SPDX-License-Identifier: GPL-2.0-only
// Classes of clients: devices that the kernel's path cannot tell apart share one class.
import type { BusName, Creator, IommuDriver, Platform, PlatformDevice } from '#platform/types';

/**
 * Where a client stands on its bus's list relative to the device of one of its IOMMUs;
 * `other-bus` where the IOMMU's device is on another list.
 */
export type Position = 'before' | 'after' | 'other-bus';

/** One of the IOMMUs of a class, in the order the client's specifiers are translated in. */
export interface ClassIommu {
  readonly driver: IommuDriver;
  /** Index among the distinct instances of the client: 0, then 1 for a second one, ... */
  readonly instance: number;
  readonly position: Position;
}

/** A class of clients, with all devices of the board that belong to it. */
export interface ClientClass {
  /**
   * Stable and readable: `dt/platform/populate/arm-smmu@0.after+arm-smmu@1.before/shared`.
   * Two boards' classes with one key are the same class.
   */
  readonly key: string;
  readonly firmware: 'dt' | 'acpi';
  readonly bus: BusName;
  /** Specifiers in order; neighbours for the same instance count once, however many ids. */
  readonly iommus: readonly ClassIommu[];
  readonly createdBy: Creator;
  /** True where another device lands in the same group. */
  readonly sharesGroup: boolean;
  /** A non-empty dma-ranges applies. */
  readonly dmaRanges: boolean;
  /** Position relative to each distinct instance, by index of the instance. */
  readonly position: readonly Position[];
  /** Names, in order of creation. */
  readonly devices: readonly string[];
  /** The first of the devices. */
  readonly representative: string;
}

/** The clients of a board: devices which end up behind an IOMMU, in order of creation. */
export function clientsOf(platform: Platform): PlatformDevice[] {
  return platform.devices.filter((device) => device.iommus.length > 0);
}

/** Put a board's clients into classes, in the order of their first devices. */
export function classesOf(platform: Platform): ClientClass[] {
  const places = new Map<string, { readonly bus: BusName; readonly index: number }>();
  const groupSizes = new Map<string, number>();
  platform.devices.forEach((device, index) => {
    places.set(device.name, { bus: device.bus, index });
    const group = device.groupKey;
    if (group !== null) groupSizes.set(group, (groupSizes.get(group) ?? 0) + 1);
  });
  const drivers = new Map(platform.iommus.map((iommu) => [iommu.name, iommu.driver]));

  const positionOf = (client: PlatformDevice, iommu: string): Position => {
    const own = places.get(client.name);
    const other = places.get(iommu);
    if (!own || !other || own.bus !== other.bus) return 'other-bus';
    return own.index < other.index ? 'before' : 'after';
  };

  const classes = new Map<string, ClientClass & { devices: string[] }>();
  for (const device of clientsOf(platform)) {
    const instances: string[] = [];
    const iommus: ClassIommu[] = [];
    let last: string | undefined;
    for (const { iommu } of device.iommus) {
      if (iommu === last) continue;
      last = iommu;
      if (!instances.includes(iommu)) instances.push(iommu);
      const driver = drivers.get(iommu) ?? 'unknown';
      const instance = instances.indexOf(iommu);
      iommus.push({ driver, instance, position: positionOf(device, iommu) });
    }
    const traits = {
      firmware: platform.firmware,
      bus: device.bus,
      iommus,
      createdBy: device.createdBy,
      sharesGroup: (groupSizes.get(device.groupKey ?? '') ?? 0) > 1,
      dmaRanges: device.dmaRanges,
    };
    const key = keyOf(traits);
    const known = classes.get(key);
    if (known) {
      known.devices.push(device.name);
      continue;
    }
    const position = instances.map((iommu) => positionOf(device, iommu));
    const devices = [device.name];
    classes.set(key, { key, ...traits, position, devices, representative: device.name });
  }
  return [...classes.values()];
}

type Traits = Pick<
  ClientClass,
  'firmware' | 'bus' | 'iommus' | 'createdBy' | 'sharesGroup' | 'dmaRanges'
>;

function keyOf(traits: Traits): string {
  const iommus = traits.iommus.map((i) => `${i.driver}@${i.instance}.${i.position}`).join('+');
  const parts = [traits.firmware, traits.bus, traits.createdBy, iommus];
  if (traits.sharesGroup) parts.push('shared');
  if (traits.dmaRanges) parts.push('dma-ranges');
  return parts.join('/');
}
