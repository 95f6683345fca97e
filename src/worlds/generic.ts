// SPDX-License-Identifier: GPL-2.0-only
// The generic worlds: those of two small boards that have one client of each kind that matters.
//
//   platform  20.gpu  100.iommu  200.iommu  30.codec  31.isp  40.decon  50.eth  51.eth
//   amba      60.dma      pci  0000:01:00.0 (found by a scan)     70.usb (made by its parent)
//
// 20.gpu has dma-ranges, 40.decon is behind both IOMMUs, 50.eth and 51.eth share a group; on the
// ACPI board there are a platform and a PCI device. What a matrix or a fix is judged on is these.

import {
  type ClientClass,
  classesOf,
  type Iommu,
  type Platform,
  type PlatformDevice,
} from '#platform/index';
import { type DerivedWorld, worldsForClass } from './derive.ts';
import { handWorlds } from './hand.ts';
import { shapeOf } from './shape.ts';
import type { World } from './world.ts';

interface Kind {
  readonly bus?: PlatformDevice['bus'];
  readonly createdBy?: PlatformDevice['createdBy'];
  readonly behind: readonly string[];
  readonly group?: string;
  readonly dmaRanges?: boolean;
}

function device(name: string, kind: Kind): PlatformDevice {
  const id = [...name].reduce((sum, c) => (sum * 31 + c.charCodeAt(0)) % 4093, 7);
  return {
    name,
    path: `/${name}`,
    bus: kind.bus ?? 'platform',
    createdBy: kind.createdBy ?? 'populate',
    parent: null,
    compatible: [name.replace(/^.*\./, '')],
    iommus: kind.behind.map((iommu, i) => ({ iommu, ids: [id + i] })),
    problem: null,
    refersToIommu: kind.behind.length > 0,
    groupKey: kind.behind.length === 0 ? null : (kind.group ?? name),
    dmaRanges: kind.dmaRanges ?? false,
    dmaCoherent: false,
    iommuAddresses: false,
    requesterId: kind.bus === 'pci' ? id : null,
  };
}

function board(firmware: Platform['firmware'], devices: readonly PlatformDevice[]): Platform {
  const iommus: Iommu[] = [A, B].map((name) => ({
    name,
    path: `/${name}`,
    driver: firmware === 'dt' ? 'arm-smmu' : 'arm-smmu-v3',
    compatible: [firmware === 'dt' ? 'arm,mmu-500' : 'arm,smmu-v3'],
    cells: 1,
    available: true,
    reachable: true,
    registers: true,
    because: null,
    clients: devices.filter((d) => d.iommus.some((u) => u.iommu === name)).map((d) => d.name),
  }));
  return {
    format: 'racewindow/platform@1',
    firmware,
    model: `generic ${firmware} board`,
    compatible: [],
    devices,
    iommus,
    hosts: [],
    unavailable: { iommus: 0, clients: 0, maps: 0 },
    nodeCount: devices.length + 1,
    notes: [],
  };
}

const [A, B] = ['100.iommu', '200.iommu'] as const;
// Who acts in worlds of their own does so in those made by hand.
const axes = { asyncProbe: false, strictDevlink: false, usual: false };

/** The generic device-tree board. */
const genericDt: Platform = board('dt', [
  device('20.gpu', { behind: [A], dmaRanges: true }),
  device(A, { behind: [] }),
  device(B, { behind: [] }),
  device('30.codec', { behind: [A] }),
  device('31.isp', { behind: [A] }),
  device('40.decon', { behind: [A, B] }),
  device('50.eth', { behind: [B], group: 'eth' }),
  device('51.eth', { behind: [B], group: 'eth' }),
  device('60.dma', { bus: 'amba', behind: [A] }),
  device('70.usb', { createdBy: 'parent-driver', behind: [A] }),
  device('0000:01:00.0', { bus: 'pci', createdBy: 'bus-scan', behind: [B] }),
]);

/** The generic ACPI board. */
const genericAcpi: Platform = board('acpi', [
  device(A, { behind: [] }),
  device(B, { behind: [] }),
  device('ACPI0001:00', { behind: [A] }),
  device('ACPI0001:01', { behind: [A] }),
  device('ACPI0002:00', { behind: [A, B] }),
  device('0000:02:00.0', { bus: 'pci', createdBy: 'bus-scan', behind: [B] }),
]);

/** All generic worlds, hand-made ones last; worlds of equal shape are there once. */
export function genericWorlds(): DerivedWorld[] {
  const derived = [genericDt, genericAcpi].flatMap((platform) => {
    const classes = fullestOfKinds(classesOf(platform));
    return withoutRepeats(platform, classes);
  });
  return distinctWorlds([...derived, ...handWorlds()]);
}

/**
 * Of the classes of one kind, that whose client stands between two others, else one for each
 * side: the rest are there as bystanders.
 */
export function fullestOfKinds(classes: readonly ClientClass[]): ClientClass[] {
  return classes.filter((c) => {
    const kin = classes.filter((other) => other.kind === c.kind);
    const between = kin.find((k) => sidesOf(k).every((side) => side));
    if (between) return c === between;
    const first = [0, 1].map((i) => kin.find((k) => sidesOf(k)[i]));
    return first.includes(c) || (first.every((k) => k === undefined) && c === kin[0]);
  });
}

function sidesOf({ surroundings }: ClientClass): boolean[] {
  const { casts } = surroundings;
  return [casts.some((x) => x.after !== null), casts.some((x) => x.before !== null)];
}

/** Two walks at once are large: once per firmware and number of IOMMUs of the client. */
function withoutRepeats(platform: Platform, classes: readonly ClientClass[]): DerivedWorld[] {
  const seen = new Set<number>();
  return classes.flatMap((c) => {
    const worlds = worldsForClass(platform, axes, c);
    const plain = c.bus === 'platform' && c.createdBy === 'populate';
    const small = plain && !c.sharesGroup && !c.dmaRanges && !seen.has(c.iommus.length);
    if (small) seen.add(c.iommus.length);
    return small ? worlds : worlds.filter(({ world }) => walksOf(world) < 2);
  });
}

function walksOf(world: World): number {
  return world.threads.filter((t) => t.kind === 'iommu-probe').length;
}

/** @worlds without those that differ from an earlier one in names only. */
export function distinctWorlds(worlds: readonly DerivedWorld[]): DerivedWorld[] {
  const seen = new Set<string>();
  return worlds.filter(({ world }) => {
    const shape = shapeOf(world);
    return !seen.has(shape) && seen.add(shape);
  });
}
