// SPDX-License-Identifier: GPL-2.0-only
// From a board and the devices of a log to a world in which they meet as the log has them.

import type { LogStory } from '#log/index';
import { isPciName, pciPlace } from '#log/index';
import {
  fwspecIds,
  type IommuDriver,
  instancesOf,
  type Platform,
  type PlatformDevice,
  runsOf,
} from '#platform/index';
import { type LineSwitches, switchesOfLine } from '#worlds/command-line';
import type { World, WorldDevice, WorldThread } from '#worlds/world';

/** A device of the log that takes part. */
export interface Participant {
  readonly name: string;
  /** Its driver is loaded by a thread of its own. */
  readonly binds: boolean;
  /** Devices with the same key share a group. */
  readonly group: string;
}

/** What the machine was booted with. */
export interface BootSwitches extends LineSwitches {
  /** The IOMMUs are registered before anything binds: built in, and first. */
  readonly early?: boolean;
  /** IOMMUs that are registered and ready before anything runs. */
  readonly ready?: readonly string[];
}

/**
 * The device @name of the board; a PCI function that no node speaks of is as the others of its
 * host bridge. Null for one that is behind no IOMMU.
 */
export function clientOnBoard(board: Platform, name: string): PlatformDevice | null {
  const own = board.devices.find((d) => d.name === name);
  if (own !== undefined) return own.iommus.length > 0 ? own : null;
  if (!isPciName(name)) return null;
  const like = board.devices.find(
    (d) => d.bus === 'pci' && d.iommus.length > 0 && segmentOf(d.name) === segmentOf(name),
  );
  return like === undefined ? null : { ...like, name, groupKey: name };
}

function segmentOf(name: string): string {
  return name.slice(0, name.indexOf(':'));
}

/** What the command line of the log says of asynchronous probing and links. */
export function switchesOf({ commandLine }: LogStory): BootSwitches {
  return switchesOfLine(commandLine?.text ?? '');
}

/** The world of @participants; null where the board has one of them behind no IOMMU. */
export function worldOf(
  board: Platform,
  participants: readonly Participant[],
  switches: BootSwitches,
): World | null {
  const clients = participants.flatMap((participant) => {
    const device = clientOnBoard(board, participant.name);
    return device === null ? [] : [{ participant, device }];
  });
  if (clients.length < participants.length || clients.length === 0) return null;
  const instances = [...new Set(clients.flatMap(({ device }) => instancesOf(device)))];
  const family = (name: string): IommuDriver =>
    board.iommus.find((i) => i.name === name)?.driver ?? 'unknown';
  const place = new Map(board.devices.map((d, i) => [d.name, i]));
  const iommus = instances.map((name): WorldDevice & { at: number } => ({
    ...{ name, bus: 'platform', role: 'iommu', iommus: [], present: true, groupKey: null },
    driver: { name: family(name), managedDma: false, async: switches.asyncProbe },
    dmaRanges: false,
    at: place.get(name) ?? 0,
  }));
  const others = clients.map(({ participant, device }): WorldDevice & { at: number } => ({
    ...{ name: device.name, bus: busOf(device), role: participant.binds ? 'client' : 'bystander' },
    iommus: runsOf(device).map(({ iommu, ids }) => ({
      instance: iommu,
      ids: ids.flatMap((cells) => fwspecIds(family(iommu), cells)),
    })),
    present: true,
    driver: participant.binds
      ? { name: device.compatible[0] ?? device.name, managedDma: false, async: switches.asyncProbe }
      : null,
    groupKey: participant.group,
    dmaRanges: device.dmaRanges,
    // A scan lists functions by their numbers, whether the board speaks of them or not.
    at: pciPlace(device.name) ?? place.get(device.name) ?? 0,
  }));
  const devices = [...iommus, ...others].sort((a, b) => rank(a) - rank(b) || a.at - b.at);
  const isReady = (name: string): boolean =>
    switches.early === true || (switches.ready ?? []).includes(name);
  const binders = clients
    .filter(({ participant }) => participant.binds)
    .map(({ device }) => device.name);
  return {
    name: `log/${clients.length} devices`,
    classKey: 'log',
    firmware: board.firmware,
    devices: devices.map(({ at: _, ...device }) => device),
    instances: instances.map((name) => ({
      ...{ name, device: name, driver: family(name), registered: isReady(name) },
    })),
    threads: [...walks(instances.filter((name) => !isReady(name))), ...binders.map(binds)],
    switches: {
      ...{ asyncProbe: switches.asyncProbe, strictDevlink: switches.strictDevlink },
      ...{ deferralEnabled: true, deferralTimeout: false },
    },
    focus: binders.length > 0 ? binders : clients.map(({ device }) => device.name),
  };
}

function walks(instances: readonly string[]): WorldThread[] {
  return instances.map((instance, i) => ({
    kind: 'iommu-probe',
    name: i === 0 ? 'swapper/0' : `kworker/u8:${i + 1}`,
    instance,
  }));
}

function binds(device: string, i: number): WorldThread {
  return { kind: 'driver-attach', name: i === 0 ? 'modprobe' : `modprobe/${i + 1}`, device };
}

/** ABSTRACTED: as for worlds of boards, fsl-mc and host1x devices are walked as platform ones. */
function busOf({ bus }: PlatformDevice): WorldDevice['bus'] {
  return bus === 'pci' || bus === 'amba' ? bus : 'platform';
}

function rank({ bus }: WorldDevice): number {
  return ['platform', 'amba', 'cdx', 'pci'].indexOf(bus);
}
