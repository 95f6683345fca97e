// SPDX-License-Identifier: GPL-2.0-only
// Which worlds can be built of the kernel's own C; each of the others is refused with its reason.

import { SourceError } from '#realc/build/errors';
import type { World, WorldDevice } from '#worlds/world';
import { BUSES } from './buses.ts';

function refuse(what: string, hint: string): never {
  throw new SourceError('RW309', what, hint);
}

function checkBuses(world: World): void {
  for (const d of world.devices) {
    const { name, bus, role, iommus } = d;
    if (BUSES[bus] === undefined) {
      refuse(`${name} is on the ${bus} bus, which is not linked`, 'platform, pci and amba are');
    }
    if (bus === 'platform') continue;
    if (role === 'iommu') {
      refuse(`${name} is an IOMMU on the ${bus} bus`, 'IOMMUs are platform devices here');
    }
    if (bus === 'pci' && (iommus.length > 1 || (iommus[0]?.ids.length ?? 0) > 1)) {
      refuse(`${name} has several ids, and iommu-map gives one`, 'give the function one id');
    }
    if (bus === 'pci' && world.switches.strictDevlink) {
      const why = 'strict device links hold back its host bridge, which has no driver here';
      refuse(`${name} is on the pci bus: ${why}`, 'leave --strict-devlink away');
    }
  }
}

/** True if a thread of the world registers the driver of a device. */
export function registeredLater(world: World, d: WorldDevice): boolean {
  return world.threads.some((t) => t.kind === 'driver-attach' && t.device === d.name);
}

/** Kinds of threads that run here. */
const THREADS: ReadonlySet<string> = new Set([
  'iommu-probe',
  'driver-attach',
  'device-add',
  'device-del',
  'late-initcall',
  'deferral-timeout',
]);

/** Refuse what this namespace and its IORT cannot say. */
function checkAcpi(world: World): void {
  const other = world.instances.find((i) => i.driver !== 'arm-smmu-v3');
  if (other) refuse(`${other.name} is no SMMUv3, and the IORT has no others`, 'use a device tree');
  const firstClient = world.devices.findIndex((d) => d.role !== 'iommu');
  if (world.devices.slice(firstClient).some((d) => d.role === 'iommu')) {
    refuse('an SMMU comes after a device, and the IORT is read first', 'use a device tree');
  }
  for (const d of world.devices) {
    if (d.bus === 'amba') refuse(`${d.name} is on the amba bus, from ACPI`, 'use a device tree');
    if (d.bus === 'pci' && !d.present) {
      refuse(`${d.name} is found by a scan, and has no node to be known by`, 'use a device tree');
    }
    if (d.dmaRanges) refuse(`${d.name} has ranges of its own in ACPI`, 'use a device tree');
  }
}

/** Refuse worlds that would come to something else here than they say. */
export function checkWorld(world: World): void {
  checkBuses(world);
  if (world.firmware === 'acpi') checkAcpi(world);
  const thread = world.threads.find((t) => !THREADS.has(t.kind));
  if (thread) refuse(`no thread of the kind ${thread.kind} runs here`, 'choose another world');
  for (const { kind, device } of world.threads.flatMap((t) => ('device' in t ? t : []))) {
    const d = world.devices.find(({ name }) => name === device);
    if (kind !== 'device-del' || !d) continue;
    if (!d.present) refuse(`${device} is removed before it is there`, 'choose another world');
    if (d.bus === 'pci') {
      refuse(
        `${device} is removed from the pci bus, which unbinds it first`,
        'choose another world',
      );
    }
  }
  for (const d of world.devices) {
    const untried = d.present && d.driver !== null && d.role !== 'iommu' && !d.deferred;
    if (untried && !registeredLater(world, d)) {
      refuse(`${d.name} has a driver that has not tried it`, 'let a thread attach it');
    }
    if (d.parsed) refuse(`${d.name} has been parsed by an earlier bind`, 'choose another world');
    if (d.domainType) refuse(`${d.name} wants a domain of its own type`, 'choose another world');
    if (d.driver?.dmaMask && (!d.present || world.firmware === 'acpi')) {
      const why = 'its masks are watched on a device tree, from the beginning';
      refuse(`the driver of ${d.name} sets a DMA mask: ${why}`, 'choose another world');
    }
    if (d.dmaLimit || (d.dmaRanges && d.driver?.dmaMask))
      refuse(`firmware limits the DMA of ${d.name}`, 'choose another world');
    if (d.acs || d.alias) refuse(`${d.name} has ACS, or an alias`, 'choose another world');
    if (d.probeError) refuse(`${d.name} is refused by its IOMMU driver`, 'choose another world');
  }
  for (const i of world.instances) {
    if (i.probeFails) refuse(`the probe of ${i.name} fails`, 'choose another world');
    if (i.registersDriverOf) {
      refuse(`${i.name} registers another driver first`, 'choose another world');
    }
  }
  if (world.switches.lazyDma) refuse('iommu.strict=0 needs flush queues', 'choose another world');
}
