// SPDX-License-Identifier: GPL-2.0-only
// Small logs of our own making: what a kernel would print, in the order of the arguments.

import type { Fit } from '#finding/diagnosis';

/** A log, and what it comes to. */
export interface LogCase {
  readonly name: string;
  readonly log: string;
  readonly verdict: 'race' | 'no race' | 'can not tell';
  readonly cause: string;
  /** What windows must be; no other may be certain. */
  readonly windows?: Readonly<Record<string, Fit>>;
  readonly groups?: Readonly<Record<string, number>>;
}

type Lines = string | readonly Lines[];

/** Lines with stamps. */
export function log(...lines: readonly Lines[]): string {
  return `${plain(lines).map(stamped).join('\n')}\n`;
}

function plain(lines: Lines): string[] {
  return typeof lines === 'string' ? lines.split('\n') : lines.flatMap(plain);
}

function stamped(line: string, i: number): string {
  return `[${(i * 0.01).toFixed(6).padStart(12)}] ${line}`;
}

/** "Linux version", as a plain kernel has it. */
export function version(release: string): string {
  return `Linux version ${release} (kernel@example.org) (gcc 14.2.0, GNU ld 2.44) #1 SMP PREEMPT`;
}

export const iort = 'ACPI: IORT 0x000000013F7F0000 0000EC (v03 BOCHS  BXPC     00000001)';
export const smmu = 'arm-smmu 15000000.iommu: probing hardware configuration...';
export const gpuSmmu = 'arm-smmu 3da0000.iommu: probing hardware configuration...';
export const smmu3 = 'arm-smmu-v3 9050000.smmuv3: oas 44-bit (features 0x01008305)';
export const autoSmmu = 'arm-smmu-v3 arm-smmu-v3.0.auto: oas 44-bit (features 0x01008305)';

/** A device joins a group. */
export function joins(prefix: string, device: string, group: number): string {
  return `${prefix} ${device}: Adding to iommu group ${group}`;
}

const cut = '------------[ cut here ]------------';
const end = '---[ end trace 0000000000000000 ]---';

/** A translation fault of @client, as v7.2 tells it. */
export function faultOf(client: string): string {
  const ids = 'sid: 0x8 ssid: 0x0 iova: 0x1000 ipa: 0x0';
  return `arm-smmu-v3 9050000.smmuv3: event: F_TRANSLATION client: ${client} ${ids}`;
}

/** Frames of a call trace. */
function frames(...names: readonly string[]): string[] {
  return ['Call trace:', ...names.map((n) => ` ${n}+0x1f8/0x550`)];
}

/** The warning of a late probe; @through: who called the probe, or nothing of it at all. */
export function late(
  driver: string,
  device: string,
  through: 'replay' | 'walk' | 'notifier' | null,
): string[] {
  const first = `${driver} ${device}: late IOMMU probe at driver bind, something fishy here!`;
  if (through === null) return [first];
  const outer = {
    replay: ['iommu_probe_device', 'of_iommu_configure', 'of_dma_configure_id', 'really_probe'],
    walk: [
      'probe_iommu_group',
      'bus_for_each_dev',
      'iommu_device_register',
      'arm_smmu_device_probe',
    ],
    notifier: ['iommu_probe_device', 'iommu_bus_notifier', 'blocking_notifier_call_chain'],
  }[through];
  return [
    cut,
    first,
    'WARNING: drivers/iommu/iommu.c:654 at __iommu_probe_device+0x1f8/0x550, CPU#0: udevd/26',
    'Modules linked in:',
    'CPU: 0 UID: 0 PID: 26 Comm: kworker/u8:1 Not tainted',
    'pc : __iommu_probe_device+0x1f8/0x550',
    ...frames('__iommu_probe_device', ...outer),
    end,
  ];
}

/** An oops on arm64. */
export function oops(address: string, pc: string, lr: string, ...outer: string[]): string[] {
  const isNull = /^0+[0-9a-f]{1,3}$/.test(address);
  const what = isNull ? 'NULL pointer dereference' : 'paging request';
  return [
    `Unable to handle kernel ${what} at virtual address ${address}`,
    'Mem abort info:',
    'Internal error: Oops: 0000000096000004 [#1] PREEMPT SMP',
    'CPU: 2 PID: 12 Comm: kworker/u8:0 Not tainted',
    `pc : ${pc}+0x24/0x60`,
    `lr : ${lr}+0x1c/0x60`,
    ...frames(pc, ...outer),
    end,
  ];
}

/** A report of KASAN. */
export function kasan(where: string, ...outer: string[]): string[] {
  return [
    '==================================================================',
    `BUG: KASAN: slab-use-after-free in ${where}+0x44/0x120`,
    'Read of size 8 at addr ffff000004a23780 by task kworker/u8:1/26',
    'CPU: 1 PID: 26 Comm: kworker/u8:1 Not tainted',
    ...frames(where, ...outer),
  ];
}

/** A warning other than that of a late probe. */
export function warns(file: string, where: string, ...outer: string[]): string[] {
  return [
    cut,
    `WARNING: CPU: 1 PID: 106 at ${file}:1040 ${where}+0x80/0x90`,
    'CPU: 1 PID: 106 Comm: modprobe Not tainted',
    `pc : ${where}+0x80/0x90`,
    ...frames(where, ...outer),
    end,
  ];
}
