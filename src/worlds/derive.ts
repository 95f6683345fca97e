// SPDX-License-Identifier: GPL-2.0-only
// The worlds that stand for a board: a few small scenes per class of client.
//
// One class, say of clients behind one SMMU that the board populates at boot, gives
//
//   walk+bind+retry        the SMMU's driver walks the bus while the client's driver attaches
//   walk+walk+retry        two instances walk the same bus while the client, whose driver had to
//                          wait for them, is tried again
//
// and a class whose devices a parent driver or a bus scan creates gives in addition
//
//   walk+add+retry         the device is added while the walk runs
//
// Bystanders are devices of the board that stand before and after the client on its bus, behind
// the same IOMMU; they have no driver, so they add little to the number of states.

import { must } from '#base/assert';
import { type ClientClass, classesOf, type Platform, type PlatformDevice } from '#platform/index';
import type {
  World,
  WorldDevice,
  WorldInstance,
  WorldSpecifier,
  WorldSwitches,
  WorldThread,
} from './world.ts';

/** Axes that are chosen for a whole check. */
export interface WorldAxes {
  readonly asyncProbe: boolean;
  readonly strictDevlink: boolean;
  /** Devices to take as clients where their class has a choice. */
  readonly prefer?: readonly string[];
}

/** A world and what it stands for. */
export interface DerivedWorld {
  readonly world: World;
  readonly classKey: string;
  /** All devices of the board in that class. */
  readonly devices: readonly string[];
}

/** All worlds of a board, in the order of its classes. */
export function worldsForPlatform(platform: Platform, axes: WorldAxes): DerivedWorld[] {
  const board = new Board(platform, axes);
  return classesOf(platform).flatMap((c) =>
    board.scenes(c).map((world) => ({ world, classKey: c.key, devices: c.devices })),
  );
}

/** Where the client stands among its likes. */
interface Cast {
  readonly client: PlatformDevice;
  readonly before: readonly PlatformDevice[];
  readonly after: readonly PlatformDevice[];
}

class Board {
  private readonly platform: Platform;
  private readonly axes: WorldAxes;
  private readonly place: ReadonlyMap<string, number>;
  private readonly byName: ReadonlyMap<string, PlatformDevice>;

  constructor(platform: Platform, axes: WorldAxes) {
    this.platform = platform;
    this.axes = axes;
    this.place = new Map(platform.devices.map((d, i) => [d.name, i]));
    this.byName = new Map(platform.devices.map((d) => [d.name, d]));
  }

  scenes(c: ClientClass): World[] {
    const worlds: World[] = [];
    for (const cast of this.casts(c)) {
      const own = instancesOf(cast.client);
      // With several IOMMUs the last one to come is the one that is waited for.
      worlds.push(this.bind(c, cast, own.slice(0, -1)));
      if (c.createdBy !== 'populate') worlds.push(this.add(c, cast, own.slice(0, -1)));
    }
    const first = c.devices.find((name) => this.axes.prefer?.includes(name)) ?? c.representative;
    const alone = { client: this.device(first), before: [], after: [] };
    const second = this.secondInstance(alone.client);
    if (second !== undefined) worlds.push(this.twoWalks(c, alone, second));
    return worlds;
  }

  /** A client with bystanders on both sides if the class has one, else one for each side. */
  private casts(c: ClientClass): Cast[] {
    const { prefer = [] } = this.axes;
    const preferred = c.devices.filter((name) => prefer.includes(name));
    const all = (preferred.length > 0 ? preferred : c.devices).map((name) => {
      const client = this.device(name);
      return {
        client,
        before: this.beside(client, c.devices, -1),
        after: this.beside(client, c.devices, 1),
      };
    });
    const both = all.find((x) => x.before.length > 0 && x.after.length > 0);
    if (both) return [both];
    const sides = [all.find((x) => x.after.length > 0), all.find((x) => x.before.length > 0)];
    const found = sides.filter((x): x is Cast => x !== undefined);
    return found.length > 0 ? found : [must(all[0], `class ${c.key} has no device`)];
  }

  /** The nearest device on one side that is behind the same IOMMUs; one of the class if any. */
  private beside(
    client: PlatformDevice,
    likes: readonly string[],
    side: 1 | -1,
  ): readonly PlatformDevice[] {
    const own = instancesOf(client);
    const distance = (d: PlatformDevice): number => (this.at(d) - this.at(client)) * side;
    const there = this.platform.devices
      .filter((d) => d.bus === client.bus && distance(d) > 0 && d.iommus.length > 0)
      .filter((d) => instancesOf(d).every((name) => own.includes(name)))
      .sort((a, b) => distance(a) - distance(b));
    const chosen = there.find((d) => likes.includes(d.name)) ?? there[0];
    return chosen ? [chosen] : [];
  }

  /** Another IOMMU of the client, else another one of the board that the kernel would register. */
  private secondInstance(client: PlatformDevice): string | undefined {
    const own = instancesOf(client);
    if (own[1] !== undefined) return own[1];
    const driver = this.platform.iommus.find((i) => i.name === own[0])?.driver;
    const others = this.platform.iommus.filter(
      (i) => i.available && i.reachable && !own.includes(i.name),
    );
    return (others.find((i) => i.driver === driver) ?? others[0])?.name;
  }

  private bind(c: ClientClass, cast: Cast, registered: readonly string[]): World {
    const { client } = cast;
    const threads: WorldThread[] = [
      ...this.walks(instancesOf(client).filter((name) => !registered.includes(name))),
      { kind: 'driver-attach', name: 'modprobe', device: client.name },
    ];
    return this.world('walk+bind+retry', c, cast, instancesOf(client), registered, threads, true);
  }

  private add(c: ClientClass, cast: Cast, registered: readonly string[]): World {
    const { client } = cast;
    const threads: WorldThread[] = [
      ...this.walks(instancesOf(client).filter((name) => !registered.includes(name))),
      { kind: 'device-add', name: 'modprobe', device: client.name },
    ];
    // The client goes to the end of the list; one device that the walk meets first is enough.
    const { before, after } = cast;
    const met = { client, before: before.length > 0 ? before : after, after: [] };
    return this.world('walk+add+retry', c, met, instancesOf(client), registered, threads, false);
  }

  private twoWalks(c: ClientClass, cast: Cast, second: string): World {
    const own = instancesOf(cast.client);
    const first = must(own[0], `${cast.client.name} is behind no IOMMU`);
    const instances = own.includes(second) ? own : [...own, second];
    const registered = instances.filter((name) => name !== first && name !== second);
    const threads = this.walks([first, second]);
    const world = this.world('walk+walk+retry', c, cast, instances, registered, threads, true);
    const waits = (d: WorldDevice): WorldDevice =>
      d.role === 'client' ? { ...d, deferred: true } : d;
    return { ...world, devices: world.devices.map(waits) };
  }

  private walks(instances: readonly string[]): WorldThread[] {
    return instances.map((instance, i) => ({
      kind: 'iommu-probe' as const,
      name: i === 0 ? 'swapper/0' : `kworker/u8:${i + 1}`,
      instance,
    }));
  }

  private world(
    scene: string,
    c: ClientClass,
    cast: Cast,
    instances: readonly string[],
    registered: readonly string[],
    threads: readonly WorldThread[],
    present: boolean,
  ): World {
    const { client, before, after } = cast;
    const bystanders = [...before, ...after];
    const devices = [
      ...bystanders.map((d) => this.client(d, 'bystander', true)),
      ...instances.map((name) => this.iommuDevice(name)),
      this.client(client, 'client', present),
    ];
    devices.sort((a, b) => this.order(a) - this.order(b));
    const groups = new Set(devices.filter((d) => d.groupKey).map((d) => d.groupKey));
    const shared = groups.size < 1 + bystanders.length ? '/shared group' : '';
    return {
      name: `${scene}/1 client/bystanders ${before.length}+${after.length}${shared}`,
      classKey: c.key,
      firmware: this.platform.firmware,
      devices,
      instances: instances.map((name) => this.instance(name, registered.includes(name))),
      threads,
      switches: this.switches(),
      focus: [client.name],
    };
  }

  /** The bus list: what is there at boot in the board's order, what is added later at its end. */
  private order(d: WorldDevice): number {
    return (this.place.get(d.name) ?? 0) + (d.present ? 0 : this.platform.devices.length);
  }

  private client(d: PlatformDevice, role: 'client' | 'bystander', present: boolean): WorldDevice {
    const name = d.compatible[0] ?? d.name;
    return {
      name: d.name,
      bus: busOf(d),
      role,
      iommus: specifiersOf(d),
      present,
      driver: role === 'client' ? { name, managedDma: false, async: this.axes.asyncProbe } : null,
      groupKey: d.groupKey,
      dmaRanges: d.dmaRanges,
    };
  }

  private iommuDevice(instance: string): WorldDevice {
    const d = this.device(instance);
    return {
      name: d.name,
      bus: busOf(d),
      role: 'iommu',
      iommus: [],
      present: true,
      driver: { name: this.family(instance), managedDma: false, async: this.axes.asyncProbe },
      groupKey: null,
      dmaRanges: d.dmaRanges,
    };
  }

  private instance(name: string, registered: boolean): WorldInstance {
    return { name, device: name, driver: this.family(name), registered };
  }

  private switches(): WorldSwitches {
    const { asyncProbe, strictDevlink } = this.axes;
    return { asyncProbe, strictDevlink, deferralEnabled: true, deferralTimeout: false };
  }

  private family(instance: string): string {
    return this.platform.iommus.find((i) => i.name === instance)?.driver ?? 'unknown';
  }

  private at(d: PlatformDevice): number {
    return this.place.get(d.name) ?? 0;
  }

  private device(name: string): PlatformDevice {
    return must(this.byName.get(name), `the board has no device ${name}`);
  }
}

/** Distinct instances of a device in the order of its specifiers. */
function instancesOf(d: PlatformDevice): readonly string[] {
  return [...new Set(d.iommus.map((use) => use.iommu))];
}

/** Neighbouring specifiers for one instance become one: no lock is dropped between them. */
function specifiersOf(d: PlatformDevice): WorldSpecifier[] {
  const specifiers: { instance: string; ids: number[] }[] = [];
  for (const use of d.iommus) {
    const last = specifiers[specifiers.length - 1];
    if (last?.instance === use.iommu) last.ids.push(...use.ids);
    else specifiers.push({ instance: use.iommu, ids: [...use.ids] });
  }
  return specifiers;
}

/** ABSTRACTED: fsl-mc and host1x devices are walked as if they were platform devices. */
function busOf(d: PlatformDevice): WorldDevice['bus'] {
  return d.bus === 'pci' || d.bus === 'amba' ? d.bus : 'platform';
}
