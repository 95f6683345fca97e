// SPDX-License-Identifier: GPL-2.0-only
// Equal up to names: worlds that differ in nothing but names are explored once.

import type { World } from './world.ts';

/** Names of one world and what they are called in another one of the same shape. */
export type Renaming = ReadonlyMap<string, string>;

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

/** The names of @from in order, with their counterparts in @to, a world of the same shape. */
export function renaming(from: World, to: World): Renaming {
  const pairs = new Map<string, string>();
  from.devices.forEach((d, i) => {
    const other = to.devices[i];
    if (!other) return;
    pairs.set(d.name, other.name);
    if (d.driver && other.driver) pairs.set(d.driver.name, other.driver.name);
  });
  from.instances.forEach((inst, i) => {
    const other = to.instances[i];
    if (other) pairs.set(inst.name, other.name);
  });
  return pairs;
}

/** Replace every name in a text, longest first, so that no name is taken for part of another. */
export function rename(text: string, names: Renaming): string {
  const from = [...names.keys()].sort((a, b) => b.length - a.length || (a < b ? -1 : 1));
  if (from.length === 0) return text;
  const pattern = new RegExp(from.map(escaped).join('|'), 'g');
  return text.replace(pattern, (name) => names.get(name) ?? name);
}

function escaped(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
}
