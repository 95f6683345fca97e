// SPDX-License-Identifier: GPL-2.0-only
// What has to come about before a window could be hit: without it, "not found" proves nothing.

import type { Peek, Sometimes } from '#checker/program/scene';
import type { EventName } from '#env/events';
import { type HeardEvent, heard, type RuleContext } from '#properties/context';
import type { World } from '#worlds/world';
import {
  anyInstance,
  focusOf,
  hasFailing,
  haveTwoClients,
  isFocus,
  isOrdinary,
  isRegisteredMeanwhile,
  isUnprepared,
  Observer,
  sharesGroup,
  threadsIn,
} from './observer.ts';

/** A state of affairs; its id is what the matrix says where it was not reached. */
interface Precondition {
  readonly events: readonly EventName[];
  /** Fields that it looks at. */
  readonly reads?: readonly string[];
  /** False where nothing in a world can bring it about; absent: it might come about in any. */
  readonly mayBe?: (world: World) => boolean;
  readonly holds: (e: HeardEvent, peek: Peek, see: Observer) => boolean;
  /** An option that brings it about in the worlds of a board. */
  readonly flag?: string;
  /** True where a world is there for it, by its threads and devices alone. */
  readonly fits: (world: World) => boolean;
}

/** What says that an instance registers, and that a client binds. */
const REGISTERS = ['iommu_device.alive', 'iommu_device.ops', 'device.bound'];
const BINDS = ['device.driver', ...REGISTERS];

const MOMENTS: readonly EventName[] = ['driver-set', 'instance-listed', 'walk-visit'];

/**
 * A bind during a registration is looked for where one instance registers; two at once make worlds
 * that are larger by far, and are there for the windows that need both.
 */
const isPlain = (world: World): boolean =>
  threadsIn(world, 'iommu-probe') === 1 && isOrdinary(world);

const isPair = (world: World): boolean => threadsIn(world, 'iommu-probe') > 1 && isOrdinary(world);

/** What is registered from the beginning does not register again, unless it is unbound. */
const mayRegisterTwo = (world: World): boolean =>
  threadsIn(world, 'iommu-unbind') > 0
    ? world.instances.length > 1
    : world.instances.filter((i) => !i.registered).length > 1;

/** A registration ends with an error. */
const failed = (e: HeardEvent): boolean => e.name === 'register-end' && e.errno !== 0;

const byName = {
  'a registration of a driver that is not prepared': {
    events: ['instance-listed'],
    holds: (e, _p, see) =>
      e.name === 'instance-listed' && isUnprepared(see.ctx.world, see.ctx.instance(e.instance)),
    fits: (world) => world.instances.some((i) => isUnprepared(world, i.name)),
  },
  'a bind that does not wait for its IOMMU': {
    events: ['driver-set'],
    reads: ['device.bound'],
    holds: (e, peek, see) => isFocus(e, see) && see.isUnserved(see.device(e), peek),
    fits: isPlain,
  },
  'a bind': { events: ['driver-set'], holds: (e, _p, see) => isFocus(e, see), fits: isPlain },
  'a bind during a registration': {
    events: MOMENTS,
    reads: BINDS,
    holds: (_e, peek, see) => see.overlaps(peek, 1),
    fits: isPlain,
  },
  'a bind of a client of two IOMMUs during a registration': {
    events: MOMENTS,
    reads: BINDS,
    mayBe: (world) => focusOf(world).some((d) => d.iommus.length > 1),
    holds: (_e, peek, see) => see.overlaps(peek, 2),
    fits: (world) =>
      threadsIn(world, 'iommu-probe') === 1 && focusOf(world).some((d) => d.iommus.length > 1),
  },
  'a bind on CDX during a registration': {
    events: MOMENTS,
    reads: BINDS,
    mayBe: (world) => focusOf(world).some((d) => d.bus === 'cdx'),
    holds: (_e, peek, see) =>
      see.overlaps(peek, 1) && see.clients().some((d) => d.data.bus === 'cdx'),
    fits: (world) => focusOf(world).some((d) => d.bus === 'cdx'),
  },
  'a bind of a client with dma-ranges during a registration': {
    events: MOMENTS,
    reads: BINDS,
    mayBe: (world) => focusOf(world).some((d) => d.dmaRanges),
    holds: (_e, peek, see) => see.overlaps(peek, 1) && see.clients().some((d) => d.data.dmaRanges),
    fits: (world) =>
      threadsIn(world, 'iommu-probe') === 1 && focusOf(world).some((d) => d.dmaRanges),
  },
  'two registrations at once': {
    events: ['instance-listed', 'walk-visit'],
    reads: REGISTERS,
    mayBe: mayRegisterTwo,
    holds: (_e, peek, see) => see.registering(peek).length > 1,
    fits: isPair,
  },
  'two registrations at once, and two clients of one': {
    events: ['instance-listed', 'walk-visit'],
    reads: REGISTERS,
    mayBe: (world) => mayRegisterTwo(world) && haveTwoClients(world),
    holds: (_e, peek, see) => see.registering(peek).length > 1 && haveTwoClients(see.ctx.world),
    fits: (world) => isPair(world) && haveTwoClients(world),
  },
  'a device added during a registration': {
    events: ['walk-visit', 'init-begin', 'group-set'],
    reads: REGISTERS,
    mayBe: (world) => world.devices.some((d) => d.present === false),
    holds: (e, peek, see) =>
      see.registering(peek).length > 0 && see.device(e)?.data.present === false,
    fits: (world) => threadsIn(world, 'device-add') > 0 && threadsIn(world, 'iommu-probe') > 0,
  },
  'a driver registered while its device is added': {
    events: ['init-begin', 'driver-set', 'group-set'],
    holds: (e, _p, see) => isRegisteredMeanwhile(see.ctx.world, see.device(e)),
    fits: (world) =>
      threadsIn(world, 'device-add') + threadsIn(world, 'bus-scan') > 0 &&
      threadsIn(world, 'driver-attach') > 0,
  },
  'a bind of a device with a shared group during a registration': {
    events: ['driver-set', 'group-set'],
    reads: REGISTERS,
    mayBe: (world) =>
      focusOf(world).some(
        (f) =>
          f.groupKey !== null && world.devices.some((d) => d !== f && d.groupKey === f.groupKey),
      ),
    holds: (e, peek, see) =>
      isFocus(e, see) &&
      see.registering(peek).length > 0 &&
      see.ctx.devices.some((d) => sharesGroup(d, see.device(e))),
    fits: (world) =>
      threadsIn(world, 'iommu-probe') > 0 &&
      world.devices.some((d) => focusOf(world).some((f) => f !== d && f.groupKey === d.groupKey)),
  },
  'a registration after another': {
    events: ['register-end'],
    mayBe: (world) => world.instances.length > 1,
    holds: (e, _p, see) => e.name === 'register-end' && e.errno === 0 && see.isLater(e.instance),
    fits: (world) =>
      world.instances.some((i) => i.registered) && threadsIn(world, 'iommu-probe') > 0,
  },
  'a registration that fails': {
    events: ['register-end'],
    holds: (e, _p, see) => failed(e) || anyInstance(see, (i) => i.probeFails),
    fits: hasFailing,
  },
  'a registration that fails beside another': {
    events: ['register-end'],
    holds: (e, _p, see) => failed(e) && see.ctx.world.instances.length > 1,
    fits: (world) => world.instances.length > 1 && world.devices.some((d) => d.probeError),
  },
  'an instance that goes away': {
    events: ['driver-set', 'register-end'],
    holds: (e, _p, see) =>
      failed(e) ||
      threadsIn(see.ctx.world, 'iommu-unbind') > 0 ||
      anyInstance(see, (i) => i.probeFails),
    fits: (world) => threadsIn(world, 'iommu-unbind') > 0 || hasFailing(world),
  },
  'the deferral timeout': {
    events: ['deferral-timeout'],
    holds: () => true,
    fits: (world) => threadsIn(world, 'deferral-timeout') > 0,
  },
  'a deferred bind': {
    events: ['deferred'],
    holds: (e, _p, see) => isFocus(e, see),
    fits: isPlain,
  },
  'a device removed during a registration': {
    events: ['walk-visit', 'instance-listed'],
    reads: REGISTERS,
    mayBe: (world) => threadsIn(world, 'device-del') > 0,
    holds: (_e, peek, see) =>
      see.registering(peek).length > 0 && threadsIn(see.ctx.world, 'device-del') > 0,
    fits: (world) => threadsIn(world, 'device-del') > 0,
  },
  'a CPU that comes online during a registration': {
    events: ['instance-listed'],
    holds: (_e, _p, see) => threadsIn(see.ctx.world, 'cpu-online') > 0,
    fits: (world) => threadsIn(world, 'cpu-online') > 0,
  },
  'a claim of DMA ownership': {
    events: ['dma-owner'],
    holds: () => true,
    fits: (world) => focusOf(world).some((d) => d.driver?.managedDma),
  },
  'an ACPI client of two IOMMUs': {
    events: ['driver-set'],
    holds: (e, _p, see) =>
      see.ctx.world.firmware === 'acpi' && (see.device(e)?.data.iommus.length ?? 0) > 1,
    fits: (world) => world.firmware === 'acpi' && focusOf(world).some((d) => d.iommus.length > 1),
  },
  'a mock device that cannot be added': {
    events: ['device-released'],
    holds: (e, _p, see) => isFocus(e, see),
    fits: (world) => threadsIn(world, 'mock-add') > 0,
  },
  'a function with ACS gets a group': {
    events: ['group-set'],
    holds: (e, _p, see) => see.device(e)?.data.acs === true,
    fits: (world) => world.devices.some((d) => d.acs),
  },
  'a driver that sets its DMA mask during a registration': {
    events: ['dma-mask-set'],
    reads: REGISTERS,
    mayBe: (world) => focusOf(world).some((d) => d.driver?.dmaMask !== undefined),
    holds: (e, peek, see) => isFocus(e, see) && see.registering(peek).length > 0,
    fits: (world) =>
      threadsIn(world, 'iommu-probe') > 0 &&
      focusOf(world).some((d) => d.driver?.dmaMask !== undefined),
  },
  'what publishes an instance is read by a client': {
    events: ['ready-seen', 'fwspec-built'],
    reads: REGISTERS,
    mayBe: (world) => world.switches.storeBuffers !== undefined,
    holds: (e, peek, see) => see.isPublication(e, peek),
    flag: '--memory pso',
    fits: (world) => world.switches.storeBuffers !== undefined,
  },
  'flags in one word': {
    events: ['walk-visit'],
    holds: (_e, _p, see) => see.ctx.world.switches.flagsWord === true,
    fits: (world) => world.switches.flagsWord === true,
  },
} satisfies Readonly<Record<string, Precondition>>;

export type PreconditionId = keyof typeof byName;

const table: Readonly<Record<PreconditionId, Precondition>> = byName;

/** True where @world is there for @id, by its threads and devices alone. */
export function canReach(world: World, id: PreconditionId): boolean {
  return table[id].fits(world);
}

/** What brings @id about on a board, beside an actor; null where nothing does. */
export function flagOf(id: PreconditionId): string | null {
  return table[id].flag ?? null;
}

/** The events of which one tells that @id has come about. */
export function eventsOf(id: PreconditionId): readonly EventName[] {
  return table[id].events;
}

/**
 * The preconditions as things that happen sometimes in a run. @hasReady: whether instances have a
 * flag that says that they are ready. @wanted: null for all.
 */
export function preconditionsFor(
  ctx: RuleContext,
  hasReady: () => boolean,
  wanted: readonly string[] | null = null,
): Sometimes[] {
  const see = new Observer(ctx, hasReady);
  const possible = Object.entries(table)
    .filter(([id]) => wanted?.includes(id) ?? true)
    .filter(([, { mayBe }]) => mayBe?.(ctx.world) ?? true);
  return possible.map(([id, { events, reads = [], holds }]) => ({
    id,
    events,
    reads,
    holds: (e, peek) => holds(heard(e), peek, see),
  }));
}
