// SPDX-License-Identifier: GPL-2.0-only
// A machine as its kernel shows it below /sys and /proc: the one that runs, or a recorded one.
import { existsSync, readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { basename } from 'node:path';
import { fail, type UserError } from '#base/errors';
import { ok, type Result } from '#base/result';
import { readTablesFolder } from '#firmware/acpi/folder';
import { folderNote, isTreeFolder, readTreeFolder } from '#firmware/dtb/folder';
import { readDeviceTree } from '#firmware/dtb/read';
import { readFirmwareFile } from '#firmware/file';
import type { BoardFirmware } from '#firmware/firmware';
import { readPciFolder } from '#firmware/pci/sysfs';

/** What a machine says of itself. */
export interface HostMachine {
  readonly firmware: BoardFirmware;
  /** Files that the firmware was read from, for its checksum. */
  readonly bytes: readonly Uint8Array[];
  /** `uname -r`; null where it is not to be had. */
  readonly release: string | null;
  readonly commandLine: string | null;
  /** Members of each IOMMU group by number; null where the kernel shows none. */
  readonly groups: ReadonlyMap<string, readonly string[]> | null;
  /** What could not be had, a sentence each. */
  readonly lacks: readonly string[];
}

/** Entries of a directory that are looked at. */
const entriesMax = 16_384;

/** Read the machine below @root, which is empty for the one that runs. */
export function readMachine(root: string): Result<HostMachine, UserError> {
  const lacks: string[] = [];
  const firmware = firmwareOf(root, lacks);
  if (!firmware.ok) return firmware;
  const release = textOf(`${root}/proc/sys/kernel/osrelease`);
  if (release === null) lacks.push('no /proc/sys/kernel/osrelease: the kernel is not known');
  const groups = groupsOf(`${root}/sys/kernel/iommu_groups`);
  if (groups === null) lacks.push('no /sys/kernel/iommu_groups: nothing to compare with');
  return ok({
    ...firmware.value,
    release,
    commandLine: textOf(`${root}/proc/cmdline`),
    groups,
    lacks,
  });
}

type Read = Pick<HostMachine, 'firmware' | 'bytes'>;

/** ACPI where the kernel shows tables, since then it has at most a stub of a tree. */
function firmwareOf(root: string, lacks: string[]): Result<Read, UserError> {
  const tables = `${root}/sys/firmware/acpi/tables`;
  if (existsSync(tables)) return acpiOf(root, tables, lacks);
  const blob = `${root}/sys/firmware/fdt`;
  const file = existsSync(blob) ? readFirmwareFile(blob) : null;
  if (file?.ok) {
    const tree = readDeviceTree(file.value);
    if (!tree.ok) return tree;
    return ok({ firmware: { kind: 'dt', tree: tree.value, notes: [] }, bytes: [file.value] });
  }
  if (file) lacks.push('/sys/firmware/fdt is for root alone: /proc/device-tree was read instead');
  const folders = [`${root}/sys/firmware/devicetree/base`, `${root}/proc/device-tree`];
  const folder = folders.find(isTreeFolder);
  if (folder === undefined) {
    const name = root === '' ? 'this machine' : root;
    const message = `${name} shows neither a device tree nor ACPI tables`;
    const hint = 'it must have /sys/firmware/fdt, /proc/device-tree or /sys/firmware/acpi/tables';
    return fail('RW007', message, hint);
  }
  const tree = readTreeFolder(folder);
  if (!tree.ok) return tree;
  return ok({ firmware: { kind: 'dt', tree: tree.value, notes: [folderNote] }, bytes: [] });
}

function acpiOf(root: string, tables: string, lacks: string[]): Result<Read, UserError> {
  const read = readTablesFolder(tables);
  if (!read.ok) return read;
  if (read.value === null) {
    const hint = 'tables are for root: try again with sudo, or sudo acpidump > FILE';
    return fail('RW007', `${tables} has no table that can be read`, hint);
  }
  const { firmware, bytes } = read.value;
  const functions = readPciFolder(`${root}/sys/bus/pci/devices`) ?? firmware.around.functions;
  if (functions === null) lacks.push('no /sys/bus/pci/devices: PCI functions are not known');
  const open = functions?.list.some((f) => f.acs === null && f.type === null) === true;
  if (open) lacks.push('the capabilities of PCI functions are for root alone');
  const around = { functions, names: namesOf(`${root}/sys/bus/acpi/devices`) };
  return ok({ firmware: { ...firmware, around }, bytes });
}

function textOf(path: string): string | null {
  try {
    return readFileSync(path, 'utf8').trim();
  } catch {
    return null;
  }
}

/** Names that the kernel gives to devices of the namespace, by their paths. */
function namesOf(dir: string): Map<string, string> {
  const names = new Map<string, string>();
  for (const entry of entriesOf(dir)) {
    const path = textOf(`${dir}/${entry}/path`);
    if (path === null) continue;
    // A platform device bears the name of its companion, unless it has been given another.
    const node = linkOf(`${dir}/${entry}/physical_node`);
    names.set(path, node ?? entry);
  }
  return names;
}

function groupsOf(dir: string): Map<string, readonly string[]> | null {
  if (!existsSync(dir)) return null;
  const groups = new Map<string, readonly string[]>();
  for (const group of entriesOf(dir))
    groups.set(group, entriesOf(`${dir}/${group}/devices`).sort());
  return groups;
}

function entriesOf(dir: string): string[] {
  try {
    return readdirSync(dir).slice(0, entriesMax);
  } catch {
    return [];
  }
}

function linkOf(path: string): string | null {
  try {
    return basename(readlinkSync(path));
  } catch {
    return null;
  }
}
