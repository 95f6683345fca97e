// SPDX-License-Identifier: GPL-2.0-only
// Which findings can be forced, and what a machine and its module have to do so.

import { basename } from 'node:path';
import { fail, type UserError } from '#base/errors';
import { ok, type Result } from '#base/result';
import type { Finding } from '#finding/finding';
import { readFirmwareFile } from '#firmware/file';
import { clientsOf, type Platform, readPlatform } from '#platform/index';
import type { World, WorldDevice } from '#worlds/world';
import { boardFile, unitsFile } from './guest-files.ts';
import { pointDevices } from './plan.ts';
import { isSeen } from './verdict.ts';

/** `boot`: our machine; `module`: one of the user's own; `plan`: none. */
type Purpose = 'boot' | 'module' | 'plan';

/** What the module does on a machine, and to which of its devices. */
export interface MachineScene {
  readonly firmware: World['firmware'];
  /** Its device that stands for the client that acts. */
  readonly device: string;
  /** Its device that stands for the one that the rule is about: the same, or another client. */
  readonly subject: string;
  /** The IOMMU that registers. */
  readonly iommu: string;
  /** Another one that has registered before; null: none. */
  readonly ready: string | null;
  /** Another one that registers at the same time; null: none. */
  readonly beside: string | null;
  /** Its IOMMUs are those that our module drives. */
  readonly hasUnits: boolean;
  /**
   * Beside the IOMMU that registers: the client's driver is loaded, the client is added, or the
   * other IOMMU registers, with the client's driver waiting for them.
   */
  readonly act: 'bind' | 'add' | 'walk';
  readonly async: boolean;
  /** The kernel gives deferral up while the IOMMU is away. */
  readonly expires: boolean;
}

/** What forces @finding on a machine; null where it is only planned. */
export function sceneOf(finding: Finding, what: Purpose): Result<MachineScene | null, UserError> {
  const no = (why: string, hint: string) => fail('RW500', `${finding.id}: ${why}`, hint);
  const { userFixes } = finding.revision;
  if (finding.source !== undefined) {
    return no("it is of a kernel's own C", 'take a finding of the model');
  }
  if (userFixes.length > 0) {
    const names = userFixes.map(({ name }) => name).join(', ');
    return no(`no kernel that boots has ${names}`, 'take a finding without a fix of your own');
  }
  if (finding.memory !== undefined || (finding.world as World).switches.storeBuffers) {
    return no('it takes store buffers, which no wait forces', 'take one without --memory');
  }
  if (what === 'plan') return ok(null);
  const scene = moduleScene(finding, what);
  if (!scene.ok) return scene;
  if (what === 'module') {
    if (busOf(finding) !== 'pci') return scene;
    return fail(
      'RW503',
      'the module has a driver for PCI on our machine only',
      'leave out --module',
    );
  }
  if (!isSeen(finding)) {
    const hint = '--plan proves the waits and boots nothing';
    return fail('RW503', `no log of a machine shows ${finding.property}`, hint);
  }
  return onMachine(finding, scene.value);
}

/** The bus of the device that @finding is about. */
function busOf(finding: Finding): string | undefined {
  const { devices } = finding.world as World;
  return devices.find(({ name }) => name === pointDevices(finding).subject)?.bus;
}

/**
 * What the module can do: bind or add a client while its IOMMU registers; on our machine, where it
 * drives IOMMUs of its own, also have one that is ready, or two that register at once.
 */
function moduleScene(finding: Finding, what: Purpose): Result<MachineScene, UserError> {
  const { firmware, threads, switches, devices, instances } = finding.world as World;
  const { subject, actor } = pointDevices(finding);
  const clientOf = (name: string): WorldDevice | undefined =>
    devices.find((d) => d.name === name && d.role !== 'iommu');
  const [about, client] = [clientOf(subject), clientOf(actor)];
  if (about === undefined) {
    const hint = 'take a finding that one run of a client shows';
    return fail('RW500', `${finding.id}: ${subject} is no client`, hint);
  }
  const expires = threads.some(({ kind }) => kind === 'deferral-timeout');
  const meeting = threads.filter(({ kind }) => kind !== 'deferral-timeout');
  const others = meeting.filter(({ kind }) => kind !== 'iommu-probe');
  const other = others.find(({ kind }) => kind !== 'driver-attach' && kind !== 'device-add');
  const adds = others[0]?.kind === 'device-add';
  const ready = instances.filter((i) => i.registered);
  const registering = threads.flatMap((t) => (t.kind === 'iommu-probe' ? [t.instance] : []));
  const [iommu, beside] = registering.map((name) => instances.find((i) => i.name === name)!.device);
  const hasUnits = instances.every(({ driver }) => driver === UNIT);
  const several = ready.length + registering.length > 1;
  const { bus } = about;
  const lacks: readonly (readonly [boolean, string])[] = [
    [other !== undefined, other?.kind ?? ''],
    [!['platform', 'pci', 'amba'].includes(bus), `a client on ${bus} bus`],
    [meeting.length !== 2 || iommu === undefined, 'two that register or bind'],
    [several && (!hasUnits || what === 'module'), 'two IOMMUs'],
    [ready.length > 1 || instances.length !== ready.length + registering.length, 'such IOMMUs'],
    [finding.property === 'P2' && ready.length > 0, 'groups that are there before'],
    [adds && bus !== 'pci', `a client that is added to the ${bus} bus`],
    [client === undefined || client.bus !== bus, 'another device that acts'],
    [instances.some((i) => i.probeFails === true), 'such an IOMMU'],
    [(client?.deferred === true) !== (beside !== undefined), 'a client that was deferred'],
    [client?.parsed === true, 'a client that was parsed'],
    [client?.driver?.managedDma === true, 'a driver that manages its DMA'],
    [switches.strictDevlink, 'fw_devlink.strict=1'],
    [!switches.deferralEnabled, 'no deferral yet'],
    [switches.lazyDma === true || switches.flagsWord === true, 'such DMA domains'],
  ];
  const [, lack] = lacks.find(([is]) => is) ?? [];
  if (lack !== undefined) {
    return fail('RW503', `the module has no scene with ${lack} yet`, 'take another finding');
  }
  return ok({
    ...{ firmware, device: actor, subject, iommu: iommu!, hasUnits, expires },
    ...{ ready: ready[0]?.device ?? null, beside: beside ?? null },
    act: beside !== undefined ? 'walk' : adds ? 'add' : 'bind',
    async: switches.asyncProbe || client?.driver?.async === true,
  });
}

/** The PCI functions of our machine in their order: the last is QEMU's edu, which a driver fits. */
const PCI_FUNCTIONS = ['0000:00:00.0', '0000:00:01.0'] as const;
/** The family that a board reader takes the IOMMUs of our module for, which it does not know. */
const UNIT = 'unknown';
/** The SMMU of our machine, as its tables name it. */
const ACPI_IOMMU = 'arm-smmu-v3.0.auto';

/** @scene with the devices of our machine; an error if it has none that are like these. */
function onMachine(finding: Finding, scene: MachineScene): Result<MachineScene, UserError> {
  const world = finding.world as World;
  const { driver } = world.instances[0]!;
  const file = scene.hasUnits ? unitsFile : boardFile;
  const onAcpi = ok(scene.hasUnits ? [] : [ACPI_IOMMU]);
  const ours = scene.firmware === 'acpi' ? onAcpi : ofBoard(file, ({ iommus }) => iommus);
  if (!ours.ok) return ours;
  const named = [scene.iommu, scene.ready, scene.beside].filter((name) => name !== null);
  const alien = named.find((name) => !ours.value.includes(name));
  if (!['arm-smmu-v3', UNIT].includes(driver) || alien !== undefined) {
    const hint = `it has ${ours.value.join(', ') || 'none on ACPI'}`;
    return fail('RW503', `the machine has no ${driver} ${alien ?? scene.iommu}`, hint);
  }
  if (busOf(finding) === 'pci') return pciOnMachine(finding, scene);
  const clients = ofBoard(file, (p) => clientsOf(p).filter(({ bus }) => bus === busOf(finding)));
  if (!clients.ok) return clients;
  const here = scene.firmware === 'acpi' ? [] : clients.value;
  const missing = [scene.device, scene.subject].find((name) => !here.includes(name));
  if (missing === undefined) return ok(scene);
  const hint = `it has ${clients.value.join(', ')} on a device tree: check ${basename(file)}`;
  const what = scene.firmware === 'acpi' ? ', and none on ACPI' : '';
  return fail('RW503', `the machine has no ${busOf(finding)} client ${missing}${what}`, hint);
}

/** Any PCI function stands for any other that is alone in its group. */
function pciOnMachine(finding: Finding, scene: MachineScene): Result<MachineScene, UserError> {
  const { devices } = finding.world as World;
  const names = [...new Set([scene.subject, scene.device])];
  const [bridge, client] = PCI_FUNCTIONS;
  const place = (name: string): number => devices.findIndex((d) => d.name === name);
  const isPlain = ({ dmaRanges, domainType, alias, acs, iommus }: WorldDevice): boolean =>
    !dmaRanges && !domainType && !alias && !acs && iommus.length === 1;
  const odd = names.find((name) => !isPlain(devices[place(name)]!));
  if (odd !== undefined) {
    const hint = `it has ${client}, alone in its group, without dma-ranges`;
    return fail('RW503', `the machine has no PCI function like ${odd}`, hint);
  }
  // Who is overtaken stands before another function, and the client of the machine is the last.
  const isFirst = names.length === 2 && place(scene.subject) < place(scene.device);
  if (finding.property === 'P2' ? !isFirst : names.length === 2 && !isFirst) {
    return fail(
      'RW503',
      `the machine has no PCI function after ${client}`,
      'take a finding of a platform client',
    );
  }
  return ok({ ...scene, device: client, subject: isFirst ? bridge : client });
}

/** Names of what @of picks from the tree of our machine in @file. */
function ofBoard(
  file: string,
  of: (platform: Platform) => readonly { readonly name: string }[],
): Result<readonly string[], UserError> {
  const bytes = readFirmwareFile(file);
  if (!bytes.ok) return bytes;
  const platform = readPlatform(bytes.value);
  return platform.ok ? ok(of(platform.value).map(({ name }) => name)) : platform;
}
