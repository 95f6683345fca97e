// SPDX-License-Identifier: GPL-2.0-only
// Which findings can be forced, and what a machine and its module have to do so.

import { fail, type UserError } from '#base/errors';
import { ok, type Result } from '#base/result';
import type { Finding } from '#finding/finding';
import { readFirmwareFile } from '#firmware/file';
import { clientsOf, type Platform, readPlatform } from '#platform/index';
import type { World, WorldDevice } from '#worlds/world';
import { boardFile } from './guest-files.ts';
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
  readonly iommu: string;
  /** Beside the IOMMU that registers: the client's driver is loaded, or the client is added. */
  readonly act: 'bind' | 'add';
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
  const scene = moduleScene(finding);
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

/** What the module can do: bind or add a client while its one IOMMU registers. */
function moduleScene(finding: Finding): Result<MachineScene, UserError> {
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
  const beside = meeting.filter(({ kind }) => kind !== 'iommu-probe');
  const other = beside.find(({ kind }) => kind !== 'driver-attach' && kind !== 'device-add');
  const adds = beside[0]?.kind === 'device-add';
  const { bus } = about;
  const lacks: readonly (readonly [boolean, string])[] = [
    [other !== undefined, other?.kind ?? ''],
    [!['platform', 'pci', 'amba'].includes(bus), `a client on ${bus} bus`],
    [meeting.length !== 2 || instances.length !== 1, 'two that register or bind'],
    [adds && bus !== 'pci', `a client that is added to the ${bus} bus`],
    [client === undefined || client.bus !== bus, 'another device that acts'],
    [instances.some((i) => i.registered || i.probeFails === true), 'such an IOMMU'],
    [client?.deferred === true || client?.parsed === true, 'a client that was deferred'],
    [client?.driver?.managedDma === true, 'a driver that manages its DMA'],
    [switches.strictDevlink, 'fw_devlink.strict=1'],
    [!switches.deferralEnabled, 'no deferral yet'],
    [switches.lazyDma === true || switches.flagsWord === true, 'such DMA domains'],
  ];
  const [, what] = lacks.find(([is]) => is) ?? [];
  if (what !== undefined) {
    return fail('RW503', `the module has no scene with ${what} yet`, 'take another finding');
  }
  return ok({
    ...{ firmware, device: actor, subject, iommu: instances[0]!.device },
    ...{ act: adds ? 'add' : 'bind', expires },
    async: switches.asyncProbe || client?.driver?.async === true,
  });
}

/** The PCI functions of our machine in their order: the last is QEMU's edu, which a driver fits. */
const PCI_FUNCTIONS = ['0000:00:00.0', '0000:00:01.0'] as const;
/** The SMMU of our machine, as its tables name it. */
const ACPI_IOMMU = 'arm-smmu-v3.0.auto';

/** @scene with the devices of our machine; an error if it has none that are like these. */
function onMachine(finding: Finding, scene: MachineScene): Result<MachineScene, UserError> {
  const world = finding.world as World;
  const { driver } = world.instances[0]!;
  const ours = scene.firmware === 'acpi' ? ok([ACPI_IOMMU]) : ofBoard(({ iommus }) => iommus);
  if (!ours.ok) return ours;
  if (driver !== 'arm-smmu-v3' || !ours.value.includes(scene.iommu)) {
    const hint = `it has arm-smmu-v3 ${ours.value.join(', ')}`;
    return fail('RW503', `the machine has no ${driver} ${scene.iommu}`, hint);
  }
  if (busOf(finding) === 'pci') return pciOnMachine(finding, scene);
  const clients = ofBoard((p) => clientsOf(p).filter(({ bus }) => bus === busOf(finding)));
  if (!clients.ok) return clients;
  const here = scene.firmware === 'acpi' ? [] : clients.value;
  const missing = [scene.device, scene.subject].find((name) => !here.includes(name));
  if (missing === undefined) return ok(scene);
  const hint = `it has ${clients.value.join(', ')} on a device tree: check qemu-virt.dtb`;
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

/** Names of what @of picks from the tree of our machine. */
function ofBoard(
  of: (platform: Platform) => readonly { readonly name: string }[],
): Result<readonly string[], UserError> {
  const bytes = readFirmwareFile(boardFile);
  if (!bytes.ok) return bytes;
  const platform = readPlatform(bytes.value);
  return platform.ok ? ok(of(platform.value).map(({ name }) => name)) : platform;
}
