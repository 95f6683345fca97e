// SPDX-License-Identifier: GPL-2.0-only
// Classes of clients: devices whose worlds are the same but for names share one class.
//
// The key says all that worlds are made of. Its first part is the kind of client: firmware, bus,
// creator, IOMMUs in order. The rest says who stands with it, in the order of the bus lists:
//
//   dt/platform/populate/arm-smmu@0.before/shared/list=mate,client,peer,iommu/second=other:rockchip
//
// A mate is in the client's group, a peer in another one. The list of a client that stands alone
// with one IOMMU says nothing that the kind does not say, and is left out.
import { type Cast, instancesOf, runsOf, Stage, type Surroundings } from '#platform/casts';
import { fwspecIds } from '#platform/iommu-driver';
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
  /** Stable and readable; classes with one key have the same worlds, on whichever board. */
  readonly key: string;
  /** The beginning of the key: what the client is, whoever stands with it. */
  readonly kind: string;
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
  /** Who stands with the representative; with all others it is the same but for names. */
  readonly surroundings: Surroundings;
}

/** The clients of a board: devices which end up behind an IOMMU, in order of creation. */
export function clientsOf(platform: Platform): PlatformDevice[] {
  return platform.devices.filter((device) => device.iommus.length > 0);
}

/**
 * Put a board's clients into classes, in the order of their first devices. @prefer: devices that
 * represent their class where it has others.
 */
export function classesOf(platform: Platform, prefer: readonly string[] = []): ClientClass[] {
  const sorter = new Sorter(platform);
  const kinds = new Map<string, Set<string>>();
  const traits = clientsOf(platform).map((client) => {
    const own = sorter.traitsOf(client);
    const kind = kindOf(own);
    kinds.set(kind, (kinds.get(kind) ?? new Set<string>()).add(client.name));
    return { client, own, kind };
  });
  const classes = new Map<string, ClientClass & { devices: string[] }>();
  for (const { client, own, kind } of traits) {
    const surroundings = sorter.stage.surroundings(client, kinds.get(kind) ?? new Set());
    const key = [kind, ...sorter.layouts(client, surroundings)].join('/');
    const known = classes.get(key);
    const devices = known?.devices ?? [];
    devices.push(client.name);
    if (known && !(prefer.includes(client.name) && !prefer.includes(known.representative))) {
      continue;
    }
    const position = instancesOf(client).map((iommu) => sorter.positionOf(client, iommu));
    const representative = client.name;
    classes.set(key, { key, kind, ...own, position, devices, representative, surroundings });
  }
  return [...classes.values()];
}

/** The kind of client that the class of @key is of; a key of another sort is its own kind. */
export function kindOfKey(key: string): string {
  return key.replace(/\/(list|second)=.*/, '');
}

type Traits = Pick<
  ClientClass,
  'firmware' | 'bus' | 'iommus' | 'createdBy' | 'sharesGroup' | 'dmaRanges'
>;

/** The key of the kind: what the client is, whoever stands with it. */
function kindOf(traits: Traits): string {
  const iommus = traits.iommus.map((i) => `${i.driver}@${i.instance}.${i.position}`).join('+');
  const parts = [traits.firmware, traits.bus, traits.createdBy, iommus];
  if (traits.sharesGroup) parts.push('shared');
  if (traits.dmaRanges) parts.push('dma-ranges');
  return parts.join('/');
}

/** Sorts the clients of one board. */
class Sorter {
  readonly stage: Stage;
  private readonly platform: Platform;
  private readonly byName: ReadonlyMap<string, PlatformDevice>;
  private readonly places = new Map<string, { readonly bus: BusName; readonly index: number }>();
  private readonly groupSizes = new Map<string, number>();
  private readonly drivers: ReadonlyMap<string, IommuDriver>;

  constructor(platform: Platform) {
    this.platform = platform;
    this.stage = new Stage(platform);
    this.byName = new Map(platform.devices.map((d) => [d.name, d]));
    this.drivers = new Map(platform.iommus.map((iommu) => [iommu.name, iommu.driver]));
    platform.devices.forEach((device, index) => {
      this.places.set(device.name, { bus: device.bus, index });
      const group = device.groupKey;
      if (group !== null) this.groupSizes.set(group, (this.groupSizes.get(group) ?? 0) + 1);
    });
  }

  positionOf(client: PlatformDevice, iommu: string): Position {
    const own = this.places.get(client.name);
    const other = this.places.get(iommu);
    if (!own || !other || own.bus !== other.bus) return 'other-bus';
    return own.index < other.index ? 'before' : 'after';
  }

  traitsOf(client: PlatformDevice): Traits {
    const instances = instancesOf(client);
    const iommus = runsOf(client).map(({ iommu }) => ({
      driver: this.driverOf(iommu),
      instance: instances.indexOf(iommu),
      position: this.positionOf(client, iommu),
    }));
    return {
      firmware: this.platform.firmware,
      bus: client.bus,
      iommus,
      createdBy: client.createdBy,
      sharesGroup: (this.groupSizes.get(client.groupKey ?? '') ?? 0) > 1,
      dmaRanges: client.dmaRanges,
    };
  }

  /** What the kind does not say of the worlds: a list for each cast, one for a second walk. */
  layouts(client: PlatformDevice, { casts, second }: Surroundings): string[] {
    const lists = casts.map((cast) => this.layoutOf(cast, instancesOf(client)));
    const parts = lists.filter((l) => !plainLists.includes(l)).map((l) => `list=${l}`);
    const own = instancesOf(client);
    if (second === null || own.includes(second.instance)) return parts;
    return [...parts, `second=${this.layoutOf(second.beside, [own[0] ?? '', second.instance])}`];
  }

  /** The devices of a world in the order of their bus lists; a semicolon between two buses. */
  private layoutOf({ client, before, after }: Cast, instances: readonly string[]): string {
    const own = instancesOf(client);
    const groups: (string | null)[] = [client.groupKey];
    const iommus = instances.map((name) => this.byName.get(name)).filter((d) => d !== undefined);
    const cast = [before, client, after].filter((d) => d !== null);
    const list = this.stage.inBusOrder(
      [...cast, ...iommus],
      (d) => d.bus,
      (d) => d.name,
    );
    let bus = list[0]?.bus;
    return list
      .map((d) => {
        const separator = d.bus === bus ? ',' : ';';
        bus = d.bus;
        if (iommus.includes(d)) return `${separator}${this.iommuText(d, own)}`;
        if (!groups.includes(d.groupKey)) groups.push(d.groupKey);
        const role = d === client ? 'client' : (roles[groups.indexOf(d.groupKey)] ?? 'peer');
        const ranges = d !== client && d.dmaRanges ? '+ranges' : '';
        return `${separator}${role}${this.usesText(d, own)}${ranges}`;
      })
      .join('')
      .slice(1);
  }

  /** The IOMMUs a device uses where the client has several, and where it has no id or more. */
  private usesText(d: PlatformDevice, own: readonly string[]): string {
    return runsOf(d)
      .map(({ iommu, ids }) => {
        const count = ids.flatMap((cells) => fwspecIds(this.driverOf(iommu), cells)).length;
        const at = own.length > 1 ? `@${own.indexOf(iommu)}` : '';
        return `${at}${count === 0 ? '+no-id' : count > 1 ? '+ids' : ''}`;
      })
      .join('');
  }

  private driverOf(iommu: string): IommuDriver {
    return this.drivers.get(iommu) ?? 'unknown';
  }

  private iommuText(d: PlatformDevice, own: readonly string[]): string {
    const index = own.indexOf(d.name);
    const driver = this.driverOf(d.name);
    const same = driver === this.driverOf(own[0] ?? '');
    const name = index < 0 ? `other${same ? '' : `:${driver}`}` : `iommu${index > 0 ? index : ''}`;
    return d.dmaRanges ? `${name}+ranges` : name;
  }
}

/** By the number of the group in order of appearance; the client's is 0. */
const roles = ['mate', 'peer', 'peer2'];

const plainLists = ['client,iommu', 'iommu,client', 'iommu;client', 'client;iommu'];
