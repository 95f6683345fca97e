// SPDX-License-Identifier: GPL-2.0-only
// The firmware that a command is given: a file, a folder, standard input or a machine. What it is
// is told by its content; what the command does not take gets the command that does.
import { createHash } from 'node:crypto';
import { existsSync, readdirSync, statSync } from 'node:fs';
import path from 'node:path';
import { fail, type UserError } from '#base/errors';
import { err, ok, type Result } from '#base/result';
import { functionsIn, readTablesFolder, tablesIn } from '#firmware/acpi/folder';
import { Remarks } from '#firmware/acpi/remarks';
import { readAcpiTables } from '#firmware/acpi/tables';
import { type Content, contentNames, contentOf } from '#firmware/content';
import { folderNote, isTreeFolder, readTreeFolder } from '#firmware/dtb/folder';
import { readDeviceTree } from '#firmware/dtb/read';
import type { BoardFirmware } from '#firmware/firmware';
import { type HostMachine, readMachine } from '#firmware/machine';
import type { PciFunctions } from '#firmware/pci/functions';
import { readPciFolder } from '#firmware/pci/sysfs';
import { inputName, readInput } from './files.ts';
import { applyOverlays, compileTree } from './tools.ts';

/** What the command line says of the firmware. */
export interface FirmwareArguments {
  readonly firmware?: string | undefined;
  readonly live?: boolean | undefined;
  readonly sysroot?: string | undefined;
  readonly pci?: string | undefined;
  readonly overlay?: readonly string[] | undefined;
}

/** BoardFirmware that has been read. */
export interface FirmwareInput {
  readonly firmware: BoardFirmware;
  readonly basename: string;
  readonly sha256: string;
  /** The machine that it is of; null where it came from files. */
  readonly machine: HostMachine | null;
}

/** Read what the user named; null where that is nothing. */
export function readFirmware(args: FirmwareArguments): Result<FirmwareInput | null, UserError> {
  const { firmware: name, live, sysroot } = args;
  const ways = [name, live || undefined, sysroot].filter((way) => way !== undefined);
  if (ways.length > 1) {
    return fail('RW066', 'a FIRMWARE, --live and --sysroot exclude each other', 'give one of them');
  }
  if (live) return withPci(fromMachine(''), args.pci);
  if (sysroot !== undefined) return withPci(fromMachine(sysroot.replace(/\/+$/, '')), args.pci);
  if (name === undefined) {
    if (args.pci === undefined && args.overlay === undefined) return ok(null);
    const message = '--pci and --overlay are about a board, and none is named';
    return fail('RW060', message, 'name its firmware before them');
  }
  const isFolder = name !== '-' && existsSync(name) && statSync(name).isDirectory();
  const read = isFolder ? fromFolder(name) : fromFile(name, args.overlay ?? []);
  return withPci(read, args.pci);
}

function fromMachine(root: string): Result<FirmwareInput, UserError> {
  const machine = readMachine(root);
  if (!machine.ok) return machine;
  const { firmware, bytes } = machine.value;
  const basename = root === '' ? 'this machine' : path.basename(path.resolve(root));
  return ok({ firmware, basename, sha256: digest(bytes), machine: machine.value });
}

function digest(parts: readonly Uint8Array[]): string {
  const hash = createHash('sha256');
  for (const part of parts) hash.update(part);
  return hash.digest('hex');
}

function fromFile(name: string, overlays: readonly string[]): Result<FirmwareInput, UserError> {
  const input = readInput(name);
  if (!input.ok) return input;
  const bytes = input.value;
  const basename = inputName(name);
  const done = (firmware: BoardFirmware): Result<FirmwareInput, UserError> =>
    ok({ firmware, basename, sha256: digest([bytes]), machine: null });
  const remarks = new Remarks();
  const tables = tablesIn(bytes, remarks);
  if (tables) {
    const read = readAcpiTables(tables, remarks);
    if (!read.ok) return read;
    const around = { functions: null, names: new Map<string, string>() };
    return done({ kind: 'acpi', tables: read.value, around, notes: [] });
  }
  const blob = blobOf(bytes, name, overlays);
  if (!blob.ok) return blob;
  const tree = readDeviceTree(blob.value);
  return tree.ok ? done({ kind: 'dt', tree: tree.value, notes: [] }) : tree;
}

/** The blob in @bytes, or what dtc makes of them, with the overlays applied. */
function blobOf(
  bytes: Uint8Array,
  name: string,
  overlays: readonly string[],
): Result<Uint8Array, UserError> {
  const wrong = otherUse(contentOf(bytes), name);
  if (wrong) return err(wrong);
  const base = compiled(bytes, name);
  if (!base.ok || overlays.length === 0) return base;
  const blobs: Uint8Array[] = [];
  for (const overlay of overlays) {
    const read = readInput(overlay);
    const blob = read.ok ? compiled(read.value, overlay) : read;
    if (!blob.ok) return blob;
    blobs.push(blob.value);
  }
  return applyOverlays(base.value, blobs);
}

function compiled(bytes: Uint8Array, name: string): Result<Uint8Array, UserError> {
  if (contentOf(bytes) !== 'dts') return ok(bytes);
  return compileTree(bytes, name === '-' ? '.' : path.dirname(name));
}

function fromFolder(name: string): Result<FirmwareInput, UserError> {
  const done = (
    firmware: BoardFirmware,
    bytes: readonly Uint8Array[],
  ): Result<FirmwareInput, UserError> =>
    ok({
      firmware,
      basename: path.basename(path.resolve(name)),
      sha256: digest(bytes),
      machine: null,
    });
  if (isTreeFolder(name)) {
    const tree = readTreeFolder(name);
    return tree.ok ? done({ kind: 'dt', tree: tree.value, notes: [folderNote] }, []) : tree;
  }
  const wrong = otherFolder(name);
  if (wrong) return err(wrong);
  const tables = readTablesFolder(name);
  if (!tables.ok) return tables;
  if (tables.value) return done(tables.value.firmware, tables.value.bytes);
  const hint = 'give a .dtb, /proc/device-tree, /sys/firmware/acpi/tables, or a folder of tables';
  return fail('RW002', `${name} is a directory without ACPI tables or a device tree`, hint);
}

/** Directories that other commands take. */
function otherFolder(name: string): UserError | null {
  const has = (part: string): boolean => existsSync(path.join(name, part));
  const wrong = (what: string, hint: string): UserError => ({
    code: 'RW005',
    message: `${name} is ${what}`,
    hint,
  });
  if (has('sys/firmware')) return wrong('a recorded machine', `give it with --sysroot ${name}`);
  if (has('Kbuild') && has('drivers/iommu')) {
    return wrong('a kernel tree', `racewindow source check ${name}`);
  }
  const blob = readdirSync(name).find((file) => file.endsWith('.dtb'));
  if (blob === undefined) return null;
  return wrong('a folder of device trees', `name one: ${path.join(name, blob)}`);
}

/** What to do with an input that is no firmware; null where it is, or may be. */
function otherUse(content: Content, name: string): UserError | null {
  const uses: Readonly<Partial<Record<Content, string>>> = {
    lspci: `give it beside the tables: racewindow board TABLES --pci ${name}`,
    log: `racewindow explain ${name}; beside ACPI tables: racewindow board TABLES --pci ${name}`,
    finding: `racewindow replay ${name}`,
    report: `racewindow replay ${name}`,
    journal: `racewindow check BOARD --resume ${name}`,
    patch: `racewindow try --tree TREE --patch ${name}`,
    fix: `racewindow check BOARD --with ${name}, or racewindow try ${name} BOARD`,
  };
  const hint = uses[content];
  if (hint === undefined) return null;
  return { code: 'RW005', message: `${name} is ${contentNames[content]}, not firmware`, hint };
}

/** Put the functions that --pci names beside the tables. */
function withPci(
  input: Result<FirmwareInput, UserError>,
  name: string | undefined,
): Result<FirmwareInput, UserError> {
  if (!input.ok || name === undefined) return input;
  const { firmware } = input.value;
  if (firmware.kind === 'dt') {
    const hint = 'leave out --pci: the tree says what is behind its IOMMUs by ranges of ids';
    return fail('RW066', '--pci is for machines with ACPI, and this is a device tree', hint);
  }
  const functions = readFunctions(name);
  if (!functions.ok) return functions;
  const around = { ...firmware.around, functions: functions.value };
  return ok({ ...input.value, firmware: { ...firmware, around } });
}

function readFunctions(name: string): Result<PciFunctions, UserError> {
  const hint = 'give what lspci -vvnn prints, a boot log, or a folder such as /sys/bus/pci/devices';
  if (name !== '-' && existsSync(name) && statSync(name).isDirectory()) {
    const places = [name, `${name}/bus/pci/devices`, `${name}/sys/bus/pci/devices`];
    const found = places.map(readPciFolder).find((f) => f !== null);
    return found ? ok(found) : fail('RW005', `${name} has no PCI functions in it`, hint);
  }
  const bytes = readInput(name);
  if (!bytes.ok) return bytes;
  const functions = functionsIn(bytes.value);
  if (functions) return ok(functions);
  const what = contentNames[contentOf(bytes.value)];
  return fail('RW005', `${name} names no PCI functions: it is ${what}`, hint);
}
