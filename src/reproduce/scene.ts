// SPDX-License-Identifier: GPL-2.0-only
// Which findings can be forced, and what a machine and its module have to do so.

import { fail, type UserError } from '#base/errors';
import { ok, type Result } from '#base/result';
import type { Finding } from '#finding/finding';
import { readFirmwareFile } from '#firmware/file';
import { clientsOf, readPlatform } from '#platform/index';
import type { World } from '#worlds/world';
import { boardFile } from './machine.ts';
import { isSeen } from './verdict.ts';

/** `boot`: our machine; `module`: one of the user's own; `plan`: none. */
type Purpose = 'boot' | 'module' | 'plan';

/** Whether @finding is one that waits force, and, unless it is only a plan, in our scene. */
export function isForced(finding: Finding, what: Purpose): Result<null, UserError> {
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
  const scene = isScene(finding);
  if (!scene.ok || what === 'module') return scene;
  if (!isSeen(finding.property)) {
    const hint = '--plan proves the waits and boots nothing';
    return fail('RW503', `no log of a machine shows ${finding.property}`, hint);
  }
  return machineHas(finding);
}

/** What the module can do: bind a platform client while its one IOMMU registers. */
function isScene(finding: Finding): Result<null, UserError> {
  const { firmware, threads, switches, devices, instances } = finding.world as World;
  const client = devices.find(({ name }) => name === finding.witness.subject);
  const kinds = threads.map(({ kind }) => kind);
  const other = kinds.find((kind) => kind !== 'iommu-probe' && kind !== 'driver-attach');
  const lacks: readonly (readonly [boolean, string])[] = [
    [firmware === 'acpi', 'ACPI'],
    [other !== undefined, other ?? ''],
    [client?.bus !== 'platform', `a client on ${client?.bus ?? 'no'} bus`],
    [new Set(kinds).size < kinds.length || instances.length !== 1, 'two that register or bind'],
    [instances.some((i) => i.registered || i.probeFails === true), 'such an IOMMU'],
    [client?.deferred === true || client?.parsed === true, 'a client that was deferred'],
    [client?.driver?.managedDma === true, 'a driver that manages its DMA'],
    [switches.asyncProbe || client?.driver?.async === true, 'asynchronous probe'],
    [switches.strictDevlink, 'fw_devlink.strict=1'],
    [switches.deferralTimeout || !switches.deferralEnabled, 'a deferral timeout, or none yet'],
  ];
  const [, what] = lacks.find(([is]) => is) ?? [];
  if (what === undefined) return ok(null);
  return fail('RW503', `the module has no scene with ${what} yet`, 'take another finding');
}

/** Whether the machine has the client of @finding, and behind the IOMMU that it is behind there. */
function machineHas(finding: Finding): Result<null, UserError> {
  const bytes = readFirmwareFile(boardFile);
  if (!bytes.ok) return bytes;
  const platform = readPlatform(bytes.value);
  if (!platform.ok) return platform;
  const clients = clientsOf(platform.value).filter(({ bus }) => bus === 'platform');
  const names = clients.map(({ name }) => name);
  const { subject } = finding.witness;
  const hint = `it has ${names.join(', ')}: check examples/boards/qemu-virt.dtb`;
  if (!names.includes(subject)) {
    return fail('RW503', `the machine has no platform client ${subject}`, hint);
  }
  const iommu = (finding.world as World).instances[0]!;
  const ours = platform.value.iommus.some((i) => i.name === iommu.device);
  if (ours && iommu.driver === 'arm-smmu-v3') return ok(null);
  return fail('RW503', `the machine has no ${iommu.driver} ${iommu.device}`, hint);
}
