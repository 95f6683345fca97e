// SPDX-License-Identifier: GPL-2.0-only
// What a rule is given: the world it watches, the handles of its devices, and a few lookups.

import { must } from '#base/assert';
import type { Peek, Rule, RunEvent } from '#checker/program/scene';
import { type EventName, type EventWithFields, withFields } from '#env/events';
import type { Handle, Value } from '#env/op';
import type { Harm } from '#finding/harm';
import { byOwnTable } from '#kernel/index';
import type { World, WorldDevice, WorldInstance } from '#worlds/world';

/** The fields of struct device that rules look at. */
interface WatchedDeviceFields {
  iommu: Handle<WatchedDevIommuFields> | null;
  iommu_group: Handle<WatchedGroupFields> | null;
  driver: Value;
  bound: boolean;
  /** null where the function has no ACS. */
  acs_enabled: boolean | null;
}

/** The fields of struct dev_iommu that rules look at. */
interface WatchedDevIommuFields {
  fwspec: Handle | null;
}

/** The fields of struct iommu_group that rules look at. */
interface WatchedGroupFields {
  id: number;
  default_domain: Handle | null;
  owner_cnt: number;
  entry: Handle | null;
}

/** The fields of struct iommu_device that preconditions look at. */
interface WatchedInstanceFields {
  ops: Handle | null;
}

/** The driver core's lists of devices whose probe is deferred. */
export interface WatchedDeferredFields {
  pending: readonly Handle[];
  active: readonly Handle[];
}

type DeviceHandle = Handle<WatchedDeviceFields>;
export type GroupHandle = Handle<WatchedGroupFields>;

/** What events name, as rules see it. */
interface RuleObjects {
  readonly device: DeviceHandle;
  readonly instance: Handle;
  readonly group: GroupHandle;
  readonly domain: Handle;
}

/** An event that a rule or signature hears, with its fields by name. */
export type HeardEvent<N extends EventName = EventName> = EventWithFields<N, RuleObjects>;

/** The fields of an event by name. */
export function heard(e: RunEvent): HeardEvent {
  return withFields<RuleObjects>(e);
}

/** A device of the world together with its handle and its place on the bus list. */
export interface WatchedDevice {
  readonly data: WorldDevice;
  readonly handle: DeviceHandle;
  readonly position: number;
}

/** An instance of the world together with its handle and the device that it is. */
interface WatchedInstance {
  readonly data: WorldInstance;
  readonly handle: Handle<WatchedInstanceFields>;
  readonly hwdev: WatchedDevice;
}

/**
 * True where firmware names an IOMMU of the device, so that its driver can wait for it. It does not
 * name a unit of a DMAR or IVRS table: a driver that is loaded before the unit registers is bound
 * first.
 */
export function isNamed({ instances }: World, { iommus }: WorldDevice): boolean {
  const found = instances.filter((i) => byOwnTable.has(i.driver)).map((i) => i.name);
  return iommus.some((use) => !found.includes(use.instance));
}

/** Name of the thread that works off the deferred list; see scene.ts. */
export const DEFERRED_WORKER = 'kworker/u8:1';

/** True where a device whose verdict @world gives has a driver. */
export function hasDriver({ devices, focus }: World): boolean {
  return devices.some((d) => focus.includes(d.name) && d.driver !== null);
}

/** Finds the objects that stand for the world's devices and instances. */
export interface WorldHandles {
  device(name: string): Handle | undefined;
  instance(name: string): Handle | undefined;
  /** The deferred lists; undefined where the program has no such object. */
  readonly deferred: Handle | undefined;
}

/** Everything a rule or a signature may know before the run begins. */
export class RuleContext {
  readonly world: World;
  /** In bus-list order, IOMMU devices included. */
  readonly devices: readonly WatchedDevice[];
  readonly instances: readonly WatchedInstance[];
  readonly deferred: Handle<WatchedDeferredFields> | undefined;
  readonly #byName: ReadonlyMap<string, WatchedDevice>;
  readonly #instances: ReadonlyMap<string, string>;

  /** @handles: what the scene made of the world's devices and instances, by their names there. */
  constructor(world: World, handles: WorldHandles) {
    this.world = world;
    this.deferred = handles.deferred as Handle<WatchedDeferredFields> | undefined;
    this.devices = world.devices.map((data, position) => ({
      data,
      handle: must(handles.device(data.name), data.name) as DeviceHandle,
      position,
    }));
    this.#byName = new Map(this.devices.map((d) => [d.handle.name, d]));
    this.instances = world.instances.map((data) => ({
      data,
      handle: must(handles.instance(data.name), data.name) as WatchedInstance['handle'],
      hwdev: must(this.#deviceCalled(data.device), data.device),
    }));
    this.#instances = new Map(this.instances.map((i) => [i.handle.name, i.data.name]));
  }

  #deviceCalled(name: string): WatchedDevice | undefined {
    return this.devices.find((d) => d.data.name === name);
  }

  /** The watched device behind an event argument; undefined for anything else. */
  watched(arg: Value): WatchedDevice | undefined {
    return isHandle(arg) ? this.#byName.get(arg.name) : undefined;
  }

  /** As watched(), where the contract of the event says that it is a device of the world. */
  device(arg: Value): WatchedDevice {
    return must(this.watched(arg), `event names a device that the world has not: ${String(arg)}`);
  }

  /** The name that the world has for the instance behind an event argument. */
  instance(arg: Value): string {
    const name = isHandle(arg) ? this.#instances.get(arg.name) : undefined;
    return must(name, `event names an instance that the world has not: ${String(arg)}`);
  }

  /** Devices behind at least one IOMMU. */
  get clients(): readonly WatchedDevice[] {
    return this.devices.filter((d) => d.data.iommus.length > 0);
  }

  /** What rules look at: a device behind no IOMMU can break none of them. */
  get subjects(): readonly Handle[] {
    return this.clients.map((d) => d.handle);
  }

  /** True for a device whose verdict the world gives. */
  isFocus({ data }: WatchedDevice): boolean {
    return this.world.focus.includes(data.name);
  }

  /** Clients that are added, not removed and not refused: what is asked of the settled system. */
  get remaining(): readonly WatchedDevice[] {
    const removed = this.world.threads.flatMap((t) => (t.kind === 'device-del' ? t.device : []));
    return this.clients.filter(
      ({ data }) => !removed.includes(data.name) && !data.addFails && !data.probeError,
    );
  }

  /** Same bus, and some instance in common: their group ids are comparable. */
  comparable(a: WatchedDevice, b: WatchedDevice): boolean {
    if (a.data.bus !== b.data.bus) return false;
    return a.data.iommus.some((x) => b.data.iommus.some((y) => x.instance === y.instance));
  }

  /** Clients of several instances: none of these can serve them before all are listed. */
  get clientsOfSeveral(): readonly WatchedDevice[] {
    return this.clients.filter((d) => instancesOf(d).length > 1);
  }

  /** The instances that are not listed from the beginning. */
  get unlisted(): readonly string[] {
    return this.world.instances.filter((i) => !i.registered).map((i) => i.name);
  }

  /**
   * Events by which an instance comes to the list of IOMMUs, or is about to leave it; none where
   * nobody has to wait for several.
   */
  get listingEvents(): readonly EventName[] {
    if (this.clientsOfSeveral.length === 0) return [];
    return ['instance-listed', 'register-end', 'release-begin'];
  }

  /** What is left of @unlisted after an event of listingEvents. */
  unlistedAfter(unlisted: readonly string[], e: HeardEvent): readonly string[] {
    const isGone = e.name === 'release-begin' || (e.name === 'register-end' && e.errno !== 0);
    if (!isGone && e.name !== 'instance-listed') return unlisted;
    const name = this.instance(e.instance);
    const others = unlisted.filter((x) => x !== name);
    return isGone ? [...others, name].sort() : others;
  }

  /** True when every IOMMU the firmware names for the device is bound to its driver. */
  iommusBound(peek: Peek, d: WatchedDevice): boolean {
    return d.data.iommus.every((use) => {
      const instance = this.instances.find((i) => i.data.name === use.instance);
      return instance !== undefined && peek.get(instance.hwdev.handle, 'driver') !== null;
    });
  }
}

/** The instances that the device is behind, each once. */
export function instancesOf({ data }: WatchedDevice): readonly string[] {
  return [...new Set(data.iommus.map((use) => use.instance))];
}

/** True for objects of the program, false for plain values. */
export function isHandle(v: Value): v is Handle {
  return typeof v === 'object' && v !== null && !Array.isArray(v);
}

/** A rule over the events of the table. */
interface EventRule extends Rule {
  readonly events: readonly EventName[];
}

/**
 * What has to come about in some run before a rule says anything of a device: where it did not,
 * that nothing broke proves nothing. It looks at what the rule looks at, so that it costs no
 * interleavings.
 */
interface Asked {
  /** In words, as in `no run came to: WHAT`. */
  readonly what: string;
  readonly events?: readonly EventName[];
  readonly reads?: readonly string[];
  readonly holds?: (e: HeardEvent, peek: Peek, ctx: RuleContext) => boolean;
  readonly readsAtEnd?: readonly string[];
  readonly atEnd?: (peek: Peek, ctx: RuleContext) => boolean;
  /** False where nothing in a world can bring it about; absent: it might come about in any. */
  readonly fits?: (world: World) => boolean;
}

/** A rule of the catalogue: how to make it for a world, and what it says in words. */
export interface Property {
  readonly id: string;
  /** Short and stable, kebab-case. */
  readonly name: string;
  /** The rule in one sentence without a full stop. */
  readonly rule: string;
  /** What is seen on a real machine where it is broken. */
  readonly seen: string;
  /** How bad that is, where a window does not say otherwise. */
  readonly harm: Harm;
  /** What it means to the user of the machine: a sentence without its capital and its stop. */
  readonly means: string;
  /** The two where they go by the world. */
  readonly gravityIn?: (world: World) => Pick<Property, 'harm' | 'means'>;
  readonly kind: 'always' | 'at a program point' | 'at end' | 'detector' | 'over all runs';
  /** True for worlds in which it can be asked; absent: in all. */
  readonly concerns?: (world: World) => boolean;
  /** The devices that it looks at; absent: those behind an IOMMU. */
  readonly subjects?: (ctx: RuleContext) => readonly Handle[];
  /** When it says something; null: at every step of every run. */
  readonly asked: Asked | null;
  /**
   * Id of an actor whose worlds break it where those of every check do not: of a class that can
   * have them it is said to hold only if it was asked in them.
   */
  readonly holdsWith?: string;
  /** Null where the machine itself detects breaches. */
  make(ctx: RuleContext): EventRule | null;
}
