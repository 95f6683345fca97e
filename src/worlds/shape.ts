// SPDX-License-Identifier: GPL-2.0-only
// Equal up to names: worlds that differ in nothing but names are explored once.

import type { World } from './world.ts';

/**
 * Everything about a world but its names: devices, instances, groups and drivers are numbered in
 * order of appearance. One id or several is all that ids tell; who shares a group says the rest.
 */
export function shapeOf(world: World): string {
  const names = new Map<string, number>();
  const number = (kind: string, name: string): string => {
    const key = `${kind}:${name}`;
    const n = names.get(key) ?? names.size;
    names.set(key, n);
    return `${kind}${n}`;
  };
  const devices = world.devices.map((d) => ({
    ...d,
    name: number('d', d.name),
    iommus: d.iommus.map((u) => [number('i', u.instance), Math.min(u.ids.length, 2)]),
    driver: d.driver && { ...d.driver, name: number('drv', d.driver.name) },
    groupKey: d.groupKey === null ? null : number('g', d.groupKey),
    ...(d.alias === undefined ? {} : { alias: number('d', d.alias) }),
  }));
  const instances = world.instances.map((i) => ({
    ...i,
    name: number('i', i.name),
    device: number('d', i.device),
    ...(i.registersDriverOf === undefined
      ? {}
      : { registersDriverOf: number('d', i.registersDriverOf) }),
  }));
  const threads = world.threads.map((t) => {
    if ('instance' in t) return { ...t, instance: number('i', t.instance) };
    if ('device' in t) return { ...t, device: number('d', t.device) };
    if ('devices' in t) return { ...t, devices: t.devices.map((d) => number('d', d)) };
    return t;
  });
  const focus = world.focus.map((name) => number('d', name));
  const { firmware, switches } = world;
  return JSON.stringify({ firmware, switches, devices, instances, threads, focus });
}
