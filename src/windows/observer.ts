// SPDX-License-Identifier: GPL-2.0-only
// What a precondition may ask of a scene while it runs, and of the world that it was made from.

import type { Peek } from '#checker/program/scene';
import type { Value } from '#env/op';
import type { HeardEvent, RuleContext, WatchedDevice } from '#properties/context';
import type { World } from '#worlds/world';

/** Looks at a scene while it runs. */
export class Observer {
  readonly ctx: RuleContext;
  private readonly hasReady: () => boolean;

  /** @hasReady: whether instances have a flag that says that they are ready. */
  constructor(ctx: RuleContext, hasReady: () => boolean) {
    this.ctx = ctx;
    this.hasReady = hasReady;
  }

  /** The device that @e is about; undefined where it is about none. */
  device(e: HeardEvent): WatchedDevice | undefined {
    return 'dev' in e ? this.ctx.watched(e.dev) : undefined;
  }

  /** Devices in focus. */
  clients(): readonly WatchedDevice[] {
    return this.ctx.devices.filter((d) => this.ctx.world.focus.includes(d.data.name));
  }

  /** The instances that are published, but whose driver is not bound. */
  registering(peek: Peek): readonly string[] {
    return this.ctx.instances
      .filter(({ handle }) => peek.alive(handle) && peek.get(handle, 'ops') !== null)
      .filter(({ hwdev }) => !peek.get(hwdev.handle, 'bound'))
      .map(({ data }) => data.name);
  }

  /** A driver is set and not bound. */
  isBinding(peek: Peek, { handle }: WatchedDevice): boolean {
    return peek.get(handle, 'driver') !== null && !peek.get(handle, 'bound');
  }

  /** The driver of one of its IOMMUs is not bound. */
  isUnserved(d: WatchedDevice | undefined, peek: Peek): boolean {
    const names = d?.data.iommus.map((use) => use.instance) ?? [];
    return this.ctx.instances.some(
      ({ data, hwdev }) => names.includes(data.name) && !peek.get(hwdev.handle, 'bound'),
    );
  }

  /** Another instance was registered from the beginning. */
  isLater(instance: Value): boolean {
    const name = this.ctx.instance(instance);
    return this.ctx.world.instances.some((i) => i.name !== name && i.registered);
  }

  /** READY, or the place on the list where there is no READY, is relied on. */
  isPublication(e: HeardEvent, peek: Peek): boolean {
    if (this.hasReady()) return e.name === 'ready-seen';
    if (e.name !== 'fwspec-built') return false;
    const instance = this.ctx.instance(e.instance);
    return this.registering(peek).some((name) => name === instance);
  }

  /** Some client binds while one of its instances registers. */
  overlaps(peek: Peek, instances: number): boolean {
    const now = this.registering(peek);
    return this.clients().some((d) => {
      const own = new Set(d.data.iommus.map((use) => use.instance));
      return own.size >= instances && this.isBinding(peek, d) && now.some((name) => own.has(name));
    });
  }
}

/** True where @e is about a device in focus. */
export function isFocus(e: HeardEvent, see: Observer): boolean {
  const d = see.device(e);
  return d !== undefined && see.ctx.world.focus.includes(d.data.name);
}

export function sharesGroup(d: WatchedDevice, other: WatchedDevice | undefined): boolean {
  return d !== other && d.data.groupKey !== null && d.data.groupKey === other?.data.groupKey;
}

/** Drivers that once registered before they could serve their callbacks. */
const UNPREPARED: readonly string[] = ['mediatek', 'virtio'];

export function isUnprepared(world: World, instance: string): boolean {
  const found = world.instances.find((i) => i.name === instance);
  return found !== undefined && !found.registered && UNPREPARED.includes(found.driver);
}

export function isRegisteredMeanwhile(world: World, d: WatchedDevice | undefined): boolean {
  const attached = world.threads.some(
    (t) => t.kind === 'driver-attach' && t.device === d?.data.name,
  );
  return attached && d?.data.present === false;
}

/** A device in focus and another one are behind the same instance, which registers. */
export function haveTwoClients(world: World): boolean {
  return world.instances.some((i) => {
    const clients = world.devices.filter((d) => d.iommus.some((use) => use.instance === i.name));
    const isAsked = clients.some((d) => world.focus.includes(d.name));
    return !i.registered && isAsked && clients.length > 1;
  });
}

type Instance = World['instances'][number];

export function anyInstance(see: Observer, test: (i: Instance) => boolean | undefined): boolean {
  return see.ctx.world.instances.some((i) => test(i) === true);
}

/** How many threads of @world are of one kind. */
export function threadsIn(world: World, kind: World['threads'][number]['kind']): number {
  return world.threads.filter((t) => t.kind === kind).length;
}

/** The devices whose verdict @world gives. */
export function focusOf(world: World): World['devices'] {
  return world.devices.filter((d) => world.focus.includes(d.name));
}

/** True where a registration fails. */
export function hasFailing(world: World): boolean {
  return world.instances.some((i) => i.probeFails) || world.devices.some((d) => d.probeError);
}

const USUAL: readonly string[] = ['iommu-probe', 'driver-attach', 'device-add'];

/** Nothing fails, goes away or times out: those worlds are there for windows of their own. */
export function isOrdinary(world: World): boolean {
  const nested = world.instances.some((i) => i.registersDriverOf !== undefined);
  if (world.switches.storeBuffers !== undefined) return false;
  return !hasFailing(world) && !nested && world.threads.every((t) => USUAL.includes(t.kind));
}
