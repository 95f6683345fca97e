// SPDX-License-Identifier: GPL-2.0-only
// Worlds made of others: somebody more acts in them, or something in them fails.

import type { World, WorldDevice, WorldThread } from './world.ts';

/** @world with another scene at the beginning of its name. */
export function retitled(world: World, scene: string): World {
  return { ...world, name: world.name.replace(/^[^/]*/, scene) };
}

/** Another thread runs, too. */
function joinedBy(world: World, ...threads: readonly WorldThread[]): World {
  return { ...world, threads: [...world.threads, ...threads] };
}

/** driver_async_probe=*: all drivers probe on threads of their own. */
export function asynchronously(world: World): World {
  const devices = world.devices.map((d) =>
    d.driver ? { ...d, driver: { ...d.driver, async: true } } : d,
  );
  return { ...world, devices, switches: { ...world.switches, asyncProbe: true } };
}

/** The drivers of clients ask for asynchronous probing. */
export function asyncClients(world: World): World {
  return driversOf(world, { async: true });
}

/** VFIO or the like binds to the clients, and manages their DMA itself. */
export function managed(world: World): World {
  return driversOf(world, { managedDma: true });
}

/** Bits of a mask that a driver sets: fewer than the 32 that a device is made with, and more. */
export const NARROW = 30;
export const WIDE = 64;

/** The drivers of clients set a DMA mask of so many bits. */
export function masking(world: World, bits: number): World {
  return driversOf(world, { dmaMask: bits });
}

function driversOf(world: World, more: Partial<NonNullable<WorldDevice['driver']>>): World {
  const devices = world.devices.map((d) =>
    d.role === 'client' && d.driver ? { ...d, driver: { ...d.driver, ...more } } : d,
  );
  return { ...world, devices };
}

/** Deferred probing is not enabled yet: swapper/0 comes to that, and others do the rest. */
export function beforeLateInitcall(world: World): World {
  const others = world.threads.map((t, i) =>
    t.name === 'swapper/0' ? { ...t, name: `kworker/u8:${i + 4}` } : t,
  );
  const switches = { ...world.switches, deferralEnabled: false };
  const late: WorldThread = { kind: 'late-initcall', name: 'swapper/0' };
  return { ...world, switches, threads: [...others, late] };
}

/** The deferral timeout may expire. */
export function withTimeout(world: World): World {
  const switches = { ...world.switches, deferralTimeout: true };
  return joinedBy({ ...world, switches }, { kind: 'deferral-timeout', name: 'kworker/u8:3' });
}

/** User space unbinds the driver of @instance. */
export function withUnbind(world: World, instance: string): World {
  return joinedBy(world, { kind: 'iommu-unbind', name: 'bash', instance });
}

/** Whoever has yet to register does so, fails later on, and unregisters. */
export function withLateFailure(world: World): World {
  const instances = world.instances.map((i) => (i.registered ? i : { ...i, probeFails: true }));
  return { ...world, instances };
}

/** Its IOMMU refuses @device, and so ends a registration. */
export function withRefusal(world: World, device: string): World {
  const devices = world.devices.map((d) => (d.name === device ? { ...d, probeError: true } : d));
  return { ...world, devices };
}

/** User space, or a hot plug, removes @device. */
export function withRemoval(world: World, device: string): World {
  return joinedBy(world, { kind: 'device-del', name: 'rmmod', device });
}

/** All IOMMUs are there from the beginning. */
export function settled(world: World): World {
  const instances = world.instances.map((i) => ({ ...i, registered: true }));
  const threads = world.threads.filter((t) => t.kind !== 'iommu-probe');
  return { ...world, instances, threads };
}

/** @device is not there: the thread called @name adds it, at the end of its bus list. */
export function addedBy(world: World, device: string, name: string): World {
  const there = world.devices.filter((d) => d.name !== device);
  const late = world.devices.filter((d) => d.name === device);
  const devices = [...there, ...late.map((d) => ({ ...d, present: false }))];
  return { ...world, devices, threads: [{ kind: 'device-add', name, device }, ...world.threads] };
}
