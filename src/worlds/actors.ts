// SPDX-License-Identifier: GPL-2.0-only
// Who may act in a world: what its threads, devices and switches say of that.

import type { World, WorldThread } from './world.ts';

/** Somebody who acts, or something that happens, in some worlds and not in others. */
export interface Actor {
  readonly id: string;
  readonly isIn: (world: World) => boolean;
}

const runs =
  (...kinds: readonly WorldThread['kind'][]) =>
  ({ threads }: World): boolean =>
    threads.some(({ kind }) => kinds.includes(kind));

/** All of them: those of an ordinary boot first. */
export const actors: readonly Actor[] = [
  { id: 'walk', isIn: runs('iommu-probe') },
  { id: 'bind', isIn: runs('driver-attach') },
  // The deferred-probe worker is part of every world.
  { id: 'retry', isIn: () => true },
  { id: 'device_add', isIn: runs('device-add', 'bus-scan', 'mock-add') },
  { id: 'asynchronous probe', isIn: ({ switches }) => switches.asyncProbe },
  { id: 'late initcall', isIn: runs('late-initcall') },
  { id: 'deferral timeout', isIn: runs('deferral-timeout') },
  { id: 'unbind of an IOMMU', isIn: runs('iommu-unbind') },
  {
    id: 'registration that fails',
    isIn: ({ instances }) => instances.some((i) => i.probeFails === true),
  },
  {
    id: 'client that is refused',
    isIn: ({ devices }) => devices.some((d) => d.probeError === true),
  },
  { id: 'hot removal', isIn: runs('device-del') },
  {
    id: 'owner that manages its DMA',
    isIn: ({ devices }) => devices.some((d) => d.driver?.managedDma === true),
  },
  { id: 'CPU that comes online', isIn: runs('cpu-online') },
];

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
