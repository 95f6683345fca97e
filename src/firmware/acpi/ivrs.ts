// SPDX-License-Identifier: GPL-2.0-only
// IVRS, the I/O virtualization table of AMD machines (AMD I/O Virtualization 3.08, chapter 5).
import { hex } from '#base/bytes';
import type { Remarks } from '#firmware/acpi/remarks';
import { type AcpiTable, headerBytes } from '#firmware/acpi/table';
import type { View } from '#firmware/acpi/view';

/** A range of device ids of one unit; @alias: the id under which their DMA comes. */
interface IvrsRange {
  readonly first: number;
  readonly last: number;
  readonly alias: number | null;
  /** An interrupt controller has it, and no PCI function. */
  readonly forInterrupts: boolean;
}

/** A device of the namespace behind a unit: `AMDI0020`, with its _UID. */
interface IvrsAcpiDevice {
  readonly hid: string;
  readonly uid: string;
  readonly id: number;
}

/** A unit, as the kernel takes it: each is in the table once for each type of block. */
export interface IvrsUnit {
  /** Type of the block: 10h, 11h, 40h. */
  readonly type: number;
  readonly segment: number;
  /** The PCI function that is the unit. */
  readonly id: number;
  readonly base: bigint;
  /** A later range wins over an earlier one. */
  readonly ranges: readonly IvrsRange[];
  readonly devices: readonly IvrsAcpiDevice[];
}

/** What of an IVRS matters here. */
export interface Ivrs {
  /** Blocks of the type that the kernel takes, in the order of the table. */
  readonly units: readonly IvrsUnit[];
  /** Types of all blocks. */
  readonly blocks: readonly number[];
  /** Memory that devices use from before the kernel runs, IVMD. */
  readonly reservedRegions: number;
}

const newestType = 0x40;

interface Block {
  readonly at: number;
  readonly end: number;
  readonly type: number;
}

/** Read an IVRS: of the blocks, those of the newest type that the first unit has. */
export function readIvrs({ view }: AcpiTable, remarks: Remarks): Ivrs {
  const blocks = readBlocks(view, remarks);
  const hardware = blocks.filter(({ type }) => headerBytesOf(type) > 0);
  const wanted = typeTaken(view, blocks);
  const units = hardware
    .filter(({ type }) => type === wanted)
    .flatMap((block) => {
      const name = `IVRS: the IVHD at ${hex(block.at)}`;
      if (block.end - block.at >= headerBytesOf(block.type))
        return [readUnit(view, block, name, remarks)];
      remarks.add('RW024', `${name} is too short; left out`);
      return [];
    });
  const reservedRegions = blocks.filter(({ type }) => type >= 0x20 && type <= 0x22).length;
  return { units, blocks: blocks.map(({ type }) => type), reservedRegions };
}

function readBlocks(view: View, remarks: Remarks): Block[] {
  const blocks: Block[] = [];
  for (let at = headerBytes + 12; at < view.length; ) {
    const type = view.u8(at);
    const length = view.u16(at + 2);
    if (!view.fits(at, 4) || length < 4 || at + length > view.length) {
      remarks.add(
        'RW024',
        `IVRS: the block at ${hex(at)} has a length of ${length}, and ends the list`,
      );
      break;
    }
    if (remarks.isFull(blocks, 'IVRS', 'blocks')) break;
    blocks.push({ at, end: at + length, type });
    at += length;
  }
  return blocks;
}

/**
 * The type of the last block of the first block's unit, as get_highest_supported_ivhd_type() of
 * v7.2: blocks of a newer type end the search.
 */
function typeTaken(view: View, blocks: readonly Block[]): number {
  const [first] = blocks;
  if (!first) return 0;
  let taken = first.type;
  for (const { at, type } of blocks) {
    if (type > newestType) break;
    if (view.u16(at + 4) === view.u16(first.at + 4)) taken = type;
  }
  return taken;
}

/** get_ivhd_header_size() of v7.2; 0 for a block of another kind. */
function headerBytesOf(type: number): number {
  if (type === 0x10) return 24;
  return type === 0x11 || type === 0x40 ? 40 : 0;
}

/** ivhd_entry_length() of v7.2. */
function entryBytes(view: View, at: number): number {
  const type = view.u8(at);
  if (type < 0x80) return 4 << (type >> 6);
  return type === 0xf0 ? view.u8(at + 21) + 22 : 0;
}

function readUnit(view: View, block: Block, name: string, remarks: Remarks): IvrsUnit {
  const { at, end, type } = block;
  const ranges: IvrsRange[] = [];
  const devices: IvrsAcpiDevice[] = [];
  let open: { readonly first: number; readonly alias: number | null } | null = null;
  for (let entry = at + headerBytesOf(type); entry < end; ) {
    const length = entryBytes(view, entry);
    if (length === 0 || entry + length > end) {
      remarks.add('RW024', `${name} has an entry of type ${hex(view.u8(entry))} that ends it`);
      break;
    }
    const id = view.u16(entry + 1);
    const alias = view.u16(entry + 5);
    const only = (one: number, to: number | null = null): IvrsRange => range(one, one, to);
    switch (view.u8(entry)) {
      case 0x01:
        ranges.push(range(0, 0xffff, null));
        break;
      case 0x02:
      case 0x46:
        ranges.push(only(id));
        break;
      case 0x03:
      case 0x47:
        open = { first: id, alias: null };
        break;
      case 0x42:
        ranges.push(only(id, alias), only(alias));
        break;
      case 0x43:
        open = { first: id, alias };
        break;
      case 0x04: {
        if (!open || id < open.first)
          remarks.add('RW024', `${name} ends a range that it has not begun`);
        else {
          const to = open.alias;
          if (to !== null) ranges.push(only(to));
          ranges.push(range(open.first, id, to));
        }
        break;
      }
      case 0x48:
        // An IOAPIC or HPET: the id at which the unit sees its interrupts.
        ranges.push({ ...only(alias), forInterrupts: true });
        break;
      case 0xf0:
        devices.push(...acpiDevice(view, entry, length, type, name, remarks));
        break;
      default:
        break;
    }
    entry += length;
  }
  const segment = view.u16(at + 16);
  return { type, segment, id: view.u16(at + 4), base: view.u64(at + 8), ranges, devices };
}

function range(first: number, last: number, alias: number | null): IvrsRange {
  return { first, last, alias, forInterrupts: false };
}

function acpiDevice(
  view: View,
  entry: number,
  length: number,
  type: number,
  name: string,
  remarks: Remarks,
): IvrsAcpiDevice[] {
  const hid = view.text(entry + 4, entry + 12);
  if (type !== 0x40 || hid === '') {
    remarks.add('RW024', `${name} has a device of the namespace that the kernel refuses`);
    return [];
  }
  const format = view.u8(entry + 20);
  const uid =
    format === 1
      ? // The kernel prints the lowest byte of the eight.
        String(view.u8(entry + 22))
      : format === 2
        ? view.text(entry + 22, entry + length)
        : '';
  return [{ hid, uid, id: view.u16(entry + 1) }];
}
