// SPDX-License-Identifier: GPL-2.0-only
// Who may act in a world: what its threads, devices and switches say of that, and in which worlds
// the client of a board meets whom.
//
// Those of an ordinary boot are in a board's worlds unless nothing can bring them about. The rarer
// ones come if they are asked for. But for walks, binds, retries and device_add, each has a small
// world of its own, in which the client stands alone with its IOMMUs.

import { byOwnTable } from '#kernel/index';
import { type Creator, whyKept, whyNotLate, whyNotRefused } from '#platform/index';
import {
  addedBy,
  asyncClients,
  beforeLateInitcall,
  managed,
  masking,
  NARROW,
  retitled,
  settled,
  WIDE,
  withLateFailure,
  withRefusal,
  withRemoval,
  withTimeout,
  withUnbind,
} from './transforms.ts';
import type { World, WorldThread } from './world.ts';

/** What the worlds of a class are made of. */
export interface ClassParts {
  readonly client: string;
  readonly bus: string;
  readonly createdBy: Creator;
  /** A walk and a bind: the client without bystanders, and with those of its first cast. */
  readonly alone: World;
  readonly whole: World;
  /** Two walks at once, and a bystander where one stands with the client; null: never two. */
  readonly walks: World | null;
  /** Release of the kernel, for what its IOMMU drivers do; null: what any that was read does. */
  readonly kernel: string | null;
}

/** Why a class has no world of an actor. */
export interface Missing {
  readonly because: string;
  /** True where the kernel can not come to it; false where only a world is missing. */
  readonly never: boolean;
}

/** Somebody who acts, or something that happens, in some worlds and not in others. */
export interface Actor {
  readonly id: string;
  /** Its name in a list of those that are asked for; null: nobody asks for it. */
  readonly flag: string | null;
  /** True where it takes part in an ordinary boot. */
  readonly usual: boolean;
  readonly isIn: (world: World) => boolean;
  /** The worlds that a class has because of it, or why it has none; null: the plain ones do. */
  readonly cast: ((parts: ClassParts) => readonly World[] | Missing) | null;
}

const runs =
  (...kinds: readonly WorldThread['kind'][]) =>
  ({ threads }: World): boolean =>
    threads.some(({ kind }) => kinds.includes(kind));

/** Part of the plain worlds of a class, wherever it can be. */
const plain = { flag: null, usual: true, cast: null } as const;

/** All of them: those of an ordinary boot first. */
export const actors: readonly Actor[] = [
  { ...plain, id: 'walk', isIn: runs('iommu-probe') },
  { ...plain, id: 'bind', isIn: runs('driver-attach') },
  // The deferred-probe worker is part of every world.
  { ...plain, id: 'retry', isIn: () => true },
  {
    ...plain,
    id: 'device_add',
    isIn: runs('device-add', 'bus-scan'),
    cast: ({ client, createdBy }) => (createdBy === 'populate' ? populated(client, 'adds') : []),
  },
  {
    id: 'asynchronous probe',
    flag: 'async',
    usual: true,
    isIn: ({ switches, devices }) =>
      switches.asyncProbe || devices.some((d) => d.driver?.async === true),
    // With driver_async_probe=* all worlds have it.
    cast: ({ alone }) =>
      alone.switches.asyncProbe ? [] : [retitled(asyncClients(alone), 'walk+bind async')],
  },
  {
    id: 'late initcall',
    flag: 'initcall',
    usual: true,
    isIn: runs('late-initcall'),
    cast: ({ alone }) => [retitled(beforeLateInitcall(alone), 'walk+bind+initcall')],
  },
  {
    id: 'deferral timeout',
    flag: 'timeout',
    usual: true,
    isIn: runs('deferral-timeout'),
    cast: ({ alone }) => [retitled(withTimeout(alone), 'walk+bind+timeout')],
  },
  {
    id: 'unbind of an IOMMU',
    flag: 'unbind',
    usual: false,
    isIn: runs('iommu-unbind'),
    cast: castUnbind,
  },
  {
    id: 'registration that fails',
    flag: 'fail',
    usual: false,
    isIn: ({ instances }) => instances.some((i) => i.probeFails === true),
    cast: castLateFailure,
  },
  {
    id: 'client that is refused',
    flag: 'refuse',
    usual: false,
    isIn: ({ devices }) => devices.some((d) => d.probeError === true),
    cast: castRefusal,
  },
  {
    id: 'hot removal',
    flag: 'remove',
    usual: false,
    isIn: runs('device-del'),
    cast: ({ client, createdBy, alone }) =>
      createdBy === 'populate'
        ? populated(client, 'removes')
        : [retitled(withRemoval(alone, client), 'walk+bind+remove')],
  },
  {
    id: 'owner that manages its DMA',
    flag: 'owner',
    usual: false,
    isIn: ({ devices }) => devices.some((d) => d.driver?.managedDma === true),
    cast: ({ alone, bus }) =>
      bus === 'host1x-context'
        ? { because: `no driver that manages DMA binds to ${bus} devices`, never: true }
        : [retitled(managed(alone), 'walk+bind managed')],
  },
  {
    id: 'client beside two walks',
    flag: 'beside',
    usual: false,
    isIn: isBeside,
    cast: castBeside,
  },
  {
    id: 'driver that sets its DMA mask',
    flag: 'masks',
    usual: false,
    isIn: ({ devices }) => devices.some((d) => d.driver?.dmaMask !== undefined),
    cast: castMasks,
  },
  {
    id: 'CPU that comes online',
    flag: null,
    usual: false,
    isIn: runs('cpu-online'),
    cast: ({ alone }) => ({
      because: "only Intel's units do anything when a CPU comes online",
      never: alone.instances.every((i) => i.driver !== 'intel'),
    }),
  },
  {
    id: 'mock device',
    flag: null,
    usual: false,
    isIn: runs('mock-add'),
    cast: () => ({ because: 'only a test of iommufd makes mock devices', never: true }),
  },
];

/** Those that are asked for by name, in order. */
export const namedActors: readonly (Actor & { readonly flag: string })[] = actors.flatMap(
  (actor) => (actor.flag === null ? [] : [{ ...actor, flag: actor.flag }]),
);

function populated(client: string, verb: 'adds' | 'removes'): Missing {
  const because =
    verb === 'adds'
      ? `${client} is populated at boot, before any driver registers`
      : `${client} is populated at boot, and nothing ${verb} it later`;
  return { because, never: true };
}

function castUnbind({ client, createdBy, alone }: ClassParts): World[] | Missing {
  const kept = alone.instances.map((i) => whyKept(i.driver));
  // The last one is that which registers while the client binds.
  const at = kept.lastIndexOf(null);
  const instance = alone.instances[at];
  if (instance === undefined) return never(kept);
  const worlds = [retitled(withUnbind(alone, instance.name), 'walk+bind+unbind')];
  if (createdBy === 'populate') return worlds;
  const added = addedBy(withoutBinds(settled(alone)), client, 'modprobe');
  return [...worlds, retitled(withUnbind(added, instance.name), 'add+unbind')];
}

function castLateFailure({ alone, kernel }: ClassParts): World[] | Missing {
  const walking = alone.instances.filter((i) => !i.registered);
  const safe = walking.map((i) => whyNotLate(i.driver, kernel));
  if (!safe.includes(null)) return never(safe);
  return [retitled(withLateFailure(alone), 'walk+bind+fail')];
}

/** Who is refused stands with the client, and would have ended earlier registrations as well. */
function castRefusal({ whole, client }: ClassParts): World[] | Missing {
  const walking = whole.instances.filter((i) => !i.registered);
  const kind = walking.map((i) => whyNotRefused(i.driver));
  if (!kind.includes(null)) return never(kind);
  const names = walking.map((i) => i.name);
  const refused = whole.devices.find(
    (d) => d.role === 'bystander' && d.iommus.every((use) => names.includes(use.instance)),
  );
  if (refused === undefined) {
    const because = `no other device that could be refused stands with ${client} in its worlds`;
    return { because, never: false };
  }
  return [retitled(withRefusal(whole, refused.name), 'walk+bind+refuse')];
}

/** True where two walks at once meet two clients. */
function isBeside({ threads, devices }: World): boolean {
  const walks = threads.filter(({ kind }) => kind === 'iommu-probe');
  return walks.length > 1 && devices.filter((d) => d.iommus.length > 0).length > 1;
}

/** A check has about twice the states with it: so it is there only where it is asked for. */
function castBeside({ walks, client }: ClassParts): World[] | Missing {
  if (walks === null) {
    const because = `no second IOMMU can register while that of ${client} does`;
    return { because, never: true };
  }
  if (isBeside(walks)) return [retitled(walks, 'walk+walk beside')];
  return { because: `no other device stands with ${client} in its worlds`, never: false };
}

/** Where firmware limits the addresses of a board's client, that is taken to be above 32 bits. */
const LIMIT = 40;

/** A narrower mask than the 32 bits that a device begins with, and a wider one. */
function castMasks({ alone, client, bus }: ClassParts): World[] | Missing {
  const unlimited = whyUnlimited(alone, client, bus);
  if (unlimited !== null) return unlimited;
  const limited = alone.devices.map((d) => {
    if (d.name !== client) return d;
    const made = bus === 'fsl-mc' ? { madeMask: 64 } : {};
    const limit = d.dmaRanges || alone.firmware === 'acpi' ? { dmaLimit: LIMIT } : {};
    return { ...d, ...made, ...limit };
  });
  const ranged = { ...alone, devices: limited };
  return [
    retitled(masking(ranged, NARROW), 'walk+bind narrow mask'),
    retitled(masking(ranged, WIDE), 'walk+bind wide mask'),
  ];
}

/** Buses whose .dma_configure forces no configuration that no dma-ranges ask for. */
const unforced: ReadonlySet<string> = new Set(['fsl-mc', 'cdx']);

/** Why nobody limits the masks that a driver of @client sets; null: they are limited. */
function whyUnlimited({ firmware, instances, devices }: World, client: string, bus: string) {
  if (bus === 'host1x-context') {
    return { because: `no driver binds to ${bus} devices`, never: true };
  }
  if (firmware === 'dt') {
    const isForced = !unforced.has(bus) || devices.some((d) => d.name === client && d.dmaRanges);
    const because = `nothing is limited for ${bus} devices without dma-ranges`;
    return isForced ? null : { because, never: true };
  }
  const families = instances.map((i) => i.driver);
  if (families.some((family) => byOwnTable.has(family) || family === 'riscv')) {
    return { because: 'ACPI limits masks on arm64, not on x86 or RISC-V', never: true };
  }
  // acpi_arch_dma_setup() does nothing on x86, and a VIOT may be there as well.
  if (!families.includes('virtio')) return null;
  return { because: 'ACPI limits masks on arm64, and a VIOT does not tell that', never: false };
}

function withoutBinds(world: World): World {
  return { ...world, threads: world.threads.filter((t) => t.kind !== 'driver-attach') };
}

function never(reasons: readonly (string | null)[]): Missing {
  const because = [...new Set(reasons.filter((r) => r !== null))].join('; ');
  return { because, never: true };
}

/** True where somebody acts who is not in the plain worlds of a board. */
export function isActed(world: World): boolean {
  return actingIn(world).length > 0;
}

/** Ids of actors that are in some of @worlds, and never with one another or two walks. */
export function apartIn(worlds: readonly World[]): readonly string[] {
  const found = new Map<string, boolean>();
  for (const world of worlds) {
    const acting = actingIn(world);
    const walks = world.threads.filter(({ kind }) => kind === 'iommu-probe').length;
    const isAlone = acting.length === 1 && walks < 2;
    for (const { id } of acting) found.set(id, isAlone && (found.get(id) ?? true));
  }
  return namedActors.flatMap(({ id }) => (found.get(id) ? [id] : []));
}

/** Named actors of @world; driver_async_probe=* is none, since all worlds have it. */
function actingIn(world: World): Actor[] {
  const isChosen = ({ flag }: Actor): boolean => flag === 'async' && world.switches.asyncProbe;
  return namedActors.filter((actor) => actor.isIn(world) && !isChosen(actor));
}

/** The actors that one of @worlds has, and those that none has, by their ids. */
export function actorsOf(worlds: readonly World[]): {
  readonly present: readonly string[];
  readonly absent: readonly string[];
} {
  const isThere = ({ isIn }: Actor): boolean => worlds.some(isIn);
  const ids = (list: readonly Actor[]): string[] => list.map(({ id }) => id);
  return {
    present: ids(actors.filter(isThere)),
    absent: ids(actors.filter((actor) => !isThere(actor))),
  };
}
