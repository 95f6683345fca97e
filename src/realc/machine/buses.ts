// SPDX-License-Identifier: GPL-2.0-only
// Which buses a scene can put devices on, how a device is addressed there.

import type { World, WorldDevice } from '#worlds/world';

/** Buses, by the numbers of scene/rw.h. */
export const BUSES: Readonly<Record<string, number>> = { platform: 0, pci: 1, amba: 2 };

/** A device's bus as scene/rw.h numbers it. */
export function busNumber(d: WorldDevice): number {
  return BUSES[d.bus] ?? 0;
}

/** The id by which a driver that is not chosen by a compatible string knows its device. */
export function deviceId(world: World, d: WorldDevice): number {
  return world.devices.indexOf(d) + 1;
}

const MULTIFUNCTION = 256;

/** Slot and function; devices of one group are functions of one slot: without ACS they share it. */
export function devfn(world: World, d: WorldDevice): number {
  const all = world.devices.filter((o) => o.bus === 'pci');
  const same = (o: WorldDevice): boolean => o.groupKey !== null && o.groupKey === d.groupKey;
  const first = all.findIndex((o) => o === d || same(o));
  const functions = all.filter((o) => o === d || same(o));
  const multi = functions.length > 1 ? MULTIFUNCTION : 0;
  return ((first + 1) << 3) | functions.indexOf(d) | multi;
}

/** Entries of the host bridge's iommu-map: requester id, IOMMU, stream id, how many. */
export function iommuMap(world: World, phandle: (device: string) => number): number[] {
  const cells: number[] = [];
  for (const d of world.devices) {
    const use = d.bus === 'pci' ? d.iommus[0] : undefined;
    const instance = use && world.instances.find((i) => i.name === use.instance);
    if (!use || !instance) continue;
    cells.push(devfn(world, d) & 255, phandle(instance.device), use.ids[0] ?? 0, 1);
  }
  return cells;
}
