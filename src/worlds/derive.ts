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
//   add+bind               its driver registers while it is added, and its IOMMUs are there
//
// The other actors of an ordinary boot have a small world each, in which the client stands alone
// with its IOMMUs, and those that are asked for have, too (actors.ts).
//
// The units of a DMAR or IVRS are registered before drivers of PCI are; their PCI devices have
//
//   add+bind               the device is plugged in while its driver is loaded
//
// Bystanders are devices of the board that stand before and after the client on its bus, behind
// the same IOMMU; they have no driver, so they add little to the number of states.

import { must } from '#base/assert';
import {
  type Cast,
  type ClientClass,
  classesOf,
  instancesOf,
  type Platform,
  type PlatformDevice,
  registersInTurn,
  Stage,
} from '#platform/index';

export { kindOfKey, nothingToCheck } from '#platform/index';

import { type Actor, actors, type ClassParts, type Missing } from './actors.ts';
import { clientDevice, familyOf, iommuDevice, walksOf } from './of-board.ts';
import { addedBy, asyncClients, retitled, settled } from './transforms.ts';
import type { World, WorldDevice, WorldInstance, WorldSwitches, WorldThread } from './world.ts';

/** Axes that are chosen for a whole check. */
export interface WorldAxes {
  readonly asyncProbe: boolean;
  readonly strictDevlink: boolean;
  /** Devices to take as clients where their class has a choice. */
  readonly prefer?: readonly string[];
  /** Ids of the actors that act beside those of an ordinary boot; absent: none. */
  readonly actors?: readonly string[];
  /** False: only the plain worlds, without those that the actors of an ordinary boot have. */
  readonly usual?: boolean;
  /** The kernel's release; absent: any. */
  readonly kernel?: string;
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
  return classesOf(platform, axes.prefer).flatMap((c) => worldsOf(board, c));
}

/** The worlds of one class of a board. */
export function worldsForClass(
  platform: Platform,
  axes: WorldAxes,
  c: ClientClass,
): DerivedWorld[] {
  return worldsOf(new Board(platform, axes), c);
}

function worldsOf(board: Board, c: ClientClass): DerivedWorld[] {
  return board.scenes(c).map((world) => ({ world, classKey: c.key, devices: c.devices }));
}

/** An actor with the worlds that a class would have because of it, or why it has none. */
export interface ActorCast {
  readonly actor: Actor;
  readonly classKey: string;
  readonly worlds: readonly DerivedWorld[];
  readonly missing: Missing | null;
}

/** All actors that have worlds of their own, or can not act, class by class. */
export function actorCasts(platform: Platform, axes: WorldAxes): ActorCast[] {
  const board = new Board(platform, axes);
  return classesOf(platform, axes.prefer).flatMap((c) => {
    return actors.flatMap((actor): ActorCast[] => {
      const cast = board.castOf(actor, c);
      if (cast === undefined) return [];
      const isMissing = 'because' in cast;
      const worlds = isMissing ? [] : cast;
      return [
        {
          actor,
          classKey: c.key,
          worlds: worlds.map((world) => ({ world, classKey: c.key, devices: c.devices })),
          missing: isMissing ? cast : null,
        },
      ];
    });
  });
}

/**
 * True for PCI devices of units that rootfs_initcall starts: no driver of PCI is registered before,
 * so none of them binds beside a walk.
 */
function comesLater(c: ClientClass): boolean {
  return c.bus === 'pci' && registersInTurn(c.iommus[0]?.driver);
}

const besideUnits: Missing = {
  because: 'units that start before any driver of PCI have no world with it',
  never: false,
};

class Board {
  private readonly platform: Platform;
  private readonly axes: WorldAxes;
  private readonly stage: Stage;
  private readonly byName: ReadonlyMap<string, PlatformDevice>;

  constructor(platform: Platform, axes: WorldAxes) {
    this.platform = platform;
    this.axes = axes;
    this.stage = new Stage(platform);
    this.byName = new Map(platform.devices.map((d) => [d.name, d]));
  }

  /** The representative stands for all of its class: their worlds differ in names only. */
  scenes(c: ClientClass): World[] {
    const worlds: World[] = [];
    if (comesLater(c)) return this.acted(c);
    const { casts, second } = c.surroundings;
    for (const cast of casts) {
      const own = instancesOf(cast.client);
      // With several IOMMUs the last one to come is the one that is waited for.
      worlds.push(this.bind(c, cast, own.slice(0, -1)));
      if (c.createdBy !== 'populate') worlds.push(this.add(c, cast, own.slice(0, -1)));
    }
    if (second !== null) {
      const alone = { ...second.beside, before: null, after: null };
      worlds.push(this.twoWalks(c, alone, second.instance));
    }
    return [...worlds, ...this.acted(c)];
  }

  /** What actors that have worlds of their own act on. */
  private parts(c: ClientClass): ClassParts {
    const { casts } = c.surroundings;
    const first = must(casts[0], `${c.key} has no cast`);
    const registered = instancesOf(first.client).slice(0, -1);
    const { client, createdBy, bus } = { ...c, client: first.client.name };
    const { second } = c.surroundings;
    return {
      client,
      bus,
      createdBy,
      alone: this.bind(c, { ...first, before: null, after: null }, registered),
      whole: this.bind(c, first, registered),
      walks: second && this.twoWalks(c, second.beside, second.instance),
      kernel: this.axes.kernel ?? null,
    };
  }

  /** The worlds of @c with @actor, or why there are none; undefined: the plain ones have it. */
  castOf(actor: Actor, c: ClientClass): readonly World[] | Missing | undefined {
    if (actor.cast === null || !comesLater(c)) return actor.cast?.(this.parts(c));
    if (actor.id === 'device_add') return [];
    if (actor.id !== 'asynchronous probe') return besideUnits;
    const added = this.added(c);
    return added.switches.asyncProbe ? [] : [retitled(asyncClients(added), 'add+bind async')];
  }

  /** All IOMMUs are there, and the client is added while its driver is loaded. */
  private added(c: ClientClass): World {
    const { alone, client } = this.parts(c);
    return retitled(addedBy(settled(alone), client, 'kworker/u8:2'), 'add+bind');
  }

  /** The worlds of actors of an ordinary boot, and of those that were asked for. */
  private acted(c: ClientClass): World[] {
    const { actors: asked = [], usual = true } = this.axes;
    const plain = usual || comesLater(c) ? [this.added(c)] : [];
    const wanted = actors.filter((actor) => (usual && actor.usual) || asked.includes(actor.id));
    const worlds = wanted.flatMap((actor) => {
      const cast = this.castOf(actor, c) ?? [];
      return 'because' in cast ? [] : cast;
    });
    return [...(c.createdBy === 'populate' ? [] : plain), ...worlds];
  }

  private bind(c: ClientClass, cast: Cast, registered: readonly string[]): World {
    const { client } = cast;
    const threads: WorldThread[] = [
      ...walksOf(instancesOf(client).filter((name) => !registered.includes(name))),
      { kind: 'driver-attach', name: 'modprobe', device: client.name },
    ];
    return this.world('walk+bind+retry', c, cast, instancesOf(client), registered, threads, true);
  }

  private add(c: ClientClass, cast: Cast, registered: readonly string[]): World {
    const { client } = cast;
    const threads: WorldThread[] = [
      ...walksOf(instancesOf(client).filter((name) => !registered.includes(name))),
      { kind: 'device-add', name: 'modprobe', device: client.name },
    ];
    // The client goes to the end of the list; one device that the walk meets first is enough.
    const { before, after } = cast;
    const met = { client, before: before ?? after, after: null };
    return this.world('walk+add+retry', c, met, instancesOf(client), registered, threads, false);
  }

  private twoWalks(c: ClientClass, cast: Cast, second: string): World {
    const own = instancesOf(cast.client);
    const first = must(own[0], `${cast.client.name} is behind no IOMMU`);
    const instances = own.includes(second) ? own : [...own, second];
    const registered = instances.filter((name) => name !== first && name !== second);
    const threads = walksOf([first, second]);
    const world = this.world('walk+walk+retry', c, cast, instances, registered, threads, true);
    const waits = (d: WorldDevice): WorldDevice =>
      d.role === 'client' ? { ...d, deferred: true } : d;
    return { ...world, devices: world.devices.map(waits) };
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
    const bystanders = [before, after].filter((d) => d !== null);
    const there = [
      ...bystanders.map((d) => this.client(d, false)),
      ...instances.map((name) => this.iommuDevice(name)),
      ...(present ? [this.client(client, true)] : []),
    ];
    // What is added later goes to the end of its bus's list.
    const devices = this.stage.inBusOrder(
      there,
      (d) => d.bus,
      (d) => d.name,
    );
    if (!present) devices.push({ ...this.client(client, true), present: false });
    const groups = new Set(devices.filter((d) => d.groupKey).map((d) => d.groupKey));
    const shared = groups.size < 1 + bystanders.length ? '/shared group' : '';
    return {
      name: `${scene}/1 client/bystanders ${before ? 1 : 0}+${after ? 1 : 0}${shared}`,
      classKey: c.key,
      firmware: this.platform.firmware,
      devices,
      instances: instances.map((name) => this.instance(name, registered.includes(name))),
      threads,
      switches: this.switches(),
      focus: [client.name],
    };
  }

  private client(d: PlatformDevice, binds: boolean): WorldDevice {
    return clientDevice(this.platform, d, { binds, async: this.axes.asyncProbe });
  }

  private iommuDevice(instance: string): WorldDevice {
    const d = must(this.byName.get(instance), `the board has no device ${instance}`);
    return iommuDevice(this.platform, d, this.axes.asyncProbe);
  }

  private instance(name: string, registered: boolean): WorldInstance {
    return { name, device: name, driver: familyOf(this.platform, name), registered };
  }

  private switches(): WorldSwitches {
    const { asyncProbe, strictDevlink } = this.axes;
    return { asyncProbe, strictDevlink, deferralEnabled: true, deferralTimeout: false };
  }
}
