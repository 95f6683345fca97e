// SPDX-License-Identifier: GPL-2.0-only
// What worlds written by hand are made of: an IOMMU, clients, threads.

import type { DerivedWorld } from './derive.ts';
import type { World, WorldDevice, WorldInstance, WorldSwitches, WorldThread } from './world.ts';

export const switches: WorldSwitches = {
  asyncProbe: false,
  strictDevlink: false,
  deferralEnabled: true,
  deferralTimeout: false,
};

export const walker: WorldThread = {
  kind: 'iommu-probe',
  name: 'swapper/0',
  instance: '100.iommu',
};
export const second: WorldThread = {
  kind: 'iommu-probe',
  name: 'kworker/u8:2',
  instance: '200.iommu',
};
export const binder: WorldThread = { kind: 'driver-attach', name: 'modprobe', device: '20.gpu' };

export function iommu(name = '100.iommu'): WorldDevice {
  const driver = { name: 'arm-smmu', managedDma: false, async: false };
  const rest = { present: true, driver, groupKey: null, dmaRanges: false } as const;
  return { name, bus: 'platform', role: 'iommu', iommus: [], ...rest };
}

export function client(name: string, more: Partial<WorldDevice> = {}): WorldDevice {
  return {
    name,
    bus: 'platform',
    role: 'client',
    iommus: [{ instance: '100.iommu', ids: [1] }],
    present: true,
    driver: { name: name.replace(/^.*\./, ''), managedDma: false, async: false },
    groupKey: name,
    dmaRanges: false,
    ...more,
  };
}

export function instance(more: Partial<WorldInstance> = {}): WorldInstance {
  const name = more.name ?? '100.iommu';
  return { name, device: name, driver: 'arm-smmu', registered: false, ...more };
}

/** @clients behind Intel's unit, which needs no firmware data to probe them. */
export function intel(...clients: WorldDevice[]) {
  const instances = [instance({ driver: 'intel' })];
  return { firmware: 'acpi', devices: [iommu(), ...clients], instances } as const;
}

interface HandScene {
  readonly name: string;
  readonly firmware?: World['firmware'];
  readonly devices: readonly WorldDevice[];
  readonly instances?: readonly WorldInstance[];
  readonly threads: readonly WorldThread[];
  readonly switches?: Partial<WorldSwitches>;
}

export function world(scene: HandScene): DerivedWorld {
  const focus = scene.devices.filter((d) => d.role === 'client').map((d) => d.name);
  const classKey = `hand:${scene.name}`;
  return {
    classKey,
    devices: focus,
    world: {
      name: `${scene.name}/${focus.length === 1 ? '1 client' : `${focus.length} clients`}`,
      classKey,
      firmware: scene.firmware ?? 'dt',
      devices: scene.devices,
      instances: scene.instances ?? [instance()],
      threads: scene.threads,
      switches: { ...switches, ...scene.switches },
      focus,
    },
  };
}

/** @derived with its world made into another. */
export function altered(derived: DerivedWorld, by: (world: World) => World): DerivedWorld {
  return { ...derived, world: by(derived.world) };
}

export const two = [instance(), instance({ name: '200.iommu' })];
export const both = [
  { instance: '100.iommu', ids: [1] },
  { instance: '200.iommu', ids: [2] },
];
export const ready = [instance({ registered: true })];
export const adder: WorldThread = { kind: 'device-add', name: 'modprobe', device: '20.gpu' };
export const undriven = { driver: null, role: 'bystander' } as const;
