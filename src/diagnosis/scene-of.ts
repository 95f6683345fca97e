// SPDX-License-Identifier: GPL-2.0-only
// From a board and the devices of a log to a world in which they meet as the log has them.

import { must } from '#base/assert';
import { isPciName, type LogStory, pciPlace } from '#log/index';
import { busOrder, instancesOf, type Platform, type PlatformDevice } from '#platform/index';
import { type LineSwitches, switchesOfLine } from '#worlds/command-line';
import { clientDevice, familyOf, iommuDevice, walksOf } from '#worlds/of-board';
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
  const own = onBoard(board, name);
  if (own !== undefined) return own.iommus.length > 0 ? own : null;
  if (!isPciName(name)) return null;
  const like = board.devices.find(
    (d) => d.bus === 'pci' && d.iommus.length > 0 && segmentOf(d.name) === segmentOf(name),
  );
  return like === undefined ? null : { ...like, name, groupKey: name };
}

function onBoard(board: Platform, name: string): PlatformDevice | undefined {
  return board.devices.find((d) => d.name === name);
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
  const { asyncProbe: async } = switches;
  const iommus = instances.map((name) =>
    iommuDevice(board, must(onBoard(board, name), `the board has no device ${name}`), async),
  );
  const others = clients.map(({ participant: { binds, group }, device }) => ({
    ...clientDevice(board, device, { binds, async }),
    groupKey: group,
  }));
  const places = new Map(board.devices.map((d, i) => [d.name, i]));
  // A scan lists functions by their numbers, whether the board speaks of them or not.
  const at = ({ name }: WorldDevice): number => pciPlace(name) ?? places.get(name) ?? 0;
  const rank = ({ bus }: WorldDevice): number => busOrder.indexOf(bus);
  const devices = [...iommus, ...others].sort((a, b) => rank(a) - rank(b) || at(a) - at(b));
  const isReady = (name: string): boolean =>
    switches.early === true || (switches.ready ?? []).includes(name);
  const binders = clients
    .filter(({ participant }) => participant.binds)
    .map(({ device }) => device.name);
  return {
    name: `log/${clients.length} devices`,
    classKey: 'log',
    firmware: board.firmware,
    devices,
    instances: instances.map((name) => ({
      ...{ name, device: name, driver: familyOf(board, name), registered: isReady(name) },
    })),
    threads: [...walksOf(instances.filter((name) => !isReady(name))), ...binders.map(binds)],
    switches: {
      ...{ asyncProbe: switches.asyncProbe, strictDevlink: switches.strictDevlink },
      ...{ deferralEnabled: true, deferralTimeout: false },
    },
    focus: binders.length > 0 ? binders : clients.map(({ device }) => device.name),
  };
}

function binds(device: string, i: number): WorldThread {
  return { kind: 'driver-attach', name: i === 0 ? 'modprobe' : `modprobe/${i + 1}`, device };
}
