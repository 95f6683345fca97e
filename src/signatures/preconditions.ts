// SPDX-License-Identifier: GPL-2.0-only
// What has to come about before a window could be hit: without it, "not found" proves nothing.

import type { Peek, RunEvent, Sometimes } from '#checker/program/scene';
import type { RuleContext, WatchedDevice } from '#properties/context';
import type { BuiltScene } from '#worlds/scene';
import type { World } from '#worlds/world';

/** A state of affairs; named in the matrix where it was not reached. */
interface Precondition {
  readonly id: string;
  readonly events: readonly string[];
  readonly holds: (e: RunEvent, peek: Peek, see: Observer) => boolean;
}

/** Looks at a scene while it runs. */
class Observer {
  readonly ctx: RuleContext;
  private readonly built: BuiltScene;

  constructor(ctx: RuleContext, built: BuiltScene) {
    this.ctx = ctx;
    this.built = built;
  }

  /** Devices in focus. */
  clients(): readonly WatchedDevice[] {
    return this.ctx.devices.filter((d) => this.ctx.world.focus.includes(d.data.name));
  }

  /** The instances that are published, but whose driver is not bound. */
  registering(peek: Peek): readonly string[] {
    return [...this.built.instances.values()]
      .filter((i) => peek.alive(i) && peek.get(i, 'ops') !== null)
      .filter((i) => !peek.get(i.hwdev, 'bound'))
      .map((i) => i.node);
  }

  /** A driver is set and not bound. */
  isBinding(peek: Peek, d: WatchedDevice): boolean {
    const dev = this.built.devices.get(d.data.name);
    return dev !== undefined && peek.get(dev, 'driver') !== null && !peek.get(dev, 'bound');
  }

  /** The driver of one of its IOMMUs is not bound. */
  isUnserved(d: WatchedDevice | undefined, peek: Peek): boolean {
    const names = d?.data.iommus.map((use) => use.instance) ?? [];
    return names.some((name) => {
      const iommu = this.built.instances.get(name);
      return iommu !== undefined && !peek.get(iommu.hwdev, 'bound');
    });
  }

  /** READY, or the place on the list where there is no READY, is relied on. */
  isPublication(e: RunEvent, peek: Peek): boolean {
    if (this.built.k.sw.iommu_ready) return e.name === 'ready-seen';
    const instance = this.ctx.instance(e.args[1]);
    return e.name === 'fwspec-built' && this.registering(peek).some((name) => name === instance);
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

const MOMENTS = ['driver-set', 'instance-listed', 'walk-visit'];

const preconditions: readonly Precondition[] = [
  {
    id: 'a registration of a driver that is not prepared',
    events: ['instance-listed'],
    holds: (e, _p, see) => isUnprepared(see.ctx.world, see.ctx.instance(e.args[0])),
  },
  {
    id: 'a bind that does not wait for its IOMMU',
    events: ['driver-set'],
    holds: (e, peek, see) => isFocus(e, see) && see.isUnserved(see.ctx.watched(e.args[0]), peek),
  },
  { id: 'a bind', events: ['driver-set'], holds: (e, _p, see) => isFocus(e, see) },
  {
    id: 'a bind during a registration',
    events: MOMENTS,
    holds: (_e, peek, see) => see.overlaps(peek, 1),
  },
  {
    id: 'a bind of a client of two IOMMUs during a registration',
    events: MOMENTS,
    holds: (_e, peek, see) => see.overlaps(peek, 2),
  },
  {
    id: 'a bind on CDX during a registration',
    events: MOMENTS,
    holds: (_e, peek, see) =>
      see.overlaps(peek, 1) && see.clients().some((d) => d.data.bus === 'cdx'),
  },
  {
    id: 'a bind of a client with dma-ranges during a registration',
    events: MOMENTS,
    holds: (_e, peek, see) => see.overlaps(peek, 1) && see.clients().some((d) => d.data.dmaRanges),
  },
  {
    id: 'two registrations at once',
    events: ['instance-listed', 'walk-visit'],
    holds: (_e, peek, see) => see.registering(peek).length > 1,
  },
  {
    id: 'two registrations at once, and two clients of one',
    events: ['instance-listed', 'walk-visit'],
    holds: (_e, peek, see) => see.registering(peek).length > 1 && haveTwoClients(see.ctx.world),
  },
  {
    id: 'a device added during a registration',
    events: ['walk-visit', 'init-begin', 'group-set'],
    holds: (e, peek, see) =>
      see.registering(peek).length > 0 && see.ctx.watched(e.args[0])?.data.present === false,
  },
  {
    id: 'a driver registered while its device is added',
    events: ['init-begin', 'driver-set', 'group-set'],
    holds: (e, _p, see) => isRegisteredMeanwhile(see.ctx.world, see.ctx.watched(e.args[0])),
  },
  {
    id: 'a bind of a device with a shared group during a registration',
    events: ['driver-set', 'group-set'],
    holds: (e, peek, see) =>
      isFocus(e, see) &&
      see.registering(peek).length > 0 &&
      see.ctx.devices.some((d) => sharesGroup(d, see.ctx.watched(e.args[0]))),
  },
  {
    id: 'a registration that fails',
    events: ['register-end'],
    holds: (e, _p, see) => Number(e.args[1]) !== 0 || anyInstance(see, (i) => i.probeFails),
  },
  {
    id: 'a registration that fails beside another',
    events: ['register-end'],
    holds: (e, _p, see) => Number(e.args[1]) !== 0 && see.ctx.world.instances.length > 1,
  },
  {
    id: 'an instance that goes away',
    events: ['driver-set', 'register-end'],
    holds: (_e, _p, see) =>
      see.ctx.world.threads.some((t) => t.kind === 'iommu-unbind') ||
      anyInstance(see, (i) => i.probeFails),
  },
  { id: 'the deferral timeout', events: ['deferral-timeout'], holds: () => true },
  { id: 'a deferred bind', events: ['deferred'], holds: (e, _p, see) => isFocus(e, see) },
  {
    id: 'a device removed during a registration',
    events: ['walk-visit', 'instance-listed'],
    holds: (_e, peek, see) =>
      see.registering(peek).length > 0 &&
      see.ctx.world.threads.some((t) => t.kind === 'device-del'),
  },
  {
    id: 'a CPU that comes online during a registration',
    events: ['instance-listed'],
    holds: (_e, _p, see) => see.ctx.world.threads.some((t) => t.kind === 'cpu-online'),
  },
  { id: 'a claim of DMA ownership', events: ['dma-owner'], holds: () => true },
  {
    id: 'an ACPI client of two IOMMUs',
    events: ['driver-set'],
    holds: (e, _p, see) =>
      see.ctx.world.firmware === 'acpi' &&
      (see.ctx.watched(e.args[0])?.data.iommus.length ?? 0) > 1,
  },
  {
    id: 'a mock device that cannot be added',
    events: ['device-released'],
    holds: (e, _p, see) => isFocus(e, see),
  },
  {
    id: 'a function with ACS gets a group',
    events: ['group-set'],
    holds: (e, _p, see) => see.ctx.watched(e.args[0])?.data.acs === true,
  },
  {
    id: 'what publishes an instance is read by a client',
    events: ['ready-seen', 'fwspec-built'],
    holds: (e, peek, see) => see.isPublication(e, peek),
  },
  {
    id: 'flags in one word',
    events: ['walk-visit'],
    holds: (_e, _p, see) => see.ctx.world.switches.flagsWord === true,
  },
];

/** The preconditions of each window, of which one must be reached before it can be absent. */
export const preconditionsOf: Readonly<Record<string, readonly string[]>> = {
  C01: ['two registrations at once'],
  C02: ['two registrations at once'],
  C03: ['a bind during a registration'],
  C04: ['a bind during a registration'],
  C05: ['a bind during a registration'],
  C06: ['a bind during a registration'],
  C07: ['a bind'],
  C08: ['two registrations at once', 'a device added during a registration'],
  C09: ['a bind during a registration'],
  C10: ['a bind during a registration'],
  C11: ['a device added during a registration'],
  C12: ['a bind of a device with a shared group during a registration'],
  C13: ['a bind of a client of two IOMMUs during a registration'],
  C14: ['a bind during a registration'],
  C15: ['two registrations at once', 'a device added during a registration'],
  C16: ['a bind during a registration'],
  C17: ['a bind on CDX during a registration'],
  C18: ['a registration of a driver that is not prepared'],
  C19: ['a registration that fails'],
  C20: ['a registration that fails beside another'],
  C21: ['an instance that goes away'],
  C22: ['the deferral timeout'],
  C23: ['a deferred bind'],
  C24: ['what publishes an instance is read by a client'],
  C25: ['a bind of a client with dma-ranges during a registration'],
  C26: ['flags in one word'],
  C27: ['a driver registered while its device is added'],
  C28: ['a device removed during a registration'],
  C29: ['a claim of DMA ownership'],
  C30: ['a CPU that comes online during a registration'],
  C31: ['an ACPI client of two IOMMUs'],
  C32: ['a bind'],
  C33: ['a mock device that cannot be added'],
  C34: ['a device removed during a registration'],
  C35: ['a bind during a registration'],
  C36: ['two registrations at once', 'a device added during a registration'],
  C37: ['a bind during a registration'],
  C38: ['two registrations at once', 'a bind during a registration'],
  C39: ['a bind of a client of two IOMMUs during a registration'],
  C40: ['two registrations at once, and two clients of one'],
  C41: ['a function with ACS gets a group'],
};

/** What is no window itself but opens others: found where this happens in some run. */
export const factOf: Readonly<Record<string, string>> = {
  C32: 'a bind that does not wait for its IOMMU',
};

/**
 * Whether @world is there for @precondition, by its threads and devices alone. A bind during a
 * registration is looked for where one instance registers; two at once make worlds that are larger
 * by far, and are there for the windows that need both.
 */
export function canReach(world: World, precondition: string): boolean {
  const threads = (kind: World['threads'][number]['kind']): number =>
    world.threads.filter((t) => t.kind === kind).length;
  const focus = world.devices.filter((d) => world.focus.includes(d.name));
  switch (precondition) {
    case 'two registrations at once':
      return threads('iommu-probe') > 1 && isOrdinary(world);
    case 'two registrations at once, and two clients of one':
      return threads('iommu-probe') > 1 && isOrdinary(world) && haveTwoClients(world);
    case 'a device added during a registration':
      return threads('device-add') > 0 && threads('iommu-probe') > 0;
    case 'a driver registered while its device is added':
      return threads('device-add') + threads('bus-scan') > 0 && threads('driver-attach') > 0;
    case 'a registration of a driver that is not prepared':
      return world.instances.some((i) => isUnprepared(world, i.name));
    case 'a device removed during a registration':
      return threads('device-del') > 0;
    case 'an instance that goes away':
      return threads('iommu-unbind') > 0 || world.instances.some((i) => i.probeFails);
    case 'a registration that fails':
      return world.instances.some((i) => i.probeFails) || world.devices.some((d) => d.probeError);
    case 'a registration that fails beside another':
      return world.instances.length > 1 && world.devices.some((d) => d.probeError);
    case 'the deferral timeout':
      return threads('deferral-timeout') > 0;
    case 'a mock device that cannot be added':
      return threads('mock-add') > 0;
    case 'a function with ACS gets a group':
      return world.devices.some((d) => d.acs);
    case 'what publishes an instance is read by a client':
      return world.switches.storeBuffers !== undefined;
    case 'flags in one word':
      return world.switches.flagsWord === true;
    case 'a CPU that comes online during a registration':
      return threads('cpu-online') > 0;
    case 'a claim of DMA ownership':
      return focus.some((d) => d.driver?.managedDma);
    case 'a bind on CDX during a registration':
      return focus.some((d) => d.bus === 'cdx');
    case 'a bind of a client with dma-ranges during a registration':
      return focus.some((d) => d.dmaRanges) && threads('iommu-probe') === 1;
    case 'a bind of a device with a shared group during a registration':
      return (
        threads('iommu-probe') > 0 &&
        world.devices.some((d) => focus.some((f) => f !== d && f.groupKey === d.groupKey))
      );
    case 'a bind of a client of two IOMMUs during a registration':
      return focus.some((d) => d.iommus.length > 1) && threads('iommu-probe') === 1;
    case 'an ACPI client of two IOMMUs':
      return world.firmware === 'acpi' && focus.some((d) => d.iommus.length > 1);
    default:
      return threads('iommu-probe') === 1 && isOrdinary(world);
  }
}

/** Nothing fails, goes away or times out: those worlds are there for windows of their own. */
function isOrdinary(world: World): boolean {
  const usual: readonly string[] = ['iommu-probe', 'driver-attach', 'device-add'];
  const failing =
    world.instances.some((i) => i.probeFails) || world.devices.some((d) => d.probeError);
  const nested = world.instances.some((i) => i.registersDriverOf !== undefined);
  if (world.switches.storeBuffers !== undefined) return false;
  return !failing && !nested && world.threads.every((t) => usual.includes(t.kind));
}

/** The preconditions as things that happen sometimes in a run of @built. */
export function preconditionsFor(ctx: RuleContext, built: BuiltScene): Sometimes[] {
  const see = new Observer(ctx, built);
  return preconditions.map(({ id, events, holds }) => ({
    id,
    events,
    holds: (e, peek) => holds(e, peek, see),
  }));
}

function isFocus(e: RunEvent, see: Observer): boolean {
  const d = see.ctx.watched(e.args[0]);
  return d !== undefined && see.ctx.world.focus.includes(d.data.name);
}

function sharesGroup(d: WatchedDevice, other: WatchedDevice | undefined): boolean {
  return d !== other && d.data.groupKey !== null && d.data.groupKey === other?.data.groupKey;
}

/** Drivers that once registered before they could serve their callbacks. */
const UNPREPARED: readonly string[] = ['mediatek', 'virtio'];

function isUnprepared(world: World, instance: string): boolean {
  const found = world.instances.find((i) => i.name === instance);
  return found !== undefined && !found.registered && UNPREPARED.includes(found.driver);
}

function isRegisteredMeanwhile(world: World, d: WatchedDevice | undefined): boolean {
  const attached = world.threads.some(
    (t) => t.kind === 'driver-attach' && t.device === d?.data.name,
  );
  return attached && d?.data.present === false;
}

/** Two devices in focus are behind the same instance, which registers. */
function haveTwoClients(world: World): boolean {
  const clients = world.devices.filter((d) => world.focus.includes(d.name));
  return world.instances.some(
    (i) =>
      !i.registered &&
      clients.filter((d) => d.iommus.some((use) => use.instance === i.name)).length > 1,
  );
}

type Instance = RuleContext['world']['instances'][number];

function anyInstance(see: Observer, test: (i: Instance) => boolean | undefined): boolean {
  return see.ctx.world.instances.some((i) => test(i) === true);
}
